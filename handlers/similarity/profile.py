"""Builds a profile of the examples: which terms and topics they have more often than incidents in general."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from handlers.similarity.index import IndexedIncident, SimilarityIndex
from handlers.similarity.topics import load_topics

# Pseudo-counts of the background frequency, so that a single example proves little.
_TERM_PRIOR, _TOPIC_PRIOR = 0.5, 4.0
# A term that all examples share weighs more than two that half of them have.
_SHARE_EXPONENT = 1.5
# The absence of a topic tells more than the presence of another, since titles name what matters.
_ABSENCE_WEIGHT = 2.0
# Weight of terms relative to topics, scaled by the ratio of the best shared term to the best shared topic, so that
# examples of a kind that is not in the table of topics are still ranked by their words; fixed for a single example.
_TERM_SCALE, _MIN_TERM_SCALE, _MAX_TERM_SCALE, _SINGLE_EXAMPLE_TERM_SCALE = 0.7, 0.35, 2.0, 1.0
# Shared is what half of the examples have, and at least two; the divergence of a topic counts as no less, in nats.
_MIN_SHARE, _MIN_SHARING_EXAMPLES, _MIN_TOPIC_DIVERGENCE = 0.5, 2.0, 0.3


@dataclass(frozen=True, slots=True)
class WeightedRow:
    """An example (an incident, a description or a topic), and its weight beside the others."""

    row: IndexedIncident
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Profile:
    """The evidence for an incident (positive) and against it (negative), in nats.

    `term_weights` are by term id, 0.0 for most; `topic_weights`, by key, are added where a title mentions the topic;
    `baseline` is the sum where no topic is mentioned.
    """

    term_weights: array[float]
    topic_weights: Mapping[str, float]
    baseline: float

    def score(self, row: IndexedIncident) -> float:
        """Return the sum of the evidence of a row's terms and topics."""
        weights = self.term_weights
        topic_score = sum(self.topic_weights[topic] * value for topic, value in row.topics.items())
        return (
            self.baseline
            + topic_score
            + sum([weights[term_id] * value for term_id, value in zip(row.term_ids, row.weights, strict=True)])
        )


def build_profile(
    index: SimilarityIndex, examples: Sequence[WeightedRow], best_matches: Sequence[WeightedRow] = ()
) -> Profile:
    """Return the profile of the examples.

    `best_matches` are the incidents that fit the examples best (pseudo-relevance feedback): they add further terms, and
    the weights of terms are the mean of both.
    """
    topic_weights, baseline, topic_divergence = _weigh_topics(index, examples)
    term_weights, term_divergence = _weigh_terms(index, examples)
    if best_matches:
        feedback, _ = _weigh_terms(index, best_matches)
        term_weights = {
            term_id: (term_weights.get(term_id, 0.0) + feedback.get(term_id, 0.0)) / 2
            for term_id in term_weights.keys() | feedback.keys()
        }
    scale = _SINGLE_EXAMPLE_TERM_SCALE
    if sum(example.weight for example in examples) >= _MIN_SHARING_EXAMPLES:
        ratio = term_divergence / max(topic_divergence, _MIN_TOPIC_DIVERGENCE)
        scale = min(max(_TERM_SCALE * ratio, _MIN_TERM_SCALE), _MAX_TERM_SCALE)
    dense = array("d", bytes(8 * len(index.vocabulary.document_frequency)))
    for term_id, weight in term_weights.items():
        dense[term_id] = scale * weight
    return Profile(dense, topic_weights, baseline)


def _weigh_terms(index: SimilarityIndex, examples: Iterable[WeightedRow]) -> tuple[dict[int, float], float]:
    """Return the weights of the terms that examples have more often than incidents in general.

    The second value is the largest divergence of a shared term.
    """
    counts: dict[int, float] = {}
    total = max_divergence = 0.0
    for example in examples:
        total += example.weight
        for term_id in example.row.term_ids:
            counts[term_id] = counts.get(term_id, 0.0) + example.weight
    weights = {}
    for term_id, count in counts.items():
        background = (index.vocabulary.document_frequency[term_id] + 0.5) / (len(index) + 1)
        log_ratio = log((count + _TERM_PRIOR * background) / (total + _TERM_PRIOR) / background)
        if log_ratio > 0:
            weights[term_id] = log_ratio * (count / total) ** _SHARE_EXPONENT
        if count >= max(_MIN_SHARING_EXAMPLES, _MIN_SHARE * total):
            max_divergence = max(max_divergence, _divergence(count / total, background))
    return weights, max_divergence


def _weigh_topics(index: SimilarityIndex, examples: Sequence[WeightedRow]) -> tuple[dict[str, float], float, float]:
    """Return the weight of each topic's presence beyond its absence.

    The second value is the sum of all absences, the third the largest divergence of a shared topic.
    """
    total = sum(example.weight for example in examples)
    weights: dict[str, float] = {}
    baseline = max_divergence = 0.0
    for topic in load_topics():
        count = sum(example.weight * example.row.topics.get(topic.key, 0.0) for example in examples)
        background = (index.topic_counts.get(topic.key, 0.0) + 0.5) / (len(index) + 1)
        share = (count + _TOPIC_PRIOR * background) / (total + _TOPIC_PRIOR)
        absence = _ABSENCE_WEIGHT * log((1 - share) / (1 - background))
        weights[topic.key] = log(share / background) - absence
        baseline += absence
        if count >= _MIN_SHARE * total:
            max_divergence = max(max_divergence, _divergence(count / total, background))
    return weights, baseline, max_divergence


def _divergence(share: float, background: float) -> float:
    """Return the divergence of a share among the examples from the background frequency, in nats."""
    return share * log(share / background)
