"""Parse a bug's whiteboard: the tags and dates that staff of the root programs type into it.

The form is "[ca-compliance] [ev-misissuance] Next update 2024-06-17", but they are typed and pasted by hand: several
tags share a bracket, a bracket is missing or doubled, a date stands within a tag's bracket, a hyphen is a dash.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from handlers.parsing.tags import is_known_tag, normalize_tag
from handlers.text.invisible import strip_invisible


@dataclass(frozen=True, slots=True)
class Whiteboard:
    """The content of a whiteboard; tags are in order of appearance and in their current spelling."""

    tags: tuple[str, ...] = ()
    next_update: date | None = None
    close_on: date | None = None


_TAG = re.compile(r"(?=.*[^\W\d_])[^\W_][\w .?!/+-]{0,58}[\w?!]")
_BARE_TAG = re.compile(r"(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)+\Z", re.ASCII)
# What is typed or pasted for a hyphen and for a bracket.
_HYPHENS = re.compile("[\u02d7\u2010-\u2015\u2043\u2053\u2212\u223c\ufe58\ufe63\uff0d~]")
_BRACKETS = str.maketrans("［【〔｛{⟦〖「『〈《❲⁅", "[" * 13) | str.maketrans("］】〕｝}⟧〗」』〉》❳⁆", "]" * 13)
_SEPARATOR = re.compile("[,;|、，；·•・･]")
# Around and between known tags that stand outside of brackets.
_SEPARATOR_OF_BARE_TAGS = re.compile(r"[,;|、，；·•・･()（）<>/+&\\]")
# These may be part of an unknown tag.
_SEPARATOR_OF_KNOWN_TAGS = re.compile(r"(?:[\s/+&\\>]|-(?=>))+(?:(?:and|or)\s+)?", re.IGNORECASE)
_AROUND_TAG = " -:.,_/()<>\"'`*#\\“”„‘’«»"
_NEXT_UPDATE = re.compile(
    r"\bnext[\s_-]{0,5}updated?s?(?:[:=]|(?=[0-9_])|\b)"
    r"(?:\s{1,5}(?:is|due|date|expected|planned|scheduled|for|at|on|or|by|before|no|later|than|the)\b[:=]?){0,5}"
    r"[\s:=_(\[<\"'“-]{0,5}",
    re.IGNORECASE,
)
_CLOSE_ON = re.compile(r"\bclos(?:e|ing)[\s_-]{1,5}(?:on|at|after|by)\b[\s:=(\[-]{0,5}", re.IGNORECASE)
# Stands where a label and its date stood: the rest of such a note is no tag unless it is a known one.
_NOTE = "\x01"

_MAX_DATE_LENGTH = 50
_DATE_START = re.compile(r"[\s(:-](?=\w)")
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}[.,\s]{1,3}(?:the\s)?", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>[a-z]{3,9})\.?"
_GAP = r"[\s./,-]{1,3}"
_DATE_FORMATS = tuple(
    re.compile(form + r"(?![0-9])", re.IGNORECASE | re.ASCII)
    for form in (
        rf"(?P<year>[0-9]{{4}}){_GAP}{_MONTH}{_GAP}(?P<day>[0-9]{{1,2}})",
        rf"(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?{_GAP}(?:of\s)?{_MONTH}{_GAP}(?P<year>[0-9]{{4}})",
        rf"{_MONTH}{_GAP}(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?{_GAP}(?P<year>[0-9]{{4}})",
        r"(?P<year>[0-9]{4})(\s?[./-]\s?)(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2})",
        r"(?P<year>[0-9]{4})\s?年\s?(?P<month>[0-9]{1,2})\s?月\s?(?P<day>[0-9]{1,2})\s?日?",
        r"(?P<year>20[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
        # Only with dots between the numbers does the day certainly come first.
        r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})",
    )
)
_AMBIGUOUS_DATE = re.compile(r"([0-9]{1,2})([/-])([0-9]{1,2})\2([0-9]{4})(?![0-9])", re.ASCII)


def parse_whiteboard(text: str) -> Whiteboard:
    """Parse tags and dates; unknown tags are included, an ambiguous date ("3/4/2024") is not.

    Runs in linear time and never raises: staff type whiteboards by hand.
    """
    # Full-width letters and digits become plain ones.
    text = unicodedata.normalize("NFKC", _HYPHENS.sub("-", strip_invisible(text))).translate(_BRACKETS)
    next_update, without_updates = _take_dates(_NEXT_UPDATE, text)
    close_on, rest = _take_dates(_CLOSE_ON, without_updates)
    return Whiteboard(tuple(dict.fromkeys(map(normalize_tag, _find_tags(rest)))), next_update, close_on)


def mentions_next_update(text: str) -> bool:
    """Return whether a whiteboard speaks of a next update, also one whose date is missing or could mean two days."""
    return _NEXT_UPDATE.search(unicodedata.normalize("NFKC", _HYPHENS.sub("-", strip_invisible(text)))) is not None


def parse_date(text: str) -> date | None:
    """Parse the date at the start of a text; return None if there is none or if it could mean two days."""
    return _match_date(text[:_MAX_DATE_LENGTH])[0]


def _match_date(text: str) -> tuple[date | None, int]:
    """Return the date at the start of a text, None if there is none that means one day, and where it ends."""
    weekday = _WEEKDAY.match(text)
    start = weekday.end() if weekday else 0
    for pattern in _DATE_FORMATS:
        if match := pattern.match(text, start):
            return _make_date(match["year"], match["month"], match["day"]), match.end()
    if match := _AMBIGUOUS_DATE.match(text, start):
        first, second, year = match[1], match[3], match[4]
        dates = {_make_date(year, first, second), _make_date(year, second, first)} - {None}
        return (dates.pop() if len(dates) == 1 else None), match.end()
    return None, 0


def _take_dates(label: re.Pattern[str], text: str) -> tuple[date | None, str]:
    """Return the last date after a label, since newer dates are appended, and the text with _NOTE in their places."""
    day: date | None = None
    pieces: list[str] = []
    position = 0
    for match in label.finditer(text):
        if match.start() < position:
            continue
        parsed, length = _match_date(text[match.end() : match.end() + _MAX_DATE_LENGTH])
        day = parsed or day
        pieces += (text[position : match.start()], ",", "[" * match.group().count("["), _NOTE)
        position = match.end() + length
    return day, "".join((*pieces, text[position:]))


def _find_tags(text: str) -> Iterator[str]:
    """Yield the tags in brackets, those that lack one of the two brackets, and known tags that lack both."""
    *closed, rest = text.split("]")
    for piece in closed:
        outside, *inside = piece.split("[")
        words = outside.split()
        if inside:
            yield from _bare_tags(words, known_only=True)
            for unclosed in inside[:-1]:
                yield from _unclosed_tags(unclosed)
            yield from _bracketed_tags(inside[-1])
        else:
            yield from _bare_tags(words[:-1], known_only=True)
            yield from _bare_tags(words[-1:], known_only=False)
    outside, *inside = rest.split("[")
    yield from _bare_tags(outside.split(), known_only=True)
    for unclosed in inside:
        yield from _unclosed_tags(unclosed)


def _bracketed_tags(inside: str) -> Iterator[str]:
    """Yield the tags of one bracket."""
    for part in _SEPARATOR.split(inside):
        if _NOTE in part:
            yield from _bare_tags(part.replace(_NOTE, " ").split(), known_only=True)
            continue
        tag = _without_date(" ".join(part.split()).strip(_AROUND_TAG))
        words = _SEPARATOR_OF_KNOWN_TAGS.split(tag)
        if len(words) > 1 and not is_known_tag(tag) and all(map(is_known_tag, words)):
            yield from words
        elif _TAG.fullmatch(tag):
            yield tag


def _unclosed_tags(text: str) -> Iterator[str]:
    """Yield the tag at the start of a text, and known tags in the rest of it."""
    words = text.split()
    yield from _bare_tags(words[:1], known_only=False)
    yield from _bare_tags(words[1:], known_only=True)


def _bare_tags(words: Sequence[str], *, known_only: bool) -> Iterator[str]:
    """Yield the words that are hyphenated as tags are; `known_only` for the words of a sentence."""
    for word in words:
        for part in _SEPARATOR_OF_BARE_TAGS.split(word):
            tag = part.strip(_AROUND_TAG + _NOTE).casefold()
            if _BARE_TAG.match(tag) and (is_known_tag(tag) or not known_only):
                yield tag


def _without_date(tag: str) -> str:
    """Return a tag without a date after it: "ocsp-failure 2024-07-09"."""
    for match in _DATE_START.finditer(tag[: 2 * _MAX_DATE_LENGTH]):
        _, length = _match_date(tag[match.end() :])
        if length and match.end() + length == len(tag):
            return tag[: match.start()].rstrip(_AROUND_TAG)
    return tag


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
