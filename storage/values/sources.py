"""The state of a source between polls."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is stored about one source between polls.

    `baseline_at` is the server's time at the very first request: anything older is backlog. `cursor` is the server's
    time of the last complete poll. `not_before` (local clock) outlives a restart; `server_requested_wait`: the
    server itself asked for that wait. `last_item_count` is the number of items in the last successful poll;
    `missed_changes` counts the changes that polls missed and a sweep found.
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
