"""Check the tables and lessons of a draft: columns, action items, related incidents."""

import re
from collections.abc import Iterator, Sequence

from handlers.reports.check_rules import Remark, read_check_rules, remark
from handlers.reports.forms import read_forms
from handlers.reports.parts import Outline
from handlers.reports.tables import action_columns, related_columns
from handlers.reports.texts import is_not_applicable, is_template, says_nothing
from handlers.reports.values import ActionItem, Report
from handlers.text.stop_words import STOP_WORDS
from handlers.text.words import tokenize

_MAX_QUOTED = 60
_STEM_LENGTH = 5
_MIN_WORD_LENGTH = 4
_OWN = re.compile(r"\b(?:ours?|own|we|us|ourselves|this ca|same ca)\b", re.IGNORECASE)
_NAME = re.compile(r"\(([A-Z][\w .&’'-]{3,40})\)\s*\.?\Z|\A([A-Z][\w .&’'-]{3,40}):\s")
_UNDECIDED = re.compile(r"\W*(?:tb[dac]|to be (?:\w+)|unknown|open|later|none|asap|soon|\?)\W*", re.IGNORECASE)
_REVOKES = re.compile(r"\brevo(?:k|cation)", re.IGNORECASE)


def table_remarks(report: Report, outline: Outline) -> Iterator[Remark]:
    """Yield the tables that lack columns of the form."""
    form = read_forms().forms[report.form]
    rule = "actions" if report.form == "3-full" else "actions-2.0"
    columns = action_columns(outline.part("actions"))
    if form.action_columns and columns is None and report.actions and report.form in ("3-full", "2.0"):
        yield remark("actions", "The action items are not in a table as the form has it.", rule)
    for field, present, wanted, rule_id in (
        ("actions", columns, form.action_columns, rule),
        ("related", related_columns(outline.part("related")), form.related_columns, "related"),
    ):
        if present is None or field not in form.fields or report.fields[field].is_na:
            continue
        names = [read_check_rules().columns[column] for column in wanted if column not in present]
        if names:
            table = "action items" if field == "actions" else "related incidents"
            yield remark(field, f"The table of {table} has no column {_listed(names)}.", rule_id)


def action_remarks(report: Report, outline: Outline) -> Iterator[Remark]:
    """Yield the action items that lack what their table has a column for, or a date."""
    form = read_forms().forms[report.form]
    rule = "actions" if report.form == "3-full" else "actions-2.0"
    present = action_columns(outline.part("actions")) or frozenset()
    for number, item in enumerate(report.actions, 1):
        lacking = [column for column in form.action_columns if column in present and _is_blank(column, item)]
        if not present and item.due is None and form.action_columns:
            lacking.append("due")
        if lacking:
            names = _listed([read_check_rules().columns[column] for column in lacking])
            yield remark("actions", f"Action item {number} ({_quoted(item.item)}) has no {names}.", rule)


def lesson_remarks(report: Report, outline: Outline) -> Iterator[Remark]:
    """Yield the points that went badly and that no action item seems to be for.

    Words decide: a point goes with the action items and with the contributing factors that share one with it. What is
    left over on both sides may go together, so that only more points than action items are remarked on.
    """
    rule = "lessons" if report.form == "3-full" else "lessons-2.0"
    other = report.lessons.other if report.form == "3-full" else ()
    points = [("bad", point) for point in report.lessons.bad] + [("other", point) for point in other]
    points = [(field, point) for field, point in points if not says_nothing(point)]
    if not points or report.form not in ("3-full", "2.0"):
        return
    groups = _groups(report, outline)
    matched = {number for number, (stems, _) in enumerate(groups) if any(_stems(point) & stems for _, point in points)}
    everything = set().union(*(stems for stems, _ in groups)) if groups else set()
    uncovered = [(field, point) for field, point in points if not _stems(point) & everything]
    left = sum(size for number, (_, size) in enumerate(groups) if number not in matched)
    for field, point in uncovered[left:]:
        yield remark(field, f"No action item seems to be for {_quoted(point)}.", rule)
    if not uncovered and not report.actions:
        yield remark(points[0][0], f"No action item is there for {_quoted(points[0][1])}.", rule)


def related_remarks(report: Report, outline: Outline, own_names: Sequence[str]) -> Iterator[Remark]:
    """Yield that all related incidents are the CA's own, if the draft tells so."""
    if not report.related:
        return
    elsewhere = "\n".join(
        [part.text for name, part in outline.parts.items() if name != "related"]
        + [element.whole for element in outline.before]
        + list(own_names)
    )
    if all(_is_own(row.description, elsewhere, own_names) for row in report.related):
        yield remark(
            "related", "All related incidents are the CA's own; those of other CAs belong here too.", "related"
        )


def _is_own(description: str, elsewhere: str, own_names: Sequence[str]) -> bool:
    if any(name and name.casefold() in description.casefold() for name in own_names):
        return True
    name = _NAME.search(description)
    if name:
        return (name[1] or name[2]) in elsewhere
    return _OWN.search(description) is not None


def _groups(report: Report, outline: Outline) -> list[tuple[set[str], int]]:
    """Return the words of each contributing factor with its action items, and how many these are.

    An item without a known factor stands for itself. Revoking what was mis-issued mends nothing that went badly.
    """
    items = [item for item in report.actions if not _REVOKES.search(item.item) or len(report.actions) == 1]
    groups: list[tuple[set[str], int]] = []
    grouped: set[str] = set()
    for number, factor in enumerate(outline.factors, 1):
        own = [item for item in items if re.search(rf"(?<![0-9]){number}(?![0-9])", item.causes or "")]
        grouped.update(item.id for item in own)
        text = " ".join([factor.title, *(part.text for part in factor.parts.values()), *map(_item_text, own)])
        groups.append((_stems(text), len(own)))
    root_cause = _stems(outline.part("root-cause").text) if not outline.factors else set()
    groups.extend((_stems(_item_text(item)), 1) for item in items if item.id not in grouped)
    return [*groups, (root_cause, 0)] if root_cause else groups


def _item_text(item: ActionItem) -> str:
    return f"{item.item} {item.criteria or ''}"


def _stems(text: str) -> set[str]:
    words = (word for word in tokenize(text) if len(word) >= _MIN_WORD_LENGTH and word not in STOP_WORDS)
    return {word[:_STEM_LENGTH] for word in words}


def _is_blank(column: str, item: ActionItem) -> bool:
    text = (item.due_text if column == "due" else getattr(item, column)) or ""
    if column == "due" and item.due is not None:
        return False
    return column != "item" and (is_template(text) or is_not_applicable(text) or _UNDECIDED.fullmatch(text) is not None)


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return f"“{line if len(line) <= _MAX_QUOTED else line[: _MAX_QUOTED - 1].rstrip() + '…'}”"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
