"""Decides which items of a feed are messages that are stored already: by several fields, since each may be wrong.

Feeds make their ids anew at each build, change from http to https, use one id or one link for all items, or correct a
title. So an item is a known message if enough of its fields agree, and each known message is one item at most.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime, time
from urllib.parse import urlsplit

from storage.values.messages import KnownMessage, ListMessage

SHARED = "\x1f"
"""Stands between an id that several items share and what tells them apart; ids do not contain it."""

MAX_KEY_LENGTH = 400

Message = ListMessage | KnownMessage
Fields = Callable[[Message], Hashable | None]


def match_known(items: Sequence[ListMessage], known: Sequence[KnownMessage]) -> dict[int, KnownMessage]:
    """Return the stored messages of the items that have one, by the items' indexes."""
    matching = _Matching(items, known)
    matching.match(_id_title_date)
    matching.match(_link_title_date)
    matching.match(_number_and_title)
    matching.match(_number_and_date)
    matching.match(_title_date_author)
    shared_ids = _repeated(map(_id, items)) | {_id(message) for message in known if SHARED in message.key}
    matching.match(lambda message: None if _id(message) in shared_ids else _id(message), _contradict)
    unique_links = _unique(map(_link, items)) & _unique(map(_link, known))
    matching.match(lambda message: _link_and_date(message) if _link(message) in unique_links else None)
    matching.match(lambda message: _link_as_id(message) if _link(message) in unique_links else None)
    return matching.matches


def distinct_key(item: ListMessage, used_keys: Iterable[str]) -> str:
    """Return a key for a new item: its own, or one made from it if another message has that."""
    keys = set(used_keys)
    if item.key not in keys:
        return item.key
    posted = f"{item.posted:%Y-%m-%dT%H:%M:%S}" if item.posted else ""
    key = f"{item.key}{SHARED}{posted} {item.subject}"[:MAX_KEY_LENGTH]
    number = 2
    while key in keys:
        key = f"{key[: MAX_KEY_LENGTH - 8]} {number}"
        number += 1
    return key


class _Matching:
    """Items and known messages that are still without each other."""

    def __init__(self, items: Sequence[ListMessage], known: Sequence[KnownMessage]) -> None:
        self.matches: dict[int, KnownMessage] = {}
        self._items = items
        self._known = list(known)

    def match(
        self, fields: Fields, is_accident: Callable[[ListMessage, KnownMessage], bool] = lambda _item, _message: False
    ) -> None:
        """Match each item with the first message that agrees in these fields, unless by accident.

        None agrees with nothing.
        """
        if len(self.matches) == len(self._items):
            return
        candidates: dict[Hashable, deque[KnownMessage]] = defaultdict(deque)
        for message in self._known:
            if (value := fields(message)) is not None:
                candidates[value].append(message)
        matched_keys: set[str] = set()
        for index, item in enumerate(self._items):
            value = fields(item) if index not in self.matches else None
            agreeing = candidates.get(value) if value is not None else None
            if agreeing and not is_accident(item, agreeing[0]):
                message = self.matches[index] = agreeing.popleft()
                matched_keys.add(message.key)
        self._known = [message for message in self._known if message.key not in matched_keys]


def _contradict(item: ListMessage, message: KnownMessage) -> bool:
    """Return whether an equal id is an accident: a feed that numbers its items from 1 at each build."""
    if not message.subject:
        return False
    return _link(item) != _link(message) and _title(item) != _title(message) and item.posted != message.posted


def _id(message: Message) -> str:
    return _without_scheme(message.key.partition(SHARED)[0])


def _link(message: Message) -> str:
    try:
        parts = urlsplit(message.url)
    except ValueError:
        return message.url
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}{query}"


def _title(message: Message) -> str:
    return " ".join(message.subject.casefold().split())


def _date(message: Message) -> Hashable | None:
    """Return what stands for the date: an item without one is told apart by its text."""
    if message.posted is not None:
        return message.posted
    return message.body or None


def _id_title_date(message: Message) -> Hashable | None:
    return _id(message), _title(message), message.posted


def _link_title_date(message: Message) -> Hashable | None:
    date = _date(message)
    return None if date is None or not message.subject else (_link(message), _title(message), date)


def _title_date_author(message: Message) -> Hashable | None:
    """Return title, date and author; None for a day without a time, on which several items may have the same title."""
    if not message.subject or message.posted is None or message.posted.time() == time():
        return None
    return _title(message), message.posted, message.author.casefold()


def _link_and_date(message: Message) -> Hashable | None:
    posted: datetime | None = message.posted
    return None if posted is None else (_link(message), posted)


def _link_as_id(message: Message) -> Hashable | None:
    """Return the link of an item that has it in place of an id."""
    link = _link(message)
    return link if link and _id(message).rstrip("/").lower() == link.lower() else None


def _number_and_title(message: Message) -> Hashable | None:
    return None if message.number is None or not message.subject else (message.number, _title(message))


def _number_and_date(message: Message) -> Hashable | None:
    return None if message.number is None or message.posted is None else (message.number, message.posted)


def _repeated(values: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    repeated: set[str] = set()
    for value in values:
        (repeated if value in seen else seen).add(value)
    return repeated


def _unique(values: Iterable[str]) -> set[str]:
    listed = list(values)
    return set(listed) - _repeated(listed)


def _without_scheme(text: str) -> str:
    for scheme in ("https://", "http://"):
        if text.lower().startswith(scheme):
            return text[len(scheme) :]
    return text
