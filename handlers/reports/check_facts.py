"""Check the facts of a draft: dates and counts that contradict each other, the summary, delayed revocations."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from handlers.reports.check_rules import Remark, remark
from handlers.reports.delays import read_revocation_figures
from handlers.reports.figures import contradictions
from handlers.reports.timeline import is_marked_aware
from handlers.reports.values import Report

_SOURCES = re.compile(r"\b(?:self|third|audit)", re.IGNORECASE)
_DELAYED = re.compile(
    r"\bnot (?:be(?:en)? )?revoked\b[^.;]{0,60}\b(?:within|by|in time|before|until|days|hours)\b"
    r"|\b(?:late|delayed) revocation|\brevo(?:ked|cation)\b[^.;]{0,40}\b(?:too late|late|delayed)\b"
    r"|\b(?:stayed|remained|were still|are still) valid (?:after|beyond)|\bmissed [^.;]{0,40}\brevocation",
    re.IGNORECASE,
)
_MIN_NUMBERS = 2
_NUMBER_NAMES = {
    "revoked": "how many certificates are revoked",
    "left": "how many are not yet revoked",
    "expired": "how many of those planned for revocation have expired",
    "estimate": "when the last is expected to be revoked",
}
_DATE_NAMES = {"start": "start", "identified": "identification", "end": "end"}


def summary_remarks(report: Report) -> Iterator[Remark]:
    """Yield the fields of the summary that are not what the form asks for."""
    fields = report.fields
    if report.form == "3-full" and fields["ccadb-id"].is_filled and report.ccadb_id is None:
        yield remark("ccadb-id", "The CCADB unique ID is an A and six digits.", "summary")
    source = fields.get("source")
    if source and source.is_filled and not _SOURCES.search(source.text):
        yield remark("source", "The source is one of Self Reported, Third Party Reported and Audit.", "summary")


def count_remarks(report: Report) -> Iterator[Remark]:
    """Yield counts that contradict each other, or fields for counts that hold none."""
    for flag in contradictions(report):
        if flag.figure == "remaining_valid":
            yield remark("remaining-valid", f"{flag.after:,} remain valid of {flag.before:,} in all.", "counts")
        else:
            text = f"The description speaks of {flag.after:,} certificates, the total is {flag.before:,}."
            yield remark("total", text, "counts")
    if report.form != "3-full":
        return
    for field, count in (("total", report.total), ("remaining-valid", report.remaining_valid)):
        if count is None and report.fields[field].is_filled and not report.fields[field].is_na:
            yield remark(field, "No number can be read here.", "counts")


def date_remarks(report: Report, day: date) -> Iterator[Remark]:
    """Yield dates that contradict each other, the timeline or the day of posting."""
    dates = {"start": report.start, "identified": report.identified, "end": report.end}
    if report.form not in ("3-full", "seven", "2.0"):
        return
    is_full = report.form == "3-full"
    moments = {name: moment for name, moment in dates.items() if moment} if is_full else {}
    for earlier, later in (("start", "identified"), ("identified", "end"), ("start", "end")):
        if earlier in moments and later in moments and moments[earlier] > moments[later]:
            if earlier == "start" and later == "end" and "identified" in moments:
                continue
            text = f"The {_DATE_NAMES[earlier]} ({_shown(moments[earlier])}) is after the {_DATE_NAMES[later]}"
            yield remark(later, f"{text} ({_shown(moments[later])}).", "dates")
    latest = datetime.combine(day, time.max, UTC) + timedelta(days=1)
    for name in ("start", "identified"):
        if name in moments and moments[name] > latest:
            yield remark(name, f"The {_DATE_NAMES[name]} ({_shown(moments[name])}) is in the future.", "dates")
    if report.first_issued and report.last_issued and report.first_issued > report.last_issued:
        yield remark("q4-summary", "The first certificate is later than the last one.", "fields-2.0")
    for row in report.related:
        if row.date and row.date > day.isoformat() and row.date[:4].isdigit():
            yield remark("related", f"Bug {row.bug} is dated {row.date}, which is in the future.", "related")
    yield from _timeline_remarks(report, moments)


def delay_remarks(report: Report, text: str, day: date) -> Iterator[Remark]:
    """Yield what a report of a delayed revocation lacks: the analysis, and the four numbers."""
    if report.form != "3-full":
        return
    analysis = report.fields["analysis"]
    if analysis.is_na and _DELAYED.search(report.description):
        yield remark(
            "analysis",
            "A delayed revocation needs the analysis: why it was delayed, and whom it harms.",
            "delay-analysis",
        )
    has_analysis = analysis.is_filled and not analysis.is_na
    if has_analysis or _DELAYED.search(report.description):
        yield from number_remarks(text, day)


def number_remarks(text: str, day: date) -> Iterator[Remark]:
    """Yield the numbers of a delayed revocation that a text does not give, if it gives at least two of them.

    A report says by its own fields how many there are and are left; the four numbers are asked of updates.
    """
    figures = read_revocation_figures(text, day)
    missing = figures.missing
    present = [name for name in ("revoked", "expired", "left") if name not in missing]
    if missing and len(present) >= _MIN_NUMBERS:
        names = [_NUMBER_NAMES[name] for name in missing]
        yield remark("revocation", f"It does not say {' and '.join(names)}.", "revocation-7d-3.0")


def _timeline_remarks(report: Report, moments: dict[str, datetime]) -> Iterator[Remark]:
    if report.timeline is None:
        return
    times = {entry.time for entry in report.timeline.entries}
    days = {entry.time.date() for entry in report.timeline.entries}
    marked = [entry for entry in report.timeline.entries if is_marked_aware(entry)]
    for name, moment in moments.items():
        if name == "identified" and marked and moment not in times and any(entry.has_time for entry in marked):
            text = f"The timeline marks {_shown(marked[0].time)} as the moment of awareness, the summary gives"
            yield remark(name, f"{text} {_shown(moment)}.", "dates")
        elif moment.date() not in days:
            text = f"The timeline has no entry on the day of the {_DATE_NAMES[name]} ({_shown(moment)})."
            yield remark(name, text, "dates")


def _shown(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
