"""Why a section was guessed, in words that a person can check against the bug."""

from __future__ import annotations

from array import array
from collections.abc import Mapping

from handlers.classifier.features import PART, family

MOST_WORDS = 4


def words_for(
    numbers: Mapping[int, float], names: Mapping[int, str], weights: array[float], place: int, width: int
) -> tuple[str, ...]:
    """Name the few words and rules that spoke most for the section at `place`, strongest first."""
    spoke = {
        column: number * weights[column * width + place]
        for column, number in numbers.items()
        if number * weights[column * width + place] > 0.0
    }
    wanted = sorted(spoke, key=lambda column: (-spoke[column], column))[: 6 * MOST_WORDS]
    said: list[str] = []
    for column in wanted:
        name = names.get(column, "")
        words = name.partition(":")[2]
        # Parts of words explain nothing to a reader, and "crl" beside "CRL failure" repeats it.
        if family(name) == PART or not words or any(_same(words, one) for one in said):
            continue
        said.append(words)
        if len(said) == MOST_WORDS:
            break
    return tuple(said)


def _same(one: str, other: str) -> bool:
    first, second = one.lower(), other.lower()
    return first in second or second in first
