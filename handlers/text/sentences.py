"""Split prose into sentences."""

import re
from collections.abc import Iterator

_STOP = re.compile(r"([.!?…]{1,3}[\"'”’)\]]{0,3})\s+(?=[\"'“‘(\[`]{0,2}[^\W_a-z])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'“])(?:e\.g|i\.e|etc|cf|vs|al|approx|resp|incl|no|nr|sec|sect|art|fig|ver|inc|ltd|co|corp|llc|dr|mr|mrs|ms|st"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|a\.m|p\.m|u\.s|s\.a|n\.v|[a-z]|[0-9]{1,2})\.[\"'”’)\]]{0,3}$",
    re.IGNORECASE,
)
# In characters: what is looked at before a full stop to decide whether it ends a sentence.
_TAIL_LENGTH = 60


def split_sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text, each on one line; code between backticks is never divided. Never raises."""
    return tuple(_split(" ".join(text.split())))


def _split(text: str) -> Iterator[str]:
    start = 0
    marks, counted = 0, 0
    for stop in _STOP.finditer(text):
        end = stop.end(1)
        marks += text.count("`", counted, end)
        counted = end
        if marks % 2 == 0 and _ends_sentence(text[max(start, end - _TAIL_LENGTH) : end]):
            yield text[start:end]
            start = stop.end()
    if start < len(text):
        yield text[start:]


def _ends_sentence(tail: str) -> bool:
    """Return whether a full stop ends a sentence, judging by the words before it."""
    words = tail.split()
    # "CN=..." is an abbreviated name, "1." the number of a list item.
    if not words or "=" in words[-1].split("://")[0]:
        return False
    return not _ABBREVIATION.search(tail)
