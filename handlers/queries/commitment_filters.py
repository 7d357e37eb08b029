"""Queries for promises as members type them: a CA or a bug, and which of the promises."""

import re
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from handlers.parsing.bug_references import parse_bug_number

Scope = Literal["all", "open", "broken"]
_PAGE = re.compile(r"page:([0-9]{1,6})", re.IGNORECASE)
_SCOPES: dict[str, Scope] = {"all": "all", "open": "open", "broken": "broken"}


@dataclass(frozen=True, slots=True)
class CommitmentQuery:
    """Which promises a member wants to see.

    `ca` is a CA owner as typed, "" for all; `bug` one bug. "open" are those whose end was not told yet, "broken" those
    kept late or never, and open ones past their date. `as_of` is a moment (None: now). Pages are counted from 0.
    """

    ca: str = ""
    bug: int | None = None
    scope: Scope = "all"
    as_of: datetime | None = None
    page: int | None = None

    @property
    def as_text(self) -> str:
        """The query as a user would type it, without the moment and the page."""
        subject = str(self.bug) if self.bug is not None else self.ca
        return " ".join(filter(None, (subject, "" if self.scope == "all" else self.scope)))


def parse_commitment_query(text: str) -> CommitmentQuery:
    """Parse a typed query: "open" or "broken" and a page before or after the CA or the bug."""
    words = deque(text.split())
    scope: Scope = "all"
    page: int | None = None
    while words:
        if _is_filter(words[-1]):
            word = words.pop().casefold()
        elif _is_filter(words[0]):
            word = words.popleft().casefold()
        else:
            break
        if match := _PAGE.fullmatch(word):
            page = max(int(match[1]), 1) - 1
        else:
            scope = _SCOPES[word]
    rest = " ".join(words)
    bug = parse_bug_number(rest)
    return CommitmentQuery("" if bug is not None else rest, bug, scope, page=page)


def _is_filter(word: str) -> bool:
    return word.casefold() in _SCOPES or _PAGE.fullmatch(word) is not None
