"""What can be seen from outside at a moment, and the alerts in it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

BUG_NUMBER = re.compile(r"\b1\d{6}\b")
LINK = re.compile(r"https?://[^\s)>'\"\\]+")


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert in a channel: the link of what it is about, or the links that a catch-up lists, and all its text."""

    message: int
    links: tuple[str, ...]
    text: str
    is_catch_up: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What can be seen at a moment: messages by channel, the rows of all tables, the logs, the database's bytes."""

    messages: Mapping[str, Sequence[Mapping[str, Any]]]
    channels: Mapping[str, int]
    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    logs: str
    raw: bytes
    bug_url: Callable[[int], str]


def find_alerts(messages: Sequence[Mapping[str, Any]], bug_url: Callable[[int], str]) -> Iterator[Alert]:
    """Yield the alerts among messages; each has a reference in its footer. A long catch-up does not link each bug."""
    for message in messages:
        embed = message["embeds"][0] if message["embeds"] else {}
        if not (embed.get("footer") or {}).get("text", "").startswith("ref "):
            continue
        text = str((message["content"], message["embeds"]))
        if url := embed.get("url"):
            yield Alert(int(message["id"]), (url,), text, is_catch_up=False)
            continue
        numbers = [bug_url(int(number)) for number in BUG_NUMBER.findall(text)]
        yield Alert(int(message["id"]), tuple(dict.fromkeys([*LINK.findall(text), *numbers])), text, is_catch_up=True)
