"""Incidents as directions: how alike two are, and how much a handful of them share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

from handlers.similarity.index import Index, Row

# What a shared idea says beside a shared word as rare.
_IDEA_SAYS = 0.25


@dataclass(frozen=True, slots=True)
class Direction:
    """What an incident says: its words, rare ones before common ones, to the length of one; its ideas as they are."""

    words: Mapping[int, float]
    ideas: Mapping[str, float]


def direction_of(index: Index, row: Row) -> Direction:
    """Return an incident's direction within all incidents; one without words has no length."""
    size = len(index) + 1
    words = {word: says * log(size / index.words.held_by[word]) for word, says in zip(row.words, row.says, strict=True)}
    length = sqrt(sum(number * number for number in words.values())) or 1.0
    return Direction({word: number / length for word, number in words.items()}, row.ideas)


def cohesion(index: Index, rows: Sequence[Row]) -> float:
    """Return how alike incidents are on average, each with each other: 0.0 nothing, 1.0 the same; one alone is 1.0.

    Five at random have 0.03 and rarely more than 0.1; five of one kind 0.15 to 0.6.
    """
    if len(rows) < 2:
        return 1.0
    sums: dict[int | str, float] = {}
    alone = 0.0
    for row in rows:
        direction = _with_ideas(index, direction_of(index, row))
        length = sqrt(sum(number * number for number in direction.values())) or 1.0
        for name, number in direction.items():
            sums[name] = sums.get(name, 0.0) + number / length
            alone += (number / length) ** 2
    together = sum(number * number for number in sums.values())
    return max(0.0, (together - alone) / (len(rows) * (len(rows) - 1)))


def _with_ideas(index: Index, direction: Direction) -> dict[int | str, float]:
    size = len(index) + 1
    numbers: dict[int | str, float] = dict(direction.words.items())
    for idea, how in direction.ideas.items():
        numbers[idea] = _IDEA_SAYS * how * log(size / (index.spoken.get(idea, 0.0) + 0.5))
    return numbers
