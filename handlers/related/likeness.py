"""How like two incidents are: whether they may be the same kind of failure, whoever had it and whenever."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, sqrt

from handlers.related.index import IncidentRow

# Learned by `bench/same_kind.py --learn`: a logistic regression over pairs that readers judged; docs/echoes.md.
INTERCEPT, LIKENESS, LATE_REVOCATIONS = -3.99, 2.91, 3.44
# Where one of both has no ideas, the other two likenesses stand for the third.
_WITHOUT_IDEAS = 1.5


@dataclass(frozen=True, slots=True)
class Comparison:
    """An earlier incident compared with another: the sum of three likenesses, and whether both are late revocations.

    `likeness` is 0 to 3: the cosines of the parts of the titles' words, of all words, and of the ideas, each 0 to 1 and
    none weighted, so that nothing but its meaning as a probability was learned.
    """

    row: IncidentRow
    likeness: float
    late_revocations: bool

    @property
    def features(self) -> tuple[float, float]:
        """What the probability is computed from."""
        return self.likeness, float(self.late_revocations)

    @property
    def probability(self) -> float:
        """The probability that a reader would call both the same kind of failure."""
        logit = INTERCEPT + LIKENESS * self.likeness + LATE_REVOCATIONS * self.late_revocations
        return 1.0 / (1.0 + exp(-logit))


def compare(query_row: IncidentRow, rows: Iterable[IncidentRow], idf: Sequence[float]) -> Iterator[Comparison]:
    """Yield a comparison with every earlier incident that may be the same kind of failure.

    A late revocation, a late answer and the fault that either follows from are three kinds, however like the texts are.
    """
    words = _Vector(zip(query_row.word_ids, query_row.weights, strict=True), idf)
    grams = _Vector(((gram, 1.0) for gram in query_row.gram_ids), idf)
    ideas = _Vector(zip(query_row.idea_ids, query_row.idea_weights, strict=True), idf)
    for row in rows:
        if row.order_key < query_row.order_key and row.handling == query_row.handling:
            texts = words.cosine(row.word_ids, row.weights) + grams.cosine(row.gram_ids)
            if query_row.idea_ids and row.idea_ids:
                likeness = texts + ideas.cosine(row.idea_ids, row.idea_weights)
            else:
                likeness = _WITHOUT_IDEAS * texts
            yield Comparison(row, likeness, row.handling == "late revocation")


class _Vector:
    """The terms of a query row, weighted by idf for comparison with those of other rows."""

    def __init__(self, weights: Iterable[tuple[int, float]], idf: Sequence[float]) -> None:
        self._idf = idf
        self._weights: Mapping[int, float] = {term: idf[term] * weight for term, weight in weights}
        self._norm = sqrt(sum(weight * weight for weight in self._weights.values()))

    def cosine(self, term_ids: array[int], weights: array[float] | None = None) -> float:
        """Return the cosine with another row's terms, 0 to 1; without `weights` each counts alike."""
        idf, own = self._idf, self._weights
        if weights is None:
            values = [idf[term] for term in term_ids]
        else:
            values = [idf[term] * weight for term, weight in zip(term_ids, weights, strict=True)]
        norms = self._norm * sqrt(sum([value * value for value in values]))
        dot_product = sum([value * own[term] for term, value in zip(term_ids, values, strict=True) if term in own])
        return dot_product / norms if norms else 0.0
