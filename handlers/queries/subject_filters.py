"""What is typed around a CA or a bug to choose what is shown of it: "overdue", "7d", "page:2"."""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from handlers.parsing.bug_references import parse_bug_number

_PAGE = re.compile(r"page:([0-9]{1,6})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SubjectFilters:
    """A CA owner as typed ("" for all) or one bug, the filters in lower case, and the page, counted from 0."""

    ca: str
    bug: int | None
    filters: tuple[str, ...]
    page: int | None


def split_filters(text: str, is_filter: Callable[[str], bool]) -> SubjectFilters:
    """Return a typed query in its parts: filters and a page may stand before or after the CA or the bug.

    `is_filter` is given words in lower case. The last of several pages counts.
    """
    words = deque(text.split())
    filters: list[str] = []
    page: int | None = None
    while words:
        if _is_filter(words[-1], is_filter):
            word = words.pop().casefold()
        elif _is_filter(words[0], is_filter):
            word = words.popleft().casefold()
        else:
            break
        if match := _PAGE.fullmatch(word):
            page = max(int(match[1]), 1) - 1
        else:
            filters.append(word)
    rest = " ".join(words)
    bug = parse_bug_number(rest)
    return SubjectFilters("" if bug is not None else rest, bug, tuple(filters), page)


def _is_filter(word: str, is_filter: Callable[[str], bool]) -> bool:
    return _PAGE.fullmatch(word) is not None or is_filter(word.casefold())
