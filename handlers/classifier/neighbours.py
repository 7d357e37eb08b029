"""The earlier incidents that a new one resembles, and what their tags say of its sections.

Staff tag an incident as they tagged its like: what a weight for each word cannot hold, the few nearest examples do.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log, sqrt

from handlers.classifier.features import RULE, TEXT, TITLE, family

# How much each family counts in a likeness; what speaks in neither title, text nor rule is left out.
LIKENESS: Mapping[str, float] = {TITLE: 1.2, TEXT: 0.75, RULE: 1.25}
COMMON_WORD = 60  # found in more examples than this, a word makes nothing alike and costs most
NEAREST = 12
SHARPNESS = 10.0  # how fast a neighbour's say fades as it is less alike
LEAST, MOST = 1e-4, 1 - 1e-4


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One example near a question: its place among the examples, its share of the say and its likeness (0 to 1)."""

    place: int
    share: float
    likeness: float


@dataclass(frozen=True, slots=True)
class Memory:
    """The examples that a model remembers.

    `postings` leads from a column to the examples that hold it, with numbers; `factors` tells for each column how much
    it counts in a likeness; `held` names each example's sections by place, `recency` is the logarithm of its
    importance at the time of learning, `bugs` its number.
    """

    bugs: tuple[int, ...] = ()
    held: tuple[tuple[int, ...], ...] = ()
    recency: tuple[float, ...] = ()
    postings: Mapping[int, tuple[array[int], array[float]]] = field(default_factory=dict)
    factors: Sequence[float] = ()


def factors_of(names: Iterable[str]) -> array[float]:
    """Tell how much each feature counts in a likeness; in the order of the columns."""
    return array("d", [LIKENESS.get(family(name), 0.0) for name in names])


def likeness_numbers(numbers: Mapping[int, float], factors: Sequence[float]) -> dict[int, float]:
    """Scale a weighed incident for comparison, to the length of one."""
    scaled = {column: number * factors[column] for column, number in numbers.items() if factors[column]}
    length = sqrt(sum(number * number for number in scaled.values()))
    return {column: number / length for column, number in scaled.items()} if length else {}


def remember(
    rows: Sequence[Mapping[int, float]],
    names: Sequence[str],
    bugs: Sequence[int],
    held: Sequence[tuple[int, ...]],
    recency: Sequence[float],
) -> Memory:
    """Build the memory from weighed examples; `names` are the features in the order of the columns."""
    factors = factors_of(names)
    found: dict[int, tuple[array[int], array[float]]] = {}
    for place, row in enumerate(rows):
        for column, number in likeness_numbers(row, factors).items():
            places, values = found.setdefault(column, (array("i"), array("f")))
            places.append(place)
            values.append(number)
    kept = {
        column: posting
        for column, posting in found.items()
        if len(posting[0]) <= COMMON_WORD or family(names[column]) == RULE
    }
    return Memory(tuple(bugs), tuple(held), tuple(recency), kept, factors)


def nearest(memory: Memory, numbers: Mapping[int, float]) -> tuple[Neighbour, ...]:
    """Give the examples that have most say on a question, first the one with most."""
    if not memory.bugs:
        return ()
    alike = [0.0] * len(memory.bugs)
    for column, number in likeness_numbers(numbers, memory.factors).items():
        if posting := memory.postings.get(column):
            for place, value in zip(*posting, strict=True):
                alike[place] += number * value
    said = [SHARPNESS * likeness + weight for likeness, weight in zip(alike, memory.recency, strict=True)]
    # most examples have next to no say: only if fewer than are wanted have any are all of them ranked
    most = max(said)
    heard = [place for place, say in enumerate(said) if say > most - 7.0]
    best = heapq.nlargest(NEAREST, heard if len(heard) >= NEAREST else range(len(said)), key=said.__getitem__)
    shares = [exp(said[place] - most) for place in best]
    total = sum(shares)
    return tuple(Neighbour(place, share / total, alike[place]) for place, share in zip(best, shares, strict=True))


def opinions(memory: Memory, near: Sequence[Neighbour], width: int) -> list[float]:
    """Give, for each section by place, how the neighbours speak: the log odds of their shares."""
    share = [0.0] * width
    for one in near:
        for section in memory.held[one.place]:
            share[section] += one.share
    return [log(bounded / (1 - bounded)) for bounded in (min(max(each, LEAST), MOST) for each in share)]
