"""Queries for promises as members type them: a CA or a bug, and which of the promises."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from handlers.queries.subject_filters import split_filters

Scope = Literal["all", "open", "broken"]
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
    typed = split_filters(text, _SCOPES.__contains__)
    scope = _SCOPES[typed.filters[-1]] if typed.filters else "all"
    return CommitmentQuery(typed.ca, typed.bug, scope, page=typed.page)
