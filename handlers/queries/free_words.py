"""Reads what somebody types after `incidents` that is no flag: names of CA owners, and filters in plain words.

The whole text is tried as a CA owner first. Only if none is so called, words at its beginning and end are read as
filters: open, closed, all, 2024, 2024-05, 30d, 2w, since 2024, page 2, or a section by its key or title. What is left
between them may name several CA owners: "Entrust DigiCert", "Entrust, DigiCert", "Entrust and DigiCert".
"""

import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from handlers.errors import UserError
from handlers.queries.filters import MAX_PAGE_DIGITS, IncidentQuery, StateFilter, parse_page

MAX_WORDS = 24  # of a text with filters; a longer one is no question that anybody types
MAX_NAME_WORDS = 20  # of a section or, among others, of a CA owner
MAX_OWNERS = 5

STATES: dict[str, StateFilter] = {"open": "open", "closed": "closed", "all": "any"}
SEPARATORS = frozenset((",", ";", "&", "+", "/", "and", "or", "vs", "vs.", "versus"))
_WORD = re.compile(r"[,;]|[^\s,;]+")
_PERIOD = re.compile(r"((?:19|20)[0-9]{2})(?:-(0[1-9]|1[0-2])(?:-([0-9]{2}))?)?")
_RECENT = re.compile(r"([1-9][0-9]{0,3})(d|w)", re.IGNORECASE)
_PAGE = re.compile(rf"[0-9]{{1,{MAX_PAGE_DIGITS}}}")

# Returns the name or key of what is called so, None if nothing is.
Lookup = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class FreeWords:
    """What a text says: the CA owners it names, its filters, and what between these names nothing that is known."""

    owners: tuple[str, ...]
    filters: IncidentQuery
    unknown: str = ""


def read_free_words(text: str, find_owner: Lookup, find_section: Lookup, today: date) -> FreeWords:
    """Read a text; `today` is the day (UTC) from which "30d" counts back.

    The reading that leaves the most words to names of CA owners is taken. Raises UserError if two filters contradict
    each other or too many CA owners are named.
    """
    if not text.strip():
        return FreeWords((), IncidentQuery())
    if owner := find_owner(text):
        return FreeWords((owner,), IncidentQuery())
    # the same words are looked up within many readings
    find_owner, find_section = cache(find_owner), cache(find_section)
    words = _WORD.findall(text)
    if len(words) > MAX_WORDS:
        return FreeWords((), IncidentQuery(), text)
    count = len(words)
    before = _leading_filters(words, find_section, today)
    after = _trailing_filters(words, find_section, today)
    for length in range(count, -1, -1):
        for start in range(count - length + 1):
            leading, trailing = before[start], after[start + length]
            if leading is None or trailing is None:
                continue
            owners = _read_owners(words[start : start + length], find_owner)
            if owners is not None:
                return FreeWords(owners, _combine((*leading, *trailing)))
    start = max(n for n in range(count) if before[n] is not None)
    end = min(n for n in range(start + 1, count + 1) if after[n] is not None)
    filters = _combine((*(before[start] or ()), *(after[end] or ())))
    return FreeWords((), filters, _join(words[start:end]))


def _leading_filters(words: Sequence[str], find_section: Lookup, today: date) -> list[tuple[IncidentQuery, ...] | None]:
    """Return for each number of words the filters that they are, None if they are not filters alone."""
    filters: list[tuple[IncidentQuery, ...] | None] = [()]
    for end in range(1, len(words) + 1):
        filters.append(None)
        for start in range(max(0, end - MAX_NAME_WORDS), end):
            before = filters[start]
            if before is not None and (read := _read_filter(words[start:end], find_section, today)) is not None:
                filters[end] = (*before, read)
                break
    return filters


def _trailing_filters(
    words: Sequence[str], find_section: Lookup, today: date
) -> list[tuple[IncidentQuery, ...] | None]:
    """Return for each position the filters that all words from there on are, None if they are not filters alone."""
    count = len(words)
    filters: list[tuple[IncidentQuery, ...] | None] = [None] * count + [()]
    for start in range(count - 1, -1, -1):
        for end in range(min(count, start + MAX_NAME_WORDS), start, -1):
            behind = filters[end]
            if behind is not None and (read := _read_filter(words[start:end], find_section, today)) is not None:
                filters[start] = (*behind, read)
                break
    return filters


def _read_filter(words: Sequence[str], find_section: Lookup, today: date) -> IncidentQuery | None:
    """Return the filter that all of these words are together, None if they are none."""
    first = words[0].casefold()
    if len(words) == 1:
        if first in SEPARATORS:
            return IncidentQuery()
        if first in STATES:
            return IncidentQuery(state=STATES[first])
        if (days := _read_days(first, today)) is not None:
            return IncidentQuery(since=days[0], until=days[1])
    if len(words) == 2:
        if first == "page" and _PAGE.fullmatch(words[1]):
            return IncidentQuery(page=parse_page(words[1]))
        if first in {"since", "until"} and (days := _read_days(words[1], today)) is not None:
            return IncidentQuery(since=days[0]) if first == "since" else IncidentQuery(until=days[1])
    key = find_section(" ".join(words))
    return IncidentQuery(section=key) if key else None


def _read_days(word: str, today: date) -> tuple[date, date | None] | None:
    """Return the first and the last day of a period: a year, a month, a day, or so many days or weeks up to now."""
    if recent := _RECENT.fullmatch(word):
        days = int(recent[1]) * (7 if recent[2].lower() == "w" else 1)
        return today - timedelta(days=days), None
    period = _PERIOD.fullmatch(word)
    if period is None:
        return None
    year, month, day = int(period[1]), int(period[2] or 0), int(period[3] or 0)
    if not month:
        return date(year, 1, 1), date(year, 12, 31)
    last_day = monthrange(year, month)[1]
    if not day:
        return date(year, month, 1), date(year, month, last_day)
    return (date(year, month, day), date(year, month, day)) if day <= last_day else None


def _read_owners(words: Sequence[str], find_owner: Lookup) -> tuple[str, ...] | None:
    """Return the CA owners that these words name one after another, () for no words; None if not all of them do."""
    named: list[tuple[str, ...] | None] = [()]
    for end in range(1, len(words) + 1):
        named.append(named[end - 1] if words[end - 1].casefold() in SEPARATORS else None)
        for start in range(max(0, end - MAX_NAME_WORDS), end):
            before = named[start]
            if before is not None and (owner := find_owner(" ".join(words[start:end]))):
                named[end] = (*before, owner)
                break
    names = named[-1]
    if not words or names is None:
        return names
    owners = tuple(dict.fromkeys(names))
    if len(owners) > MAX_OWNERS:
        raise UserError(f"Name at most {MAX_OWNERS} CA owners at once.", example="incidents Entrust, DigiCert")
    return owners or None


def _combine(filters: Sequence[IncidentQuery]) -> IncidentQuery:
    combined = IncidentQuery()
    for read in filters:
        combined = combined.with_options(read)
    return combined


def _join(words: Sequence[str]) -> str:
    """Return words as they were typed, without separators at either end."""
    remaining = list(words)
    while remaining and remaining[-1] in {",", ";"}:
        remaining.pop()
    while remaining and remaining[0] in {",", ";"}:
        remaining.pop(0)
    return " ".join(remaining).replace(" ,", ",").replace(" ;", ";")
