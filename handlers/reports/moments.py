"""Dates and times in the text of reports, in the spellings that people use, as UTC."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?:19|20)[0-9]{2}"
_ORDINAL = "(?:st|nd|rd|th)?"
_DATE = re.compile(
    rf"""(?<![\w./-])(?:
        (?P<iso_year>{_YEAR})[-/.](?P<iso_month>[0-9]{{1,2}})[-/.](?P<iso_day>[0-9]{{1,2}})(?=\D|\Z)
      | (?P<day1>[0-9]{{1,2}}){_ORDINAL}[ ]?(?:of[ ])?[-. ]?(?P<month1>{_MONTH})(?:[-,. ]{{1,2}}(?P<year1>{_YEAR}))?
        (?!\w)
      | (?P<month2>{_MONTH})[ -]{{1,2}}(?P<day2>[0-9]{{1,2}}){_ORDINAL}(?:,?[ -]{{1,2}}(?P<year2>{_YEAR}))?(?![\w:])
      | (?P<first>[0-9]{{1,2}})(?P<separator>[./])(?P<second>[0-9]{{1,2}})(?P=separator)(?P<year3>{_YEAR})(?!\w)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:(?<![\w:.])|(?<=[0-9]T))(?P<hour>[01]?[0-9]"
    r"|2[0-4])[:.h](?P<minute>[0-5][0-9])(?:[:.](?P<second>[0-5][0-9])(?:\.[0-9]{1,9})?)?"
    r"(?![0-9:])(?:\s?(?P<half>[ap])\.?m\b\.?)?"
    r"|(?<![\w:.])(?P<whole>1[0-2]|0?[1-9])\s?(?P<half_of_whole>[ap])\.?m\b\.?",
    re.IGNORECASE,
)
_ABBREVIATED = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "cest": 120, "eet": 120, "eest": 180,
    "msk": 180, "trt": 180, "jst": 540, "kst": 540, "hkt": 480, "sgt": 480, "est": -300, "edt": -240, "cdt": -300,
    "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "pt": -480, "et": -300,
}  # fmt: skip
_ZONE_NAME = "|".join(sorted(_ABBREVIATED, key=len, reverse=True))
_OFFSET = r"[+\u2212–-]\s?[0-9]{1,2}(?::?[0-5][0-9])?"
_ZONE = re.compile(
    rf"\s{{0,2}}[(\[,]?\s?(?:(?P<name>{_ZONE_NAME})(?![a-z])\s?(?P<offset>{_OFFSET}(?![0-9-]))?"
    rf"|(?P<bare>{_OFFSET})(?![0-9-]))",
    re.IGNORECASE,
)
_ALL_TIMES = re.compile(
    r"\b(?:(?:all|the|these|following) (?:times|dates|timestamps)|times (?:are|in|below|given|shown)"
    rf"|timestamps? (?:are|in)|time ?zone|timeline (?:is )?in)\b"
    rf"[^.\n]{{0,40}}?\b(?P<name>{_ZONE_NAME})(?![a-z])\s?(?P<offset>{_OFFSET})?"
    rf"|(?:time|date)[^\n.(]{{0,12}}\((?P<column>{_ZONE_NAME})(?![a-z])\s?(?P<column_offset>{_OFFSET})?",
    re.IGNORECASE,
)
_BETWEEN_DATE_AND_TIME = re.compile(
    r"[T\s,;:@()/–-]{0,4}(?:(?:at|around|approximately|about|,)\s{1,2}){0,2}", re.IGNORECASE
)
_BETWEEN_TIME_AND_DATE = re.compile(r"[\s,)]{0,3}(?:on|of)?\s{1,2}(?:the\s)?", re.IGNORECASE)
_MAX_TIME_DISTANCE = 24


@dataclass(frozen=True, slots=True)
class Moment:
    """A date with or without its time of day, UTC; `start` and `end` are its place in the text."""

    time: datetime
    has_time: bool
    start: int
    end: int

    @property
    def day(self) -> date:
        """The day, as it was written if no time of day is known."""
        return self.time.date()


def find_moments(text: str, near: date | None = None, zone: int = 0) -> Iterator[Moment]:
    """Yield the dates of a text with their times, in order.

    A date without a year is taken to be the one closest to `near`, and left out without it. Times without a zone are
    read in `zone`, minutes east of UTC. Impossible dates are left out.
    """
    previous_end = 0
    for match in _DATE.finditer(text):
        day = _day(match, near)
        if day is None:
            continue
        yield _with_time(text, match, day, zone, previous_end)
        previous_end = match.end()


