"""Splits a feed by its tags alone, when it cannot be parsed as a whole or its end is missing."""

import re

MAX_FRAME_BYTES = 20_000  # before the first item and after the last

_ROOT = re.compile(rb"<(rss|feed|[a-z]+:RDF)[\s>]", re.IGNORECASE)
_BEGINNING = re.compile(rb"<(item|entry)(?=[\s>])")


def split_feed(body: bytes) -> list[bytes]:
    """Return one document for each item: the feed's beginning, the item, and the feed's end."""
    spans: list[tuple[int, int]] = []
    position = 0
    while match := _BEGINNING.search(body, position):
        closing = b"</" + match[1] + b">"
        end = body.find(closing, match.end())
        if end < 0:
            break
        position = end + len(closing)
        spans.append((match.start(), position))
    if not spans:
        return []
    head, tail = body[: spans[0][0]], body[spans[-1][1] :]
    if len(head) > MAX_FRAME_BYTES or len(tail) > MAX_FRAME_BYTES:
        return []
    return [head + body[start:end] + tail for start, end in spans]


def cut_feed(body: bytes) -> bytes:
    """Return a feed whose end is missing with its whole items and an end; feeds have the newest items first."""
    root = _ROOT.search(body, 0, MAX_FRAME_BYTES)
    end, closing = max((body.rfind(tag), tag) for tag in (b"</item>", b"</entry>"))
    if root is None or end < 0:
        return body
    channel = b"</channel>" if root[1].lower() == b"rss" else b""
    return body[: end + len(closing)] + channel + b"</" + root[1] + b">"
