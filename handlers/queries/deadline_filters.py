"""Queries for clocks as members type them: a CA or a bug, and which of the clocks."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Literal

from handlers.errors import UserError
from handlers.queries.subject_filters import split_filters

Scope = Literal["running", "overdue", "all"]
EXAMPLE = "deadlines Entrust overdue"
_DAYS = re.compile(r"([0-9]{1,4})d", re.IGNORECASE)
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
    typed = split_filters(text, _is_filter)
    scope: Scope = "running"
    days: int | None = None
    for word in typed.filters:
        if match := _DAYS.fullmatch(word):
            days = min(int(match[1]), _MAX_DAYS)
        else:
            scope = "overdue" if word == "overdue" else "all"
    return DeadlineQuery(typed.ca, typed.bug, scope, days, page=typed.page)


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
    return word in {"overdue", "all"} or _DAYS.fullmatch(word) is not None
