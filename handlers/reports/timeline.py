"""The entries of a timeline, and what they say of when an incident began, was noticed and ended."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from handlers.reports.moments import find_moments, find_time, stated_zone
from handlers.reports.parts import Element
from handlers.reports.texts import is_template

_LEAD = re.compile(r"[\s*_•·#(\[|-]*(?:(?:on|at|from|since|date|by)\b[:\s]*)?", re.IGNORECASE)
_MAX_DATE_OFFSET = 14
_WEEKDAY = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s*", re.IGNORECASE)
_SEPARATOR = re.compile(r"[\s:;,|*_)\]–—-]*(?:UTC\b)?[\s:;,|*_)\]–—-]*", re.IGNORECASE)

_MARKED_AWARE = re.compile(r"\b(?:aware|awareness|identified|non-?compliance identified)\b", re.IGNORECASE)
_NOTICED = re.compile(
    r"\b(?:notic\w+|find|finds|found|discover\w*|detect\w*|identif\w+|spot\w*|confirm\w*|realis\w*|realiz\w*|learn\w*"
    r"|alert\w*|reports?\b|reported|receive[sd]?|told|inform\w*|notif\w+|complain\w*|misses|reveal\w*|aware)\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:calls?|called|mail arrives|e-?mails?|shows?|sees?|saw|raise[sd]?|asks?|asked|question\w*|points? out)\b",
    re.IGNORECASE,
)
_DEADLINE = re.compile(
    r"\b(?:(?:days?|hours?|time|deadline|period|limit|week)\b.{0,30}\b(?:over|up|pass(?:es|ed)?"
    r"|run(?:s)? out|ran out|end(?:s|ed)?|expire[sd]?|missed)"
    r"|(?:revocation )?deadline|(?:revocation|time) (?:is |was )?due|end of the (?:five|5|seven|24))",
    re.IGNORECASE,
)
_SUBJECT = r"(?:non-?compliance|incident|problem|mis-?issuance)"
_MARKED_START = re.compile(
    rf"\b{_SUBJECT} (?:begins|began|starts|started)\b|\b(?:begin"
    rf"|start)(?:ning)? of (?:the )?{_SUBJECT}",
    re.IGNORECASE,
)
_MARKED_END = re.compile(rf"\b{_SUBJECT} (?:ends|ended|is over)\b|\bend of (?:the )?{_SUBJECT}", re.IGNORECASE)
_REPAIRED = re.compile(
    r"\b(?:fix\w*|repair\w*|correct\w*|solv\w*|resolv\w*|restor\w*|publish\w*|split|replac\w*|revok\w*"
    r"|revocation|clos\w+|remov\w+"
    r"|deploy\w*|back\b|stop\w*|disabled?|switched off|locked|end(?:s|ed)?\b|updated?|upload\w*|rolled"
    r"|installed|renewed|put in|in place|complete[sd]?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """An entry; without a time of day it stands at midnight, UTC."""

    time: datetime
    has_time: bool
    text: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The entries of a timeline in the order of the text."""

    entries: tuple[TimelineEntry, ...]

    @property
    def first(self) -> datetime:
        """The time of the earliest entry."""
        return min(entry.time for entry in self.entries)

    @property
    def last(self) -> datetime:
        """The time of the latest entry."""
        return max(entry.time for entry in self.entries)


def read_timeline(elements: Sequence[Element], near: date, zone: int = 0) -> Timeline | None:
    """Return the timeline in some elements, None without a dated entry.

    A line with nothing but a date gives it to the times that follow. `near` and `zone` are as for `find_moments`.
    """
    entries = tuple(_read_entries(elements, near, zone))
    return Timeline(entries) if entries else None


def _read_entries(elements: Sequence[Element], near: date, zone: int) -> Iterator[TimelineEntry]:
    day: date | None = None
    for element in elements:
        if element.kind == "table":
            header = " ".join(element.rows[0]) if element.rows else ""
            stated = stated_zone(header)
            table_zone = zone if stated is None else stated
            rows = [" ".join(row) for row in element.rows]
        elif element.kind in ("line", "heading") and not element.quoted:
            table_zone, rows = zone, [element.whole]
        else:
            continue
        for row in rows:
            if (stated := stated_zone(row)) is not None and not any(find_moments(row, near)):
                zone = stated
            entry, day = _read_row(row, day, near, table_zone)
            if entry:
                yield entry


def _read_row(row: str, day: date | None, near: date, zone: int) -> tuple[TimelineEntry | None, date | None]:
    """Return the entry of a row, and the day that holds for the times after it."""
    lead = _LEAD.match(row)
    text = row[lead.end() if lead else 0 :]
    if weekday := _WEEKDAY.match(text):
        text = text[weekday.end() :]
    moment = next(find_moments(text[:200], near, zone), None)
    if (
        moment
        and moment.start <= _MAX_DATE_OFFSET
        and (moment.start == 0 or moment.has_time or not any(map(str.isalpha, text[: moment.start])))
    ):
        rest = _rest(text, moment.end)
        if not moment.has_time and not rest:
            return None, moment.day
        if not moment.has_time and (time := find_time(rest, moment.day, zone)):
            return TimelineEntry(time.time, True, _rest(rest, time.end)), moment.day
        if is_template(rest) and rest:
            return None, moment.day
        return TimelineEntry(moment.time, moment.has_time, rest), moment.day
    if day and (time := find_time(text, day, zone)):
        return TimelineEntry(time.time, True, _rest(text, time.end)), day
    return None, day


def _rest(text: str, start: int) -> str:
    separator = _SEPARATOR.match(text, start)
    return text[separator.end() if separator else start :].strip()


def is_marked_aware(entry: TimelineEntry) -> bool:
    """Return whether an entry says of itself that the CA became aware then."""
    return _MARKED_AWARE.search(entry.text) is not None


def identified_in(timeline: Timeline, *, is_delay: bool, day: date | None = None) -> TimelineEntry | None:
    """Return the entry that tells how the CA became aware: one marked so, else the first that speaks of noticing.

    In the report of a delayed revocation it is the end of the time that was allowed. With a `day` only its entries
    count, and there may be none.
    """
    entries = timeline.entries if day is None else [entry for entry in timeline.entries if entry.time.date() == day]
    if not entries or day:
        return next((entry for entry in entries if entry.has_time), None)
    if is_delay:
        late = next((entry for entry in reversed(entries) if _DEADLINE.search(entry.text)), None)
        if late:
            return late
    for pattern in (_MARKED_AWARE, _NOTICED, _ASKED):
        match = next((entry for entry in entries if pattern.search(entry.text)), None)
        if match:
            return match
    return entries[min(1, len(entries) - 1)]


def start_in(timeline: Timeline, identified: datetime | None, *, is_delay: bool) -> datetime | None:
    """Return when the non-compliance began: an entry marked so, else the first before it was noticed, None without."""
    if is_delay:
        return identified
    if marked := next((entry for entry in timeline.entries if _MARKED_START.search(entry.text)), None):
        return marked.time
    first = timeline.entries[0].time
    return first if identified and first < identified else None


def end_in(timeline: Timeline, identified: datetime | None, *, is_over: bool) -> datetime | None:
    """Return when the non-compliance ended: the last entry, if it tells of a repair and nothing is left to revoke."""
    if marked := next((entry for entry in timeline.entries if _MARKED_END.search(entry.text)), None):
        return marked.time
    last = timeline.entries[-1]
    after = identified is None or last.time > identified
    return last.time if is_over and after and _REPAIRED.search(last.text) else None
