"""The processes that run the bot on a database, or stand by."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ProcessRole = Literal["active", "standby"]


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """What the processes on one database must have in common: digests of the Discord token and of the sources."""

    token: str
    sources: str


@dataclass(frozen=True, slots=True)
class ProcessRecord:
    """A process (`worker`, its id) as it last reported itself at `seen_at` (UTC)."""

    worker: str
    role: ProcessRole
    identity: RunIdentity
    seen_at: datetime
