"""Check a draft of a report before it is posted. Nothing is stored, logged or sent."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from handlers.reports.check_facts import count_remarks, date_remarks, delay_remarks, number_remarks, summary_remarks
from handlers.reports.check_rules import Remark, remark
from handlers.reports.check_tables import action_remarks, lesson_remarks, related_remarks, table_remarks
from handlers.reports.content import read_content
from handlers.reports.detection import detect_form
from handlers.reports.elements import MAX_REPORT_LENGTH
from handlers.reports.forms import read_forms, version_in_force
from handlers.reports.outline import read_outline
from handlers.reports.parts import Outline
from handlers.reports.values import Report

_SPEAKS_OF_REVOCATION = re.compile(r"\brevo(?:ked|cation)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DraftCheck:
    """What a draft is and lacks. `form` is None if no form of a report is recognised; then nothing is missing.

    `is_cut` says that it is longer than a comment can be, and was read up to there.
    """

    form: str | None
    title: str | None
    version: str | None
    in_force: str
    allowed: bool
    missing: tuple[str, ...]
    na: tuple[str, ...]
    remarks: tuple[Remark, ...]
    is_cut: bool = False


def check_draft(text: str, day: date, own_names: Sequence[str] = ()) -> DraftCheck:
    """Return what a draft lacks if it is posted on a day (UTC). Never raises, takes linear time.

    `own_names` are the names of the CA that will post it, if they are known.
    """
    outline = read_outline(text)
    form = detect_form(outline, day, by_ca_first=True)
    is_cut = len(text) > MAX_REPORT_LENGTH
    in_force = version_in_force(day).name
    if form is None:
        remarks = tuple(_remarks_without_form(text, day))
        return DraftCheck(None, None, None, in_force, True, (), (), remarks, is_cut)
    posted = datetime.combine(day, time(12), UTC)
    report = read_content(form, outline, posted)
    remarks = tuple(_remarks(report, outline, text, day, own_names))
    return DraftCheck(
        form.id, form.title, report.version, in_force, report.allowed, report.missing, report.na, remarks, is_cut
    )


def _remarks(report: Report, outline: Outline, text: str, day: date, own_names: Sequence[str]) -> Iterator[Remark]:
    if not report.allowed:
        form = read_forms().forms[report.form]
        yield remark("form", f"This form was replaced on {form.replaced}; use the one of today.", "form-30d")
    yield from summary_remarks(report)
    yield from count_remarks(report)
    yield from date_remarks(report, day)
    yield from delay_remarks(report, text, day)
    yield from related_remarks(report, outline, own_names)
    yield from lesson_remarks(report, outline)
    yield from table_remarks(report, outline)
    yield from action_remarks(report, outline)


def _remarks_without_form(text: str, day: date) -> Iterator[Remark]:
    """Yield what an update on a delayed revocation lacks; of other updates nothing is asked."""
    if _SPEAKS_OF_REVOCATION.search(text):
        yield from number_remarks(text, day)
