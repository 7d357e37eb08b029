"""The result of a poll, and the interface through which a poll reports its progress."""

from dataclasses import dataclass
from typing import Protocol


class Progress(Protocol):
    """Receives how far a poll has come."""

    def advance(self, task: str, done: int, total: int | None) -> None:
        """Record that `done` units of a task are complete, of `total` if that is known."""


class NullProgress:
    """Ignores all progress."""

    def advance(self, task: str, done: int, total: int | None) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class PollResult:
    """The counts of one poll of one source; `error` is a sentence, or None if the poll succeeded.

    `warning` is a sentence about something that the operator has to decide, None if there is nothing.
    """

    seen: int = 0
    new: int = 0
    changed: int = 0
    missing: int = 0
    requests: int = 0
    error: str | None = None
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class SyncResult:
    """The results of one poll of every source; `lists` by list name."""

    bugzilla: PollResult
    lists: dict[str, PollResult]
    seconds: float

    @property
    def failed(self) -> bool:
        """Whether any source failed, or needs a decision."""
        return any(result.error or result.warning for result in (self.bugzilla, *self.lists.values()))
