"""When an incident began, was noticed and ended: from the fields of a report, from its prose, or from its timeline."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from handlers.reports.moments import Moment, find_moments
from handlers.reports.prose_dates import begun_on, noticed_at, span_around
from handlers.reports.timeline import Timeline, end_in, identified_in, start_in
from handlers.reports.values import Report

_ONGOING = re.compile(
    r"\b(?:on-?going|not (?:yet )?ended|still (?:on|under way|in progress)|continues|continuing)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Times:
    """The three times, UTC, None if not given; `day_only` names those that are mere days, at midnight."""

    start: datetime | None = None
    identified: datetime | None = None
    end: datetime | None = None
    day_only: frozenset[str] = frozenset()


def with_times(report: Report, times: Times) -> Report:
    """Return a report with these times."""
    return replace(report, start=times.start, identified=times.identified, end=times.end, day_only=times.day_only)


def is_ongoing(text: str) -> bool:
    """Return whether the field of the end says that there is none yet."""
    return _ONGOING.search(text) is not None


def field_times(texts: Mapping[str, str], near: date, zone: int) -> Times:
    """Return the times of the fields start, identified and end of a full report."""
    moments = {name: next(find_moments(text, near, zone), None) for name, text in texts.items() if not is_ongoing(text)}
    times = {name: moment for name, moment in moments.items() if moment}
    day_only = frozenset(name for name, moment in times.items() if not moment.has_time)
    start, identified, end = (times[name].time if name in times else None for name in ("start", "identified", "end"))
    return Times(start, identified, end, day_only)


def told_times(text: str, near: date, zone: int) -> Times:
    """Return when prose says that the CA became aware, and what times it gives before and after that."""
    moment = noticed_at(text, near, zone)
    if moment is None:
        return Times()
    if not moment.has_time:
        return Times(identified=moment.time, day_only=frozenset(("identified",)))
    start, end = span_around(text, moment.time, near, zone)
    return Times(start, moment.time, end)


def timeline_times(timeline: Timeline | None, aware: Moment | None, *, is_delay: bool, is_over: bool) -> Times:
    """Return what a timeline tells, where another answer gave the moment of awareness or only its day, or nothing."""
    identified = aware.time if aware else None
    day_only = frozenset(("identified",)) if aware and not aware.has_time else frozenset[str]()
    if timeline is None:
        return Times(identified=identified, day_only=day_only)
    if aware is None or not aware.has_time:
        entry = identified_in(timeline, is_delay=is_delay, day=aware.day if aware else None)
        if entry:
            identified = entry.time
            day_only = frozenset() if entry.has_time else frozenset(("identified",))
    start = start_in(timeline, identified, is_delay=is_delay)
    return Times(start, identified, end_in(timeline, identified, is_over=is_over), day_only)


def begun(times: Times, summary: str, near: date) -> Times:
    """Return times with the day since which a summary says that it was so, if no start is known."""
    day = begun_on(summary, near) if times.start is None else None
    if day is None:
        return times
    return replace(times, start=datetime(day.year, day.month, day.day, tzinfo=UTC), day_only=times.day_only | {"start"})
