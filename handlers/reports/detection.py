"""Which form a comment follows, if it is a report at all."""

import re
from datetime import date

from handlers.reports.forms import Form, read_forms
from handlers.reports.parts import Outline
from handlers.reports.questions import QUESTIONS
from handlers.reports.texts import is_filled

_FULL_3 = ("ccadb-id", "start", "identified", "end", "total", "remaining-valid", "types", "heuristic", "stopped")
_PRELIMINARY_3 = ("description", "policies", "source")
_CLOSURE = ("cause", "remediation", "commitments")
_SECTIONS_2 = ("summary", "impact", "timeline", "root-cause", "lessons", "well", "bad", "lucky", "actions", "appendix")
_MIN_SECTIONS = 2
_MIN_FIELDS = 2
# In characters; shorter words of a CA tell nothing of an incident.
_MIN_FIRST_WORD = 60
_MAX_PENDING = 200
_PENDING = re.compile(
    r"\b(?:pending|to be|tbd|will (?:be|follow)|in progress|under way|later)\b|\b(?:investigat|analy[sz])",
    re.IGNORECASE,
)
_WHICH = r"\b(?:full|final|complete|detailed|formal|comprehensive|separate|further|incident|more|additional|seven)\b"
_WHAT = r"\b(?:reports?|details|information|answers)\b"
_ANNOUNCES = re.compile(
    rf"\b(?:will|shall|plan|planning|expect|intend|aim|hope|going to|preparing"
    rf"|working on)\b[^.\n]{{0,80}}{_WHICH}[^.\n]{{0,40}}{_WHAT}"
    rf"|{_WHICH}[^.\n]{{0,40}}{_WHAT}[^.\n]{{0,60}}\b(?:will|shall|follows?|to follow|being prepared|soon"
    rf"|(?:is|are) (?:due|going to|to be)|expected|planned|in preparation)\b"
    r"|\b(?:will|shall) (?:provide|post|give|share) (?:an? |our |the )?(?:next )?updates?\b",
    re.IGNORECASE,
)
_CALLS_ITSELF_FIRST = re.compile(
    r"\b(?:this|following|below|here) (?:is|post is|report is) (?:an?|our|the) (?:preliminary|initial|interim)\b",
    re.IGNORECASE,
)


def detect_form(outline: Outline, day: date, *, by_ca_first: bool = False, is_opening: bool = True) -> Form | None:
    """Return the form that a comment of a day follows, None if it is no report.

    `by_ca_first` says that it is a CA's own comment before any report: in prose it may then be the first word under
    guidelines 1.0 or 2.0, a later comment than the `is_opening` one only if it announces the report.
    """
    evidence = _Evidence(outline, day)
    form_id = (
        evidence.closure()
        or evidence.marked_by_fields()
        or evidence.headings(by_ca_first=by_ca_first, is_opening=is_opening)
    )
    form = read_forms().forms[form_id] if form_id else None
    return form if form and day >= form.known else None


class _Evidence:
    """What speaks for each form: how the comment calls itself, and whose fields it has."""

    def __init__(self, outline: Outline, day: date) -> None:
        self.outline = outline
        self.day = day
        self.parts = set(outline.parts) | {name for factor in outline.factors for name in factor.parts}
        self.is_3 = day >= read_forms().forms["3-full"].start

    def closure(self) -> str | None:
        """Return the closure summary, unless a whole report stands in the same comment."""
        is_closure = "closure" in self.outline.titles or self._count(_CLOSURE) >= _MIN_FIELDS
        return "3-closure" if is_closure and self._count(_FULL_3) < len(_FULL_3) // 2 else None

    def marked_by_fields(self) -> str | None:
        """Return a form whose fields no other form has."""
        titles = self.outline.titles
        questions = 0 if self.outline.is_request else self._count(QUESTIONS)
        has_findings = any(len(finding.parts) >= _MIN_FIELDS for finding in self.outline.findings)
        is_audit = "audit" in titles or (has_findings and not self._count(_FULL_3))
        is_full = self._count(_FULL_3) >= _MIN_FIELDS or (bool(self.outline.factors) and "related" in self.parts)
        is_preliminary = self._count(_PRELIMINARY_3) >= _MIN_FIELDS or (self.is_3 and "preliminary" in titles)
        evidence = {
            "seven": questions >= _MIN_FIELDS or (bool(questions) and "q1-aware" in self.parts),
            self._audit_form(): is_audit and "full" not in titles[-1:],
            "3-full": is_full or (self.is_3 and "full" in titles and self._count(_SECTIONS_2) > 0),
            "3-preliminary": is_preliminary and not self._is_long(),
        }
        return next((form for form, holds in evidence.items() if holds), None)

    def headings(self, *, by_ca_first: bool, is_opening: bool) -> str | None:
        """Return form 2.0 by its headings, or a first word, which may be prose."""
        outline, sections = self.outline, self._count(_SECTIONS_2)
        if outline.is_request:
            return None
        is_first = "preliminary" in outline.titles or _calls_itself_first(outline)
        announces = is_first or (sections < _MIN_SECTIONS and _announces_report(outline))
        needs_announcement = sections > 0 or not is_opening
        may_be_first = (by_ca_first or is_first) and (announces or not needs_announcement) and not _is_complete(outline)
        if may_be_first and (first := _first_word(outline, self.day)):
            return first
        by_summary = "summary" in outline.parts and not announces
        return "2.0" if sections >= _MIN_SECTIONS or (sections and (outline.titles or by_summary)) else None

    def _audit_form(self) -> str:
        forms = read_forms().forms
        return "2.0-audit" if self.day >= forms["2.0-audit"].start else "1.0-audit"

    def _is_long(self) -> bool:
        return self._count(("impact", "timeline", "root-cause", "actions")) >= 3

    def _count(self, names: tuple[str, ...]) -> int:
        return sum(1 for name in names if name in self.parts)


def _first_word(outline: Outline, day: date) -> str | None:
    """Return the form of a first word on a day, None if no guidelines know one or nothing is told."""
    if sum(map(len, _lines(outline))) < _MIN_FIRST_WORD:
        return None
    for form_id in ("1.0-first", "2.0-first"):
        form = read_forms().forms[form_id]
        if form.start <= day and (form.replaced is None or day < form.replaced):
            return form_id
    return None


def _lines(outline: Outline) -> list[str]:
    elements = (*outline.before, *(element for part in outline.parts.values() for element in part.elements))
    return [element.whole for element in elements if not element.quoted]


def _announces_report(outline: Outline) -> bool:
    return any(_ANNOUNCES.search(line) for line in _lines(outline))


def _calls_itself_first(outline: Outline) -> bool:
    return any(_CALLS_ITSELF_FIRST.search(line) for line in _lines(outline))


def _is_complete(outline: Outline) -> bool:
    """Return whether a report in the headings of 2.0 tells of causes and actions, as no first word does."""
    texts = {name: outline.part(name).text for name in ("root-cause", "actions", "well", "bad")}
    complete = [
        name
        for name, text in texts.items()
        if is_filled(outline.part(name)) and not (len(text) < _MAX_PENDING and _PENDING.search(text))
    ]
    return len(complete) >= _MIN_SECTIONS
