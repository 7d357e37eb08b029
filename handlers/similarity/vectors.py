"""Incidents as tf-idf vectors, and the cohesion of a handful of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

from handlers.similarity.index import IndexedIncident, SimilarityIndex

# The weight of a shared topic beside an equally rare shared term.
_TOPIC_WEIGHT = 0.25


@dataclass(frozen=True, slots=True)
class TfIdfVector:
    """An incident's terms by id, weighted by idf and normalised to length 1, and its topics by key, not normalised."""

    terms: Mapping[int, float]
    topics: Mapping[str, float]


def vector_for(index: SimilarityIndex, row: IndexedIncident) -> TfIdfVector:
    """Return the vector of an incident; without terms its length is 0."""
    size = len(index) + 1
    document_frequency = index.vocabulary.document_frequency
    values = {
        term_id: weight * log(size / document_frequency[term_id])
        for term_id, weight in zip(row.term_ids, row.weights, strict=True)
    }
    length = sqrt(sum(value * value for value in values.values())) or 1.0
    return TfIdfVector({term_id: value / length for term_id, value in values.items()}, row.topics)


def cohesion(index: SimilarityIndex, rows: Sequence[IndexedIncident]) -> float:
    """Return the mean cosine similarity of all pairs of incidents, 0.0 to 1.0; 1.0 for a single one.

    Five at random have about 0.03 and rarely more than 0.1; five of one kind have 0.15 to 0.6.
    """
    if len(rows) < 2:
        return 1.0
    # The sum over all pairs is the squared length of the vectors' sum, without each vector's product with itself.
    sums: dict[int | str, float] = {}
    self_products = 0.0
    for row in rows:
        values = _with_topics(index, vector_for(index, row))
        length = sqrt(sum(value * value for value in values.values())) or 1.0
        for name, value in values.items():
            sums[name] = sums.get(name, 0.0) + value / length
            self_products += (value / length) ** 2
    all_products = sum(value * value for value in sums.values())
    return max(0.0, (all_products - self_products) / (len(rows) * (len(rows) - 1)))


def _with_topics(index: SimilarityIndex, vector: TfIdfVector) -> dict[int | str, float]:
    """Return a vector's terms and its topics weighted by idf as one mapping, not normalised."""
    size = len(index) + 1
    values: dict[int | str, float] = dict(vector.terms.items())
    for topic, weight in vector.topics.items():
        values[topic] = _TOPIC_WEIGHT * weight * log(size / (index.topic_counts.get(topic, 0.0) + 0.5))
    return values
