"""Queries for clocks as members type them: a CA or a bug, and which of the clocks."""

import re
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Literal

from handlers.errors import UserError
from handlers.parsing.bug_references import parse_bug_number

Scope = Literal["running", "overdue", "all"]
EXAMPLE = "deadlines Entrust overdue"
_DAYS = re.compile(r"([0-9]{1,4})d", re.IGNORECASE)
_PAGE = re.compile(r"page:([0-9]{1,6})", re.IGNORECASE)
_MAX_DAYS = 3_650


@dataclass(frozen=True, slots=True)
class DeadlineQuery:
    """Which clocks a member wants to see.

    `ca` is a CA owner as typed, "" for all; `bug` one bug. "running" are those that are due or overdue; `days` wants
    only what is due within so many days. `as_of` is a moment (None: now). Pages are counted from 0.
    """

    ca: str = ""
    bug: int | None = None
    scope: Scope = "running"
    days: int | None = None
    as_of: datetime | None = None
    page: int | None = None

    @property
    def as_text(self) -> str:
        """The query as a user would type it, without the moment and the page."""
        subject = str(self.bug) if self.bug is not None else self.ca
        scope = "" if self.scope == "running" else self.scope
        return " ".join(filter(None, (subject, scope, "" if self.days is None else f"{self.days}d")))


def parse_deadline_query(text: str) -> DeadlineQuery:
    """Parse a typed query: "overdue", "all", days as "7d" and a page before or after the CA or the bug."""
    words = deque(text.split())
    scope: Scope = "running"
    days: int | None = None
    page: int | None = None
    while words:
        if _is_filter(words[-1]):
            word = words.pop().casefold()
        elif _is_filter(words[0]):
            word = words.popleft().casefold()
        else:
            break
        if match := _DAYS.fullmatch(word):
            days = min(int(match[1]), _MAX_DAYS)
        elif match := _PAGE.fullmatch(word):
            page = max(int(match[1]), 1) - 1
        else:
            scope = "overdue" if word == "overdue" else "all"
    rest = " ".join(words)
    bug = parse_bug_number(rest)
    return DeadlineQuery("" if bug is not None else rest, bug, scope, days, page=page)


def parse_moment(text: str) -> datetime:
    """Parse a moment such as 2024-06-17T12:00:00Z, or a day, which means its end; without a zone it is UTC.

    Raises UserError for anything else.
    """
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return datetime.combine(datetime.fromisoformat(text), time.max, UTC)
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UserError(
            f"{text[:40]} is neither a day nor a moment.", example="deadlines --as-of 2024-06-17T12:00:00Z"
        ) from None


def _is_filter(word: str) -> bool:
    return word.casefold() in {"overdue", "all"} or bool(_DAYS.fullmatch(word) or _PAGE.fullmatch(word))
