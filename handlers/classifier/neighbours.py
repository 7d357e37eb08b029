"""The training examples nearest to an incident, and what their sections say of its own.

Similar incidents usually have the same tags, which the few nearest examples show better than a weight for each word.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import exp, log, sqrt

from handlers.classifier.features import RULE_NAMESPACE, TEXT, TITLE, namespace

# How much each namespace counts in a similarity.
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

    For each example `bugs` has the bug number and `labels` the indices of its sections. `postings` maps a column to the
    indices of the examples that have it and to their values in it; `weights` has for each column its weight in a
    similarity.
    """

    bugs: tuple[int, ...] = ()
    labels: tuple[tuple[int, ...], ...] = ()
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
    return NeighbourIndex(tuple(bugs), tuple(labels), rare, weights)


def index_without_bugs(index: NeighbourIndex, bugs: Collection[int]) -> NeighbourIndex:
    """Return an index in which nothing of these bugs is left: their examples have no number, section or feature."""
    removed = {example for example, bug in enumerate(index.bugs) if bug in bugs}
    if not removed:
        return index
    postings: dict[int, tuple[array[int], array[float]]] = {}
    for column, (examples, values) in index.postings.items():
        remaining = [number for number, example in enumerate(examples) if example not in removed]
        postings[column] = (
            array("i", [examples[number] for number in remaining]),
            array("f", [values[number] for number in remaining]),
        )
    return replace(
        index,
        bugs=tuple(0 if example in removed else bug for example, bug in enumerate(index.bugs)),
        labels=tuple(() if example in removed else labels for example, labels in enumerate(index.labels)),
        postings=postings,
    )


def find_nearest(neighbour_index: NeighbourIndex, vector: Mapping[int, float], bug: int = 0) -> tuple[Neighbour, ...]:
    """Return the examples most similar to a vector, the most similar first, without that of the bug itself."""
    if not neighbour_index.bugs:
        return ()
    similarities = [0.0] * len(neighbour_index.bugs)
    for column, value in to_unit_vector(vector, neighbour_index.weights).items():
        if posting := neighbour_index.postings.get(column):
            for index, example_value in zip(*posting, strict=True):
                similarities[index] += value * example_value
    others = (index for index, other in enumerate(neighbour_index.bugs) if not bug or other != bug)
    nearest = heapq.nlargest(MAX_NEIGHBOURS, others, key=similarities.__getitem__)
    if not nearest:
        return ()
    highest = similarities[nearest[0]]
    weights = [exp(INVERSE_TEMPERATURE * (similarities[index] - highest)) for index in nearest]
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
