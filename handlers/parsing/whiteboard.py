"""Parse a bug's whiteboard: the tags and dates that staff of the root programs type into it."""

import re
from dataclasses import dataclass
from datetime import date

from handlers.parsing.tags import normalize_tag


@dataclass(frozen=True, slots=True)
class Whiteboard:
    """The content of a whiteboard; tags are in order of appearance and in their current spelling."""

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
_DATE_FORMATS = tuple(
    re.compile(form + r"(?![0-9])", re.IGNORECASE | re.ASCII)
    for form in (
        rf"(?P<year>[0-9]{{4}}){_GAP}{_MONTH}{_GAP}(?P<day>[0-9]{{1,2}})",
        rf"(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?{_GAP}(?:of\s)?{_MONTH}{_GAP}(?P<year>[0-9]{{4}})",
        rf"{_MONTH}{_GAP}(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?{_GAP}(?P<year>[0-9]{{4}})",
        r"(?P<year>[0-9]{4})([./-])(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2})",
        # Only with dots between the numbers does the day certainly come first.
        r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})",
    )
)
_AMBIGUOUS_DATE = re.compile(r"([0-9]{1,2})([/-])([0-9]{1,2})\2([0-9]{4})(?![0-9])", re.ASCII)


def parse_whiteboard(text: str) -> Whiteboard:
    """Parse tags and dates; unknown tags are included, an ambiguous date ("3/4/2024") is not.

    Never raises: staff type whiteboards by hand.
    """
    tags = dict.fromkeys(normalize_tag(tag) for tag in _bracketed_tags(text))
    return Whiteboard(tuple(tags), _date_after(_NEXT_UPDATE, text), _date_after(_CLOSE_ON, text))


def parse_date(text: str) -> date | None:
    """Parse the date at the start of a text; return None if there is none or if it could mean two days."""
    for pattern in _DATE_FORMATS:
        if match := pattern.match(text):
            return _make_date(match["year"], match["month"], match["day"])
    if match := _AMBIGUOUS_DATE.match(text):
        first, second, year = match[1], match[3], match[4]
        dates = {_make_date(year, first, second), _make_date(year, second, first)} - {None}
        return dates.pop() if len(dates) == 1 else None
    return None


def _bracketed_tags(text: str) -> list[str]:
    """Return the tags in brackets, including those that lack one of the two brackets."""
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


def _date_after(label: re.Pattern[str], text: str) -> date | None:
    """Return the last date after a label, since newer dates are appended; None without a date."""
    parsed = (parse_date(text[match.end() : match.end() + 40]) for match in label.finditer(text))
    dates = [day for day in parsed if day]
    return dates[-1] if dates else None


def _make_date(year: str, month: str, day: str) -> date | None:
    number = int(month) if month.isdecimal() else _month_number(month)
    try:
        return date(int(year), number, int(day))
    except ValueError:
        return None


def _month_number(name: str) -> int:
    """Return 1 to 12, or 0 for a name that is not a month's."""
    abbreviation = name.casefold()[:3]
    return _MONTHS.index(abbreviation) + 1 if abbreviation in _MONTHS else 0
