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
