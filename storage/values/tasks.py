"""The long-lived tasks of a process."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TaskState:
    """Whether a task runs, the error with which it last failed ("" if it works), and since when that is so (UTC)."""

    name: str
    running: bool
    error: str
    since: datetime


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """What a process (`holder`) reported of a task at `seen_at` (UTC)."""

    state: TaskState
    holder: str
    seen_at: datetime
