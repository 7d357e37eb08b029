"""Read a bug's whiteboard: the tags and the dates that staff of the root programs type into it."""

import re
from dataclasses import dataclass
from datetime import date

from handlers.parsing.tags import canonical_tag


@dataclass(frozen=True, slots=True)
class Whiteboard:
    """What a whiteboard says; tags are in order of appearance and spelled as today."""

    tags: tuple[str, ...] = ()
    next_update: date | None = None
    close_on: date | None = None


_TAG = re.compile(r"[^\W_][\w .?!/+-]{0,58}[\w?!]")
_BARE_TAG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+\Z", re.ASCII)
_NEXT_UPDATE = re.compile(
    r"\bnext[\s_-]{1,5}update[:=]?(?:\s{1,5}(?:is|due|at|on|by|before))?[\s:=]{0,5}", re.IGNORECASE
)
_CLOSE_ON = re.compile(r"\bclos(?:e|ing)\s{1,5}(?:on|at|after)\b[\s:=]{0,5}", re.IGNORECASE)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>[a-z]{3,9})\.?"
_GAP = r"[\s./,-]{1,3}"
_WRITTEN = tuple(
    re.compile(form + r"(?![0-9])", re.IGNORECASE | re.ASCII)
    for form in (
        rf"(?P<year>[0-9]{{4}}){_GAP}{_MONTH}{_GAP}(?P<day>[0-9]{{1,2}})",
        rf"(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?{_GAP}(?:of\s)?{_MONTH}{_GAP}(?P<year>[0-9]{{4}})",
        rf"{_MONTH}{_GAP}(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?{_GAP}(?P<year>[0-9]{{4}})",
        r"(?P<year>[0-9]{4})([./-])(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2})",
        # Only where dots divide the numbers is the day known to come first.
        r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})",
    )
)
_EITHER_ORDER = re.compile(r"([0-9]{1,2})([/-])([0-9]{1,2})\2([0-9]{4})(?![0-9])", re.ASCII)


def read_whiteboard(text: str) -> Whiteboard:
    """Read tags and dates; unknown tags are kept, a date that could mean two days is left out.

    Never raises: staff type whiteboards by hand.
    """
    tags = dict.fromkeys(canonical_tag(tag) for tag in _tags(text))
    return Whiteboard(tuple(tags), _dated(_NEXT_UPDATE, text), _dated(_CLOSE_ON, text))


def read_date(text: str) -> date | None:
    """Read the date that a text begins with, None if there is none or it could mean two days."""
    for form in _WRITTEN:
        if match := form.match(text):
            return _day(match["year"], match["month"], match["day"])
    if match := _EITHER_ORDER.match(text):
        one, other, year = match[1], match[3], match[4]
        readings = {_day(year, one, other), _day(year, other, one)} - {None}
        return readings.pop() if len(readings) == 1 else None
    return None


def _tags(text: str) -> list[str]:
    """Return what stands in brackets, also where one of the two brackets was forgotten."""
    *closed, rest = text.split("]")
    tags = []
    for piece in closed:
        _, bracket, inside = piece.rpartition("[")
        if bracket:
            tags.append(inside.strip())
        elif (words := piece.split()) and _BARE_TAG.match(words[-1].casefold()):
            tags.append(words[-1])
    _, bracket, inside = rest.rpartition("[")
    if bracket and (words := inside.split()) and _BARE_TAG.match(words[0].casefold()):
        tags.append(words[0])
    return [tag for tag in tags if _TAG.fullmatch(tag) and not _NEXT_UPDATE.match(tag) and not _CLOSE_ON.match(tag)]


def _dated(label: re.Pattern[str], text: str) -> date | None:
    """Return the date after a label; of several the last, since people append."""
    found = (read_date(text[match.end() : match.end() + 40]) for match in label.finditer(text))
    dates = [day for day in found if day]
    return dates[-1] if dates else None


def _day(year: str, month: str, day: str) -> date | None:
    number = int(month) if month.isdecimal() else _month_number(month)
    try:
        return date(int(year), number, int(day))
    except ValueError:
        return None


def _month_number(name: str) -> int:
    """Return 1 to 12, or 0 for what is no month."""
    short = name.casefold()[:3]
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0