def find_time(text: str, day: date, zone: int = 0) -> Moment | None:
    """Return the time of day that a text begins with, on a day; None if it does not begin with one."""
    match = _TIME.match(text)
    if not match:
        return None
    time, end = _time_on(text, match, day, zone)
    return Moment(time, True, match.start(), end) if time else None


def find_first_time(text: str, day: date, zone: int = 0) -> Moment | None:
    """Return the first time of day anywhere in a text, on a day."""
    for match in _TIME.finditer(text):
        time, end = _time_on(text, match, day, zone)
        if time:
            return Moment(time, True, match.start(), end)
    return None


def stated_zone(text: str) -> int | None:
    """Return the zone that a text states for all its times, in minutes east of UTC ("All times are UTC+8")."""
    match = _ALL_TIMES.search(text)
    if match is None:
        return None
    return _minutes(match["name"] or match["column"], match["offset"] or match["column_offset"])


def _with_time(text: str, match: re.Match[str], day: date, zone: int, previous_end: int) -> Moment:
    gap = _BETWEEN_DATE_AND_TIME.match(text, match.end())
    after = gap.end() if gap else match.end()
    if time_match := _TIME.match(text, after):
        time, end = _time_on(text, time_match, day, zone)
        if time:
            return Moment(time, True, match.start(), end)
    before = max(previous_end, match.start() - _MAX_TIME_DISTANCE)
    for time_match in _TIME.finditer(text, before, match.start()):
        time, end = _time_on(text, time_match, day, zone)
        gap = _BETWEEN_TIME_AND_DATE.fullmatch(text, end, match.start()) if end <= match.start() else None
        if time and gap:
            return Moment(time, True, time_match.start(), match.end())
    return Moment(datetime(day.year, day.month, day.day, tzinfo=UTC), False, match.start(), match.end())


def _time_on(text: str, match: re.Match[str], day: date, zone: int) -> tuple[datetime | None, int]:
    hour, minute = int(match["hour"] or match["whole"]), int(match["minute"] or 0)
    half = (match["half"] or match["half_of_whole"] or "").casefold()
    if half:
        if hour > 12:
            half = ""
        hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    end = match.end()
    minutes = zone
    if zone_match := _ZONE.match(text, end):
        minutes = _minutes(zone_match["name"], zone_match["offset"] or zone_match["bare"])
        end = zone_match.end()
    extra = timedelta(days=1) if hour == 24 else timedelta()
    try:
        local = datetime(
            day.year, day.month, day.day, hour % 24, minute, int(match["second"] or 0),
            tzinfo=timezone(timedelta(minutes=minutes)),
        )  # fmt: skip
        return (local + extra).astimezone(UTC), end
    except (ValueError, OverflowError):
        return None, end


def _minutes(name: str | None, offset: str | None) -> int:
    minutes = _ABBREVIATED[name.casefold()] if name else 0
    if offset:
        digits = re.sub(r"[^0-9:]", "", offset)
        hours, rest = (
            digits.split(":") if ":" in digits else (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
        )
        value = int(hours) * 60 + int(rest)
        minutes += value if offset.startswith("+") else -value
    return minutes if abs(minutes) < 24 * 60 else 0


def _day(match: re.Match[str], near: date | None) -> date | None:
    try:
        if match["iso_year"]:
            return date(int(match["iso_year"]), int(match["iso_month"]), int(match["iso_day"]))
        if match["first"]:
            return _of_three(int(match["first"]), int(match["second"]), int(match["year3"]), match["separator"], near)
        month = _MONTHS.index((match["month1"] or match["month2"])[:3].casefold()) + 1
        day = int(match["day1"] or match["day2"])
        if year_text := match["year1"] or match["year2"]:
            return date(int(year_text), month, day)
        return _closest(month, day, near) if near else None
    except ValueError:
        return None


def _of_three(first: int, second: int, year: int, separator: str, near: date | None) -> date:
    """Return the day of "12.11.2021" or "11/12/2021": a dot separates day and month.

    With a slash it may be either; the one closer to `near` is taken, month and day as in the United States without it.
    """
    if separator == "." or not _exists(year, first, second):
        return date(year, second, first)
    american = date(year, first, second)
    if near is None or not _exists(year, second, first):
        return american
    return min(american, date(year, second, first), key=lambda day: abs(day - near))


def _closest(month: int, day: int, near: date) -> date:
    candidates = [date(near.year + step, month, day) for step in (-1, 0, 1) if _exists(near.year + step, month, day)]
    if not candidates:
        raise ValueError(day)
    return min(candidates, key=lambda candidate: abs(candidate - near))


def _exists(year: int, month: int, day: int) -> bool:
    try:
        return date(year, month, day) is not None
    except ValueError:
        return False
