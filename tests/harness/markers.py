"""Words that occur nowhere else, by which the text of one bug is recognised wherever it may be read.

They are of letters alone, so that no tokenizer takes them apart.
"""

import re
from typing import Literal

Place = Literal["t", "c", "w"]  # title, comment, whiteboard

MARKER = re.compile(r"zq[tcw]([a-j]{5})[a-j]{3}", re.IGNORECASE)
ALPHABET = "abcdefghij"


def marker(place: Place, bug: int, version: int) -> str:
    """Return the word in one title, comment or whiteboard of a bug."""
    return f"zq{place}{_letters(bug, 5)}{_letters(version, 3)}"


def bugs_marked(text: str) -> set[int]:
    """Return the numbers of the bugs whose words are in a text."""
    return {sum(ALPHABET.index(letter) * 10**place for place, letter in enumerate(reversed(letters.lower())))
            for letters in MARKER.findall(text)}  # fmt: skip


def _letters(number: int, width: int) -> str:
    return "".join(ALPHABET[int(digit)] for digit in f"{number:0{width}d}")
