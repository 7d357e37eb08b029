"""Messages of mailing lists and entries of feeds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


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


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """The conditions of a query for messages; dates are days of posting in UTC, both ends included.

    `ca` is an owner that a message mentions, `bug` a bug that it names, `thread` its subject without "Re:".
    """

    ca: str | None = None
    bug: int | None = None
    thread: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class MessagePage:
    """One page of the messages that match a query, newest first and without their bodies.

    `total` describes all that match; `number` is counted from 0, of `page_count`. `thread_sizes` has how many messages
    each thread on the page has in all.
    """

    total: int
    messages: tuple[ListMessage, ...]
    thread_sizes: Mapping[str, int]
    number: int = 0
    page_count: int = 1


@dataclass(frozen=True, slots=True)
class ListThread:
    """The messages of one thread that mention something: how many, and the address and time of the first.

    `subject` is without "Re:".
    """

    subject: str
    url: str
    first_posted: datetime
    messages: int
