"""The state of a source between polls."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

LONGEST_OWN_WAIT = timedelta(minutes=75)
LONGEST_REQUESTED_WAIT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is stored about one source between polls.

    `baseline_at` is the server's time at the very first request: anything older is backlog. `cursor` is the server's
    time of the last complete poll. `not_before` (local clock) outlives a restart; `server_requested_wait`: the server
    itself asked for fewer requests. `last_item_count` is the number of items in the last successful poll;
    `missed_changes` counts the changes that polls missed and a sweep found. `oldest_item_at` is the date of the oldest
    item at the first look. `unreadable` names the items that could not be read. `doubt` is a sentence about what a
    sweep found and did not believe ("" if nothing). `attempted_at` is when the last poll began (the database's clock).
    """

    name: str
    baseline_at: datetime | None = None
    initial_sync_done: bool = False
    cursor: datetime | None = None
    last_success_at: datetime | None = None
    failures: int = 0
    error: str = ""
    error_since: datetime | None = None
    not_before: datetime | None = None
    server_requested_wait: bool = False
    etag: str = ""
    last_modified: str = ""
    last_item_count: int = 0
    polls_since_sweep: int = 0
    missed_changes: int = 0
    oldest_item_at: datetime | None = None
    unreadable: tuple[str, ...] = ()
    doubt: str = ""
    attempted_at: datetime | None = None

    def within_bounds(self, now: datetime) -> "SourceState":
        """Return the state without times that cannot be right: the local clock may once have been wrong.

        A past time that lies in the future counts as now; a wait longer than any that is ever stored is over. The times
        of a server, `baseline_at` and `cursor` of Bugzilla, are held against the server's clock when they are used.
        """
        longest = LONGEST_REQUESTED_WAIT if self.server_requested_wait else LONGEST_OWN_WAIT
        is_possible = self.not_before is not None and self.not_before <= now + longest
        return replace(
            self,
            last_success_at=_not_after(self.last_success_at, now),
            error_since=_not_after(self.error_since, now),
            not_before=self.not_before if is_possible else None,
        )

    def read_at(self, now: datetime) -> datetime:
        """Return the time on the server's clock of what is read now: that of the last poll, which is minutes ago."""
        return min(self.cursor or now, now)


def _not_after(moment: datetime | None, now: datetime) -> datetime | None:
    return None if moment is None else min(moment, now)
