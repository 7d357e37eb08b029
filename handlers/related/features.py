"""Computes the features of every earlier incident as a candidate echo, and their weights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

from handlers.related.index import IncidentRow

SECONDS_PER_DAY = 86_400.0
# In units of idf: otherwise a title of one common word would be contained in most texts completely.
_MIN_TITLE_IDF = 6.0

# Learned by `bench/echoes.py --learn`: a conditional logit over the incidents opened before 2023 that reference earlier
# ones, each against all that were earlier; docs/echoes.md has the figures. Incidents without a report text reference
# none, so they were not in the training data; their title weight is set by hand.
WEIGHTS: Mapping[str, float] = {
    "word_cosine": 2.47,
    "candidate_title_overlap": 1.77,
    "query_title_overlap": 2.54,
    "title_cosine_no_report_yet": 5.0,
    "log_age": -0.48,
    "same_ca_log_age": 0.65,
    "same_ca_within_days": -2.11,
    "same_ca_within_year": 3.2,
    "same_ca_reciprocal_rank": 1.28,
    "mentions_its_ca": 5.19,
    "same_ca_recent_references": 3.45,
    "same_ca_follow_up": 4.63,
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An earlier incident as a candidate echo, with its features by the names of WEIGHTS."""

    row: IncidentRow
    features: Mapping[str, float]

    @property
    def score(self) -> float:
        """The weighted sum of the features."""
        return sum(WEIGHTS[name] * value for name, value in self.features.items())


def build_candidates(query_row: IncidentRow, rows: Iterable[IncidentRow], idf: Sequence[float]) -> Iterator[Candidate]:
    """Yield every incident that was opened before the query row's, oldest first, with its features."""
    earlier = sorted((row for row in rows if row.order_key < query_row.order_key), key=lambda row: row.order_key)
    same_ca_bugs = [row.bug for row in earlier if query_row.ca is not None and row.ca == query_row.ca]
    reciprocal_ranks = {bug: 1.0 / rank for rank, bug in enumerate(reversed(same_ca_bugs), start=1)}
    recent_references = _recent_references(query_row, earlier)
    other_cas = query_row.mentioned_cas - {query_row.ca}
    query_words = _QueryWords(query_row, idf)
    no_report_yet = float(len(query_row.word_ids) == query_row.title_length)
    similarities = [query_words.similarities(row) for row in earlier]
    max_cosine = max((cosine for cosine, *_ in similarities), default=0.0) or 1.0
    for row, (cosine, candidate_title_overlap, query_title_overlap, title_cosine) in zip(
        earlier, similarities, strict=True
    ):
        days = max((query_row.opened - row.opened).total_seconds() / SECONDS_PER_DAY, 0.0)
        same_ca = float(row.bug in reciprocal_ranks)
        log_age = log(1 + days)
        yield Candidate(
            row,
            {
                "word_cosine": cosine / max_cosine,
                "candidate_title_overlap": candidate_title_overlap,
                "query_title_overlap": query_title_overlap,
                "title_cosine_no_report_yet": title_cosine * no_report_yet,
                "log_age": log_age,
                "same_ca_log_age": same_ca * log_age,
                "same_ca_within_days": same_ca * exp(-days / 3),
                "same_ca_within_year": same_ca * exp(-days / 365),
                "same_ca_reciprocal_rank": reciprocal_ranks.get(row.bug, 0.0),
                "mentions_its_ca": float(not other_cas.isdisjoint(row.title_ca_owners)),
                "same_ca_recent_references": same_ca * log(1 + recent_references.get(row.bug, 0.0)),
                "same_ca_follow_up": same_ca * exp(-days / 30) * (query_row.is_follow_up and not row.is_follow_up),
            },
        )


def _recent_references(query_row: IncidentRow, earlier: Sequence[IncidentRow]) -> dict[int, float]:
    """Return how often each bug was referenced by earlier incidents; a reference decays within a month."""
    counts: dict[int, float] = {}
    for row in earlier:
        if row.references:
            decay = exp(-(query_row.opened - row.opened).total_seconds() / SECONDS_PER_DAY / 30)
            for bug in row.references:
                counts[bug] = counts.get(bug, 0.0) + decay
    return counts


class _QueryWords:
    """The words of the query row, weighted by idf for comparison with other rows."""

    def __init__(self, query_row: IncidentRow, idf: Sequence[float]) -> None:
        self._idf = idf
        self._weights = {
            word: idf[word] * weight for word, weight in zip(query_row.word_ids, query_row.weights, strict=True)
        }
        self._norm = sqrt(sum(value * value for value in self._weights.values()))
        self._title = {word: idf[word] for word in query_row.word_ids[: query_row.title_length]}
        self._title_norm = sqrt(sum([value * value for value in self._title.values()]))
        self._title_idf = max(sum(self._title.values()), _MIN_TITLE_IDF)

    def similarities(self, row: IncidentRow) -> tuple[float, float, float, float]:
        """Return four similarities to another row, each 0 to 1.

        They are the cosine of all words, the share of the row's title that the query contains, the share of the
        query's title that the row contains, and the cosine of the titles.
        """
        idf, query_weights = self._idf, self._weights
        weights = [idf[word] * weight for word, weight in zip(row.word_ids, row.weights, strict=True)]
        norms = sqrt(sum([weight * weight for weight in weights])) * self._norm
        dot_product = sum(
            [
                weight * query_weights[word]
                for word, weight in zip(row.word_ids, weights, strict=True)
                if word in query_weights
            ]
        )
        title = row.word_ids[: row.title_length]
        title_idf = max(sum([idf[word] for word in title]), _MIN_TITLE_IDF)
        row_title_in_query = sum([idf[word] for word in title if word in query_weights])
        query_title_in_row = sum([self._title[word] for word in row.word_ids if word in self._title])
        title_dot_product = sum([idf[word] ** 2 for word in title if word in self._title])
        title_norms = sqrt(sum([idf[word] ** 2 for word in title])) * self._title_norm
        return (
            dot_product / norms if norms else 0.0,
            row_title_in_query / title_idf,
            query_title_in_row / self._title_idf,
            title_dot_product / title_norms if title_norms else 0.0,
        )
