"""Sort the elements of a comment into the parts of a report, whatever its form: headings, labels and questions.

Levels of headings are not relied on: what a heading begins is known from its words and from the part around it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from handlers.parsing.report_forms import strip_boilerplate
from handlers.reports.elements import read_elements
from handlers.reports.forms import normalize_label, read_forms
from handlers.reports.labels import begins_finding, split_plain_label, title_kind, without_finding
from handlers.reports.parts import Element, Factor, Outline, Part
from handlers.reports.questions import mark_numbers, mark_questions, next_question

# Shorter beginnings of questions count as headings only: "a timeline" may begin any line.
_MIN_QUESTION_WORDS = 4
_FACTOR = re.compile(
    r"(?:contributing|causal) factors?\s*(?:#\s?[0-9]*|[0-9]{1,2})?|root cause\s*(?:#\s?[0-9]{0,2}|[0-9]{1,2})"
)
_FACTOR_TITLE = re.compile(
    r"\W*(?:contributing|causal)?\s*(?:factor|root cause)s?\s*(?:#\s?[0-9]{0,2}|[0-9]{1,2})?\s*[:.–—-]?\s*",
    re.IGNORECASE,
)
# Bugzilla's own form for new bugs; what stands below such a line belongs to no part before it.
_FORM_HEADINGS = re.compile(r"^(?:actual results|expected results):?[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_END_OF_PART = "\n# Results\n"
_REPORT_REQUESTED = re.compile(
    r"problems listed (?:below|above)|please (?:provide|respond|answer|submit|post)|you must respond", re.IGNORECASE
)


def read_outline(text: str, *, is_numbered: bool = False) -> Outline:
    """Return the parts of a comment's text; `is_numbered` reads the questions of 2017 from their numbers alone.

    Never raises, takes linear time.
    """
    authored = strip_boilerplate(_FORM_HEADINGS.sub(_END_OF_PART, text))
    elements = read_elements(mark_questions(mark_numbers(authored) if is_numbered else authored))
    builder = _Builder()
    for element in _unfenced(elements, authored):
        builder.add(element)
    return builder.build()


def _unfenced(elements: Sequence[Element], text: str) -> Sequence[Element]:
    """Return the elements within a piece of code if that is most of a text: some post the form as they copied it."""
    if 2 * sum(len(element.text) for element in elements if element.kind == "code") <= len(text):
        return elements
    return [inner for each in elements for inner in (read_elements(each.text) if each.kind == "code" else (each,))]


@dataclass(slots=True)
class _Open:
    """An open part: where its elements go, and the heading level or depth of list that it began at."""

    name: str = ""
    level: int = 0
    depth: int = 0


class _Builder:
    """Walks through the elements and knows the section, the factor or finding, and the field that it is in."""

    def __init__(self) -> None:
        self.section = _Open()
        self.field: _Open | None = None
        self.group: tuple[str, int] | None = None
        self.titles: list[str] = []
        self.before: list[Element] = []
        self.is_request = False
        self.parts: dict[tuple[tuple[str, int] | None, str], list[Element]] = {}
        self.group_titles: dict[tuple[str, int], str] = {}

    def build(self) -> Outline:
        groups = list(self.group_titles)
        return Outline(
            self._parts_of(None),
            tuple(self._factor(group) for group in groups if group[0] == "factor"),
            tuple(self._factor(group) for group in groups if group[0] == "finding"),
            tuple(self.titles),
            tuple(self.before),
            self.is_request,
        )

    def add(self, element: Element) -> None:
        if element.quoted:
            # Some answer the questions of 2017 in quotations.
            self._append(replace(element, quoted=not self.section.name.startswith("q")))
        elif element.kind == "heading":
            self._add_heading(element)
        elif element.kind == "table":
            self._add_table(element)
        elif element.kind == "line":
            self._add_line(element)
        else:
            self._append(element)

    def _add_heading(self, element: Element) -> None:
        if self._begin(element.text, element, is_heading=True):
            return
        label, rest = split_plain_label(element.text)
        if label and self._begin(label, element, is_heading=True):
            if rest:
                self._append(Element("line", rest))
            return
        is_day = self.section.name in ("timeline", "q2-timeline") and element.text[:1].isdigit()
        if self.section.name and element.level <= self.section.level and not is_day:
            self.section, self.field, self.group = _Open("", element.level), None, None
        self._append(element)

    def _add_line(self, element: Element) -> None:
        is_whole = not element.text
        label, rest = element.label, element.text
        if not label:
            label, rest = split_plain_label(element.text)
            is_field = bool(rest) and bool(self._resolve(normalize_label(label), is_heading=False, level=8))
            if not is_field and self._begins_alone(element):
                return
            is_whole = not rest
        # A line that only continues a list item, without an empty line between, may be meant as a heading.
        is_outside = not element.depth or not element.is_first
        if label and self._begin(label, element, is_heading=is_whole and is_outside):
            if rest:
                self._append(replace(element, label="", text=rest, is_item=False))
            return
        self._append(element)

    def _begins_alone(self, element: Element) -> bool:
        """Begin a part if a line is nothing but its heading or label, as plain text is written."""
        return len(element.text) <= 120 and self._begin(element.text, element, is_heading=not element.depth)

    def _add_table(self, element: Element) -> None:
        """Begin a field for each row of two cells that names one, as some forms are filled in; keep other tables."""
        rows = [row for row in element.rows if len(row) >= 2]
        named = [self._resolve(normalize_label(row[0]), is_heading=False, level=0) for row in rows]
        if sum(1 for name in named if name) < 2 or any(len(row) > 2 and row[2].strip() for row in rows):
            self._append(element)
            return
        for row in rows:
            if self._begin(row[0], replace(element, kind="line"), is_heading=False):
                self._append(Element("line", row[1]))

    def _begin(self, label: str, element: Element, *, is_heading: bool) -> bool:
        """Begin the part that a label names; return whether it names one."""
        normalized = normalize_label(label)
        if not normalized:
            return False
        level = element.level or (7 if is_heading else 8)
        is_marked = element.kind == "heading" or bool(element.label)
        if is_heading and (kind := title_kind(normalized, exact=not is_marked)):
            self.titles.append(kind)
            if kind != "closure":
                self.section, self.field, self.group = _Open("", level), None, None
                return True
        if self._begin_group(label, normalized, element, is_heading=is_heading):
            return True
        is_marked = is_marked and is_heading
        questions = [name for (_, name) in self.parts if name.startswith("q")]
        name = ""
        if (questions and self.section.name.startswith("q")) or (is_marked and not questions and not self.titles):
            name = next_question(label, normalized, questions, is_marked=is_marked)
        name = name or self._resolve(normalized, is_heading=is_heading, level=level)
        if not name:
            return False
        forms = read_forms()
        is_section = is_heading and (name in forms.sections.values() and forms.sections.get(normalized) == name)
        is_question = name[:1] == "q" and name[1:2].isdigit()
        if is_question and _REPORT_REQUESTED.search(self._words_before()):
            self.is_request = True
        if is_section or is_question:
            in_finding = self.group and self.group[0] == "finding" and name in ("root-cause", "actions")
            self.section, self.field = _Open(name, level), None
            if not in_finding:
                self.group = None
        else:
            self.field = _Open(name, level, element.depth)
        self.parts.setdefault((self._group_of(name), name), [])
        return True

    def _begin_group(self, label: str, normalized: str, element: Element, *, is_heading: bool) -> bool:
        """Begin a contributing factor or a finding."""
        if _FACTOR.match(normalized) and (is_heading or element.label) and self.section.name in ("root-cause", ""):
            kind, title = "factor", _FACTOR_TITLE.sub("", label, count=1)
            if not title and element.label and element.text:
                title = element.text
            if normalized in read_forms().sections and not title:
                return False
            self.section = _Open("root-cause", min(self.section.level or 9, element.level or 9))
        elif self._is_finding(label, normalized, element) and is_heading:
            kind, title = "finding", label
            self.section = _Open("finding", element.level or 7)
        else:
            return False
        self.field = None
        self.group = (kind, sum(1 for group in self.group_titles if group[0] == kind))
        self.group_titles[self.group] = title.strip(" :*")
        return True

    def _is_finding(self, label: str, normalized: str, element: Element) -> bool:
        """Return whether a heading, or a line like "Issue #1: a title", begins a finding, and not one of its fields."""
        in_finding = self.group is not None and self.group[0] == "finding"
        if in_finding and without_finding(normalized) in read_forms().fields["finding"]:
            return False
        return begins_finding(label, normalized, is_marked=element.kind == "heading" or bool(element.label))

    def _resolve(self, normalized: str, *, is_heading: bool, level: int) -> str:
        """Return the part that a normalized label begins here, "" if none."""
        forms = read_forms()
        if not normalized:
            return ""
        for beginning, part in forms.questions:
            if normalized.startswith(beginning) and (is_heading or len(beginning.split()) >= _MIN_QUESTION_WORDS):
                return part
        in_group = forms.fields.get(self.group[0], {}) if self.group else {}
        if self.group and self.group[0] == "finding":
            normalized = without_finding(normalized) or normalized
        deeper = not is_heading or level > self.section.level
        if deeper and (name := in_group.get(normalized)):
            return name
        if name := forms.fields.get(self.section.name, {}).get(normalized):
            return name
        section = forms.sections.get(normalized) if is_heading else None
        if name := section or forms.fields["any"].get(normalized):
            return name
        return "stopped" if normalized.startswith("was issuance stopped") else ""

    def _append(self, element: Element) -> None:
        opened = self.field
        is_day = element.text[:1].isdigit()
        ends = opened and opened.depth and not element.depth and self.section.name == "closure"
        if ends or (opened and element.kind == "heading" and element.level <= opened.level < 7 and not is_day):
            self.field = opened = None
        name = opened.name if opened else self.section.name
        if not name:
            self.before.append(element)
            return
        self.parts.setdefault((self._group_of(name), name), []).append(element)

    def _group_of(self, name: str) -> tuple[str, int] | None:
        return self.group if self.group and (self.group[0] == "finding" or name.startswith("factor-")) else None

    def _words_before(self) -> str:
        return " ".join(" ".join(element.whole for element in self.before[-40:]).split())

    def _parts_of(self, group: tuple[str, int] | None) -> Mapping[str, Part]:
        return MappingProxyType(
            {name: Part(name, tuple(elements)) for (around, name), elements in self.parts.items() if around == group}
        )

    def _factor(self, group: tuple[str, int]) -> Factor:
        return Factor(self.group_titles[group], self._parts_of(group))
