"""The training examples nearest to an incident, and what their sections say of its own.

Similar incidents usually have the same tags, which the few nearest examples show better than a weight for each word.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log, sqrt

from handlers.classifier.features import RULE_NAMESPACE, TEXT, TITLE, namespace

# How much each namespace counts in a similarity; the others are left out.
SIMILARITY_WEIGHTS: Mapping[str, float] = {TITLE: 1.2, TEXT: 0.75, RULE_NAMESPACE: 1.25}
MAX_DOCUMENT_FREQUENCY = 60  # features of more examples say little of similarity and cost most; rules are exempt
MAX_NEIGHBOURS = 12
INVERSE_TEMPERATURE = 10.0  # how fast a neighbour's weight falls with its similarity
MIN_SHARE, MAX_SHARE = 1e-4, 1 - 1e-4


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A training example near an instance: its index, its weight (they add up to 1) and its cosine similarity."""

    index: int
    weight: float
    similarity: float


@dataclass(frozen=True, slots=True)
class NeighbourIndex:
    """The training examples of a model, as an inverted index.

    For each example `bugs` has the bug number, `labels` the indices of its sections and `recency` the logarithm of its
    sample weight when the model was trained. `postings` maps a column to the indices of the examples that have it and
    to their values in it; `weights` has for each column its weight in a similarity.
    """

    bugs: tuple[int, ...] = ()
    labels: tuple[tuple[int, ...], ...] = ()
    recency: tuple[float, ...] = ()
    postings: Mapping[int, tuple[array[int], array[float]]] = field(default_factory=dict)
    weights: Sequence[float] = ()


def similarity_weights(names: Iterable[str]) -> array[float]:
    """Return the weight of each feature in a similarity, in the order of the names."""
    return array("d", [SIMILARITY_WEIGHTS.get(namespace(name), 0.0) for name in names])


def to_unit_vector(vector: Mapping[int, float], weights: Sequence[float]) -> dict[int, float]:
    """Scale a vector by the similarity weights and then to length 1."""
    weighted = {column: value * weights[column] for column, value in vector.items() if weights[column]}
    length = sqrt(sum(value * value for value in weighted.values()))
    return {column: value / length for column, value in weighted.items()} if length else {}


def build_index(
    rows: Sequence[Mapping[int, float]],
    names: Sequence[str],
    bugs: Sequence[int],
    labels: Sequence[tuple[int, ...]],
    recency: Sequence[float],
) -> NeighbourIndex:
    """Build the index of training examples from their vectors; `names` are the features in the order of the columns."""
    weights = similarity_weights(names)
    postings: dict[int, tuple[array[int], array[float]]] = {}
    for index, row in enumerate(rows):
        for column, value in to_unit_vector(row, weights).items():
            indices, values = postings.setdefault(column, (array("i"), array("f")))
            indices.append(index)
            values.append(value)
    rare = {
        column: posting
        for column, posting in postings.items()
        if len(posting[0]) <= MAX_DOCUMENT_FREQUENCY or namespace(names[column]) == RULE_NAMESPACE
    }
    return NeighbourIndex(tuple(bugs), tuple(labels), tuple(recency), rare, weights)


def find_nearest(neighbour_index: NeighbourIndex, vector: Mapping[int, float]) -> tuple[Neighbour, ...]:
    """Return the examples with the greatest weight for a vector, greatest first."""
    if not neighbour_index.bugs:
        return ()
    similarities = [0.0] * len(neighbour_index.bugs)
    for column, value in to_unit_vector(vector, neighbour_index.weights).items():
        if posting := neighbour_index.postings.get(column):
            for index, example_value in zip(*posting, strict=True):
                similarities[index] += value * example_value
    logits = [
        INVERSE_TEMPERATURE * similarity + recency
        for similarity, recency in zip(similarities, neighbour_index.recency, strict=True)
    ]
    # Most examples have next to no weight: all of them are ranked only if too few have more.
    highest = max(logits)
    relevant = [index for index, logit in enumerate(logits) if logit > highest - 7.0]
    candidates = relevant if len(relevant) >= MAX_NEIGHBOURS else range(len(logits))
    nearest = heapq.nlargest(MAX_NEIGHBOURS, candidates, key=logits.__getitem__)
    weights = [exp(logits[index] - highest) for index in nearest]
    total = sum(weights)
    return tuple(
        Neighbour(index, weight / total, similarities[index]) for index, weight in zip(nearest, weights, strict=True)
    )


def neighbour_logits(
    neighbour_index: NeighbourIndex, neighbours: Sequence[Neighbour], section_count: int
) -> list[float]:
    """Return for each section the log odds of the weight of the neighbours that are in it."""
    shares = [0.0] * section_count
    for neighbour in neighbours:
        for section in neighbour_index.labels[neighbour.index]:
            shares[section] += neighbour.weight
    return [log(share / (1 - share)) for share in (min(max(share, MIN_SHARE), MAX_SHARE) for share in shares)]
