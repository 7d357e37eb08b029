"""Splits a feed into feeds of one item each, by its tags alone, when it cannot be parsed as a whole."""

import re

MAX_FRAME_BYTES = 20_000  # before the first item and after the last

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
