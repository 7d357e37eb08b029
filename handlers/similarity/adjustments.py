"""Adjusts a ranking by counter-examples: changes the weights of terms and topics until labelled incidents fit.

Counting words alone cannot do this. Labelled incidents were selected for being similar, so examples and
counter-examples share most of their words; what tells them apart is fitted by a few steps of logistic regression on
top of the counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

from handlers.similarity.index import IndexedIncident, SimilarityIndex
from handlers.similarity.vectors import TfIdfVector, vector_for

# Unlabelled incidents count as negatives: so many are enough to keep common words from gaining weight.
_MAX_UNLABELLED = 200
_STEPS, _LEARNING_RATE, _L2 = 30, 1.0, 0.3
# Of more labels of a kind only the newest are used, so that fitting takes no noticeable time.
_MAX_LABELLED = 200


@dataclass(frozen=True, slots=True)
class Adjustments:
    """What is added to an incident's log odds for its terms (by id) and its topics (by key)."""

    terms: Mapping[int, float]
    topics: Mapping[str, float]
    bias: float

    def log_odds_change(self, vector: TfIdfVector) -> float:
        """Return what is added to the log odds of an incident."""
        from_terms = sum(self.terms.get(term, 0.0) * value for term, value in vector.terms.items())
        from_topics = sum(self.topics.get(topic, 0.0) * value for topic, value in vector.topics.items())
        return self.bias + from_terms + from_topics


def fit_adjustments(
    index: SimilarityIndex,
    examples: Sequence[IndexedIncident],
    counter_examples: Sequence[IndexedIncident],
    log_odds: Mapping[int, float],
) -> Adjustments:
    """Fit adjustments to labelled incidents; `log_odds` are those before adjustment, by bug. Deterministic."""
    examples, counter_examples = examples[-_MAX_LABELLED:], counter_examples[-_MAX_LABELLED:]
    labelled_bugs = {row.bug for row in (*examples, *counter_examples)}
    unlabelled = [row for row in index.rows.values() if row.bug not in labelled_bugs]
    unlabelled = unlabelled[:: max(1, len(unlabelled) // _MAX_UNLABELLED)]
    unlabelled_weight = len(examples) / max(len(unlabelled), 1)
    samples = [
        (vector_for(index, row), log_odds[row.bug], target, weight)
        for rows, target, weight in (
            (examples, 1.0, 1.0),
            (counter_examples, 0.0, 1.0),
            (unlabelled, 0.0, unlabelled_weight),
        )
        for row in rows
    ]
    learning_rate = _LEARNING_RATE / (1 + 0.1 * (len(examples) + len(counter_examples)))
    terms: dict[int, float] = {}
    topics: dict[str, float] = {}
    bias = 0.0
    for _ in range(_STEPS):
        adjustments = Adjustments(terms, topics, bias)
        errors = [
            (vector, weight * (target - _sigmoid(initial + adjustments.log_odds_change(vector))))
            for vector, initial, target, weight in samples
        ]
        decay = 1 - learning_rate * _L2
        terms = {term: decay * weight for term, weight in terms.items()}
        topics = {topic: decay * weight for topic, weight in topics.items()}
        bias *= decay
        for vector, error in errors:
            step = learning_rate * error
            bias += step
            for term, value in vector.terms.items():
                terms[term] = terms.get(term, 0.0) + step * value
            for topic, value in vector.topics.items():
                topics[topic] = topics.get(topic, 0.0) + step * value
    return Adjustments(terms, topics, bias)


def _sigmoid(log_odds: float) -> float:
    return 1.0 / (1.0 + exp(-min(max(log_odds, -30.0), 30.0)))
