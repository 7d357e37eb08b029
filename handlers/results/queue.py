"""Results about the queue of moderators: which incidents need a word today, and why."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from storage.values.incidents import Incident

Why = Literal["closure-asked", "last-call", "question", "no-tags", "not-looked-at"]
# In the order in which they are counted and explained.
WHYS: tuple[Why, ...] = ("closure-asked", "last-call", "question", "no-tags", "not-looked-at")


@dataclass(frozen=True, slots=True)
class QueueReason:
    """Why an incident is in the queue, and since when (UTC).

    `comment` is the comment that says so, None where a change of the bug does. `until` is the end of a last call, or
    the day by which a question was to be answered; `count` is how many questions of one comment are unanswered, and
    `subject` are the words of the first, shortened.
    """

    why: Why
    since: datetime
    comment: int | None = None
    until: date | None = None
    count: int = 1
    subject: str = ""

    @property
    def waits_since(self) -> date:
        """The day from which it waits: a last call waits for nothing before its end."""
        return self.until if self.why == "last-call" and self.until else self.since.date()


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """An incident that needs a word, with its reasons, what waits longest first."""

    incident: Incident
    reasons: tuple[QueueReason, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """The incidents that need a word, what waits longest first: a page of them, or all if no page was requested.

    `counts` are how many reasons of each kind all of them have. `unread` is how many open incidents' histories are
    still to be read, so that only their tags and last calls are known.
    """

    as_of: datetime
    counts: tuple[tuple[Why, int], ...]
    entries: tuple[QueueEntry, ...]
    entry_count: int
    unread: int = 0
    page: int = 0
    page_count: int = 1
    page_size: int = 0
