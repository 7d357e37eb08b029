"""A full report as it stands after later comments that post some of its parts again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from handlers.reports.content import read_content
from handlers.reports.detection import detect_form
from handlers.reports.forms import Form, read_forms
from handlers.reports.outline import read_outline
from handlers.reports.parts import Outline
from handlers.reports.texts import is_filled
from handlers.reports.values import Report, ReportField

_FULL_FORMS = ("3-full", "2.0", "seven")


@dataclass(frozen=True, slots=True)
class ReportText:
    """The text of a comment that holds a report or some parts of one."""

    comment: int
    posted: datetime
    text: str


def is_amendment(text: str, posted: datetime, full: Report | None) -> bool:
    """Return whether a text after a full report holds some of its parts again, and is no report of its own.

    It has no title of a report, and fewer than half of the parts of any form.
    """
    if full is None or full.form not in _FULL_FORMS:
        return False
    outline = read_outline(text)
    if outline.titles or outline.is_request:
        return False
    form = detect_form(outline, posted.date()) or read_forms().forms[full.form]
    parts = _filled_parts(outline, form)
    return form.id in _FULL_FORMS and 0 < 2 * len(parts) < len(form.fields)


def amend(full: Report, own_text: str, amendments: Sequence[ReportText], *, is_delay: bool = False) -> Report:
    """Return a full report with the parts that later comments post again; each field names its own comment."""
    form = read_forms().forms[full.form]
    outline = read_outline(own_text)
    comments: dict[str, int] = {}
    for amendment in amendments:
        newer = read_outline(amendment.text)
        names = _filled_parts(newer, form)
        comments.update(dict.fromkeys(names, amendment.comment))
        parts = {name: part for name, part in newer.parts.items() if name in names}
        outline = replace(
            outline,
            parts=MappingProxyType({**outline.parts, **parts}),
            factors=newer.factors or outline.factors,
        )
    report = read_content(form, outline, full.posted, bug=full.bug, comment=full.comment, is_delay=is_delay)
    fields = {name: _with_comment(field, comments) for name, field in report.fields.items()}
    return replace(report, fields=fields, actions=report.actions, names_reporter=full.names_reporter)


def _with_comment(field: ReportField, comments: dict[str, int]) -> ReportField:
    return replace(field, comment=comments.get(field.name, field.comment))


def _filled_parts(outline: Outline, form: Form) -> frozenset[str]:
    names = {name for name in (*form.fields, *form.optional) if name in outline.parts and is_filled(outline.part(name))}
    return frozenset(names | ({"factors"} if outline.factors else set()))
