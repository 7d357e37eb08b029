"""Incidents as directions: how alike two are, and how much a handful of them share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt

from handlers.likeness.index import Index, Row

# What a shared idea says beside a shared word as rare.
_IDEA_SAYS = 0.25


@dataclass(frozen=True, slots=True)
class Direction:
    """What an incident says, rare words and ideas before common ones, to the length of one (or zero if it is mute)."""

    words: dict[int, float]
    ideas: dict[str, float]


def direction_of(index: Index, row: Row) -> Direction:
    """Return an incident's direction within all incidents."""
    size = len(index) + 1
    words = {
        word: says * log(size / max(index.held_by[word], 1)) for word, says in zip(row.words, row.says, strict=True)
    }
    ideas = {idea: how * log(size / (index.spoken.get(idea, 0.0) + 0.5)) for idea, how in row.ideas.items()}
    length = sqrt(sum(number * number for number in words.values())) or 1.0
    # An idea's number is compared with those of words that have been brought to the length of one.
    words = {word: number / length for word, number in words.items()}
    ideas = {idea: _IDEA_SAYS * number for idea, number in ideas.items()}
    whole = sqrt(sum(n * n for n in words.values()) + sum(n * n for n in ideas.values())) or 1.0
    return Direction(
        {word: number / whole for word, number in words.items()},
        {idea: number / whole for idea, number in ideas.items()},
    )


def cohesion(index: Index, rows: Sequence[Row]) -> float:
    """Return how alike incidents are on average, each with each other: 0.0 nothing, 1.0 the same; one alone is 1.0.

    Five at random have 0.03 and rarely more than 0.1; five of one kind 0.15 to 0.6.
    """
    if len(rows) < 2:
        return 1.0
    directions = [direction_of(index, row) for row in rows]
    sums: dict[int | str, float] = {}
    alone = 0.0
    for one in directions:
        for part in (one.words, one.ideas):
            for name, number in part.items():
                sums[name] = sums.get(name, 0.0) + number
                alone += number * number
    together = sum(number * number for number in sums.values())
    return max(0.0, (together - alone) / (len(rows) * (len(rows) - 1)))
