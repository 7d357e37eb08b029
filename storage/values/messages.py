"""Messages of mailing lists and entries of feeds."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ListMessage:
    """One message of a list, or one entry of a feed.

    `key` identifies it within its list (the address without its scheme); `number` is the archive's own, None for
    plain feeds. `thread` is the subject without "Re:". `bugs` and `cas` are those it mentions outside quoted text.
    """

    list: str
    key: str
    url: str
    subject: str
    author: str
    posted: datetime | None
    number: int | None = None
    message_id: str = ""
    body: str | None = None
    thread: str = ""
    bugs: tuple[int, ...] = ()
    cas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownMessage:
    """What identifies a stored message; `subject` is empty for a placeholder, `body` None for a message with a date."""

    key: str
    url: str
    subject: str
    author: str
    posted: datetime | None
    number: int | None
    body: str | None


@dataclass(frozen=True, slots=True)
class PendingPage:
    """A message whose page is still to be fetched, and how often that was tried in vain."""

    message: ListMessage
    backlog: bool
    attempts: int
