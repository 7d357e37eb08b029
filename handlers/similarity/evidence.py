"""Weighs terms by what the examples have in common and other incidents lack."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import log, sqrt
from statistics import fmean, median

from handlers.similarity.index import IndexedIncident, SimilarityIndex

# Pseudo-counts: of the background among the examples, and of examples beside the counter-examples.
_PRIOR, _EXAMPLE_PRIOR = 0.5, 0.5
# A term that all examples share weighs more than two that half of them have.
_SHARE_EXPONENT = 1.5
# Long incidents have more terms by chance, so a score is divided by this power of the length of its vector.
_LENGTH_EXPONENT, _MIN_LENGTH = 0.25, 0.25
# A typical member scores at least this: where examples score less, they are too ordinary to tell others by.
_MIN_REFERENCE = 6.0
# Where the section is named like a topic that so many of its examples have, an incident with that topic and a little
# more is a typical member.
_MIN_TOPIC_SHARE, _TOPIC_MEMBER = 0.8, 1.2


@dataclass(frozen=True, slots=True)
class Scores:
    """How much evidence each incident has, by bug (0 or more), and how much a typical member has.

    `cohesion` (0 to 1) is the mean score of an example by the others, relative to its score by all; None if there are
    too few to tell. `term_weights` are by term id, 0.0 for most.
    """

    by_bug: dict[int, float]
    reference: float
    cohesion: float | None
    term_weights: array[float]


class Evidence:
    """Counts the terms of examples and counter-examples.

    `texts` are the terms of the section's name and description: each counts as one more example.
    """

    def __init__(
        self,
        index: SimilarityIndex,
        examples: Sequence[IndexedIncident],
        counter_examples: Iterable[IndexedIncident] = (),
        texts: Sequence[Collection[int]] = (),
    ) -> None:
        self._index = index
        self._total = len(examples) + len(texts)
        self._counts: Counter[int] = Counter()
        self._counter_counts: Counter[int] = Counter()
        for example in examples:
            self._counts.update(example.term_ids)
        for text in texts:
            self._counts.update(text)
        for counter_example in counter_examples:
            self._counter_counts.update(counter_example.term_ids)

    def weight(self, term_id: int, left_out: int = 0) -> float:
        """Return the weight of a term, without so many examples that have it.

        It is the logarithm of how much more often examples have it than incidents in general, times the share of
        examples that have it, times its idf, times the share of the labelled incidents with it that are examples.
        """
        count, total = self._counts[term_id] - left_out, self._total - left_out
        background = self._background(term_id)
        ratio = (count + _PRIOR * background) / (total + _PRIOR) / background
        if count <= 0 or ratio <= 1:
            return 0.0
        belonging = (count + _EXAMPLE_PRIOR) / (count + _EXAMPLE_PRIOR + self._counter_counts[term_id])
        share: float = (count / total) ** _SHARE_EXPONENT
        return log(ratio) * share * -log(background) * belonging

    def score_all(
        self, examples: Sequence[IndexedIncident], texts: Iterable[dict[int, float]], named_topic: int | None = None
    ) -> Scores:
        """Return the scores of all incidents; `named_topic` is the term of the topic that the section is named like."""
        weights = array("d", bytes(8 * len(self._index.vocabulary.document_frequency)))
        for term_id in self._counts:
            weights[term_id] = self.weight(term_id)
        damping = self._damping()
        by_bug = {
            row.bug: damping[row.bug]
            * sum([weights[term_id] * value for term_id, value in zip(row.term_ids, row.weights, strict=True)])
            for row in self._index.rows.values()
        }
        if examples:
            own = fmean(by_bug[row.bug] for row in examples)
        else:
            own = fmean(sum(weights[term_id] * value for term_id, value in text.items()) for text in texts)
        reference, cohesion = _floor(own, max(len(examples), 1)), None
        if len(examples) > 1:
            by_others = fmean(damping[row.bug] * self._score_left_out(row) for row in examples)
            reference, cohesion = max(by_others, reference), min(by_others / own, 1.0) if own else 0.0
        reference = max(reference, _MIN_REFERENCE)
        if named_topic is not None and self._counts[named_topic] >= _MIN_TOPIC_SHARE * self._total:
            reference = min(_TOPIC_MEMBER * weights[named_topic], reference)
        return Scores(by_bug, reference, cohesion, weights)

    def _score_left_out(self, row: IndexedIncident) -> float:
        """Return what an example would score if it were none."""
        return sum(
            self.weight(term_id, left_out=1) * value for term_id, value in zip(row.term_ids, row.weights, strict=True)
        )

    def _damping(self) -> dict[int, float]:
        """Return, by bug, what the scores of long and short incidents are multiplied by."""
        squared_idf = array(
            "d",
            (
                log(self._background(term_id)) ** 2 if document_frequency else 0.0
                for term_id, document_frequency in enumerate(self._index.vocabulary.document_frequency)
            ),
        )
        lengths = {
            row.bug: sqrt(
                sum(
                    [
                        squared_idf[term_id] * value * value
                        for term_id, value in zip(row.term_ids, row.weights, strict=True)
                    ]
                )
            )
            for row in self._index.rows.values()
        }
        usual = median(lengths.values()) or 1.0
        return {bug: max(length / usual, _MIN_LENGTH) ** -_LENGTH_EXPONENT for bug, length in lengths.items()}

    def _background(self, term_id: int) -> float:
        """Return the share of incidents that have a term, above 0 and below 1."""
        return (self._index.vocabulary.document_frequency[term_id] + 0.5) / (len(self._index) + 1)


def _floor(own: float, count: int) -> float:
    """Return the least that a member should score where examples score so much themselves.

    The fewer the examples, the more of their score is their own words.
    """
    return own * count / (count + 3)
