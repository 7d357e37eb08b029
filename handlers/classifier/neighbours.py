"""The earlier incidents that a new one resembles, and what their tags say of its sections.

Staff tag an incident as they tagged its like: what a weight for each word cannot hold, the few nearest examples do.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

from handlers.classifier.features import RULE, TEXT, TITLE, family

# How much each family counts in a likeness; what speaks in neither title, text nor rule is left out.
LIKENESS: Mapping[str, float] = {TITLE: 1.2, TEXT: 0.75, RULE: 1.25}
COMMON_WORD = 150  # found in more examples than this, a word makes nothing alike and costs most
NEAREST = 12
SHARPNESS = 10.0  # how fast a neighbour's say fades as it is less alike
LEAST, MOST = 1e-4, 1 - 1e-4


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One example near a question: its place among the examples, and its share of the say (0 to 1)."""

    place: int
    share: float


@dataclass(frozen=True, slots=True)
class Memory:
    """The examples that a model remembers.

    `postings` leads from a column to the examples that hold it, with numbers; `held` names each example's sections by
    place, `recency` is its importance at the time of learning, `bugs` its number.
    """

    bugs: tuple[int, ...] = ()
    held: tuple[tuple[int, ...], ...] = ()
    recency: tuple[float, ...] = ()
    postings: Mapping[int, tuple[array[int], array[float]]] | None = None


def likeness_numbers(numbers: Mapping[int, float], names: Mapping[int, str]) -> dict[int, float]:
    """Scale a weighed incident for comparison, to the length of one."""
    scaled = {
        column: number * factor
        for column, number in numbers.items()
        if (factor := LIKENESS.get(family(names[column]))) is not None
    }
    length = sqrt(sum(number * number for number in scaled.values()))
    return {column: number / length for column, number in scaled.items()} if length else {}


def remember(
    rows: Sequence[Mapping[int, float]],
    names: Mapping[int, str],
    bugs: Sequence[int],
    held: Sequence[tuple[int, ...]],
    recency: Sequence[float],
) -> Memory:
    """Build the memory from weighed examples."""
    found: dict[int, tuple[array[int], array[float]]] = {}
    for place, row in enumerate(rows):
        for column, number in likeness_numbers(row, names).items():
            places, values = found.setdefault(column, (array("i"), array("f")))
            places.append(place)
            values.append(number)
    kept = {
        column: posting
        for column, posting in found.items()
        if len(posting[0]) <= COMMON_WORD or family(names[column]) == RULE
    }
    return Memory(tuple(bugs), tuple(held), tuple(recency), kept)


def nearest(memory: Memory, numbers: Mapping[int, float], names: Mapping[int, str]) -> tuple[Neighbour, ...]:
    """Give the examples that have most say on a question, first the nearest."""
    if not memory.postings:
        return ()
    alike = [0.0] * len(memory.bugs)
    for column, number in likeness_numbers(numbers, names).items():
        posting = memory.postings.get(column)
        if posting is not None:
            for place, value in zip(*posting, strict=True):
                alike[place] += number * value
    said = [exp(SHARPNESS * likeness) * weight for likeness, weight in zip(alike, memory.recency, strict=True)]
    best = heapq.nlargest(NEAREST, range(len(said)), key=said.__getitem__)
    total = sum(said[place] for place in best)
    return tuple(Neighbour(place, said[place] / total) for place in best) if total else ()


def opinions(memory: Memory, near: Sequence[Neighbour], width: int) -> list[float]:
    """Give, for each section by place, how the neighbours speak: the log odds of their shares."""
    share = [0.0] * width
    for one in near:
        for section in memory.held[one.place]:
            share[section] += one.share
    return [log(bounded / (1 - bounded)) for bounded in (min(max(each, LEAST), MOST) for each in share)]
