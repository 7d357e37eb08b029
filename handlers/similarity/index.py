"""An in-memory index of all incidents as sparse vectors of terms, for ranking by similarity."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.parsing.documents import IncidentDocument
from handlers.parsing.follow_ups import is_follow_up
from handlers.parsing.owners import OwnerDirectory
from handlers.similarity.terms import Terms, extract_terms
from handlers.text.term_index import TermIndex

# The weight of a word of the report excerpt beside one of the title.
EXCERPT_WEIGHT = 0.35
# Average number of terms in a title and in an excerpt: where there are more, each weighs less.
_AVERAGE_TITLE_LENGTH, _AVERAGE_EXCERPT_LENGTH = 13.0, 32.0
# Saturation of repeated terms and normalisation by length, as in BM25.
_K1, _B = 1.2, 0.4
# The cause that a follow-up's title names by words alone: an incident of the last 120 days whose title has at least so
# many terms, nearly all of which are in the follow-up's title as well.
_MAX_CAUSE_AGE_SECONDS, _MIN_TITLE_TERMS, _MIN_TITLE_OVERLAP = 120 * 86_400, 4, 0.75


@dataclass(frozen=True, slots=True)
class IndexedIncident:
    """One incident: its terms by id with the weight of each (0 to 2.2), and its topics by key.

    `title_length` counts the terms of the title, which come first. `cause_candidates` are the bugs that a follow-up may
    belong to, None if the incident is not a follow-up.
    """

    bug: int
    ca: str | None
    opened: datetime | None
    term_ids: array[int]
    title_length: int
    weights: array[float]
    topics: Mapping[str, float]
    cause_candidates: tuple[int, ...] | None

    @property
    def title_terms(self) -> frozenset[int]:
        """The ids of the terms of the title."""
        return frozenset(self.term_ids[: self.title_length])


class SimilarityIndex(TermIndex[IncidentDocument, IndexedIncident]):
    """The incidents that are compared with each other.

    `topic_counts` sums, by key, how much all incidents together mention a topic.
    """

    def __init__(self, owners: OwnerDirectory, documents: Iterable[IncidentDocument] = ()) -> None:
        self.owners = owners
        self.topic_counts: dict[str, float] = {}
        super().__init__(documents)

    def add(self, document: IncidentDocument) -> None:
        """Add an incident, or replace its previous version."""
        super().add(document)
        for topic, weight in self.rows[document.bug].topics.items():
            self.topic_counts[topic] = self.topic_counts.get(topic, 0.0) + weight

    def remove(self, bug: int) -> None:
        """Remove an incident and every term that no other incident contains; an unknown bug is ignored."""
        if row := self.rows.get(bug):
            for topic, weight in row.topics.items():
                self.topic_counts[topic] -= weight
        super().remove(bug)

    def _build_row(self, document: IncidentDocument) -> IndexedIncident:
        terms = extract_terms(document, self.owners)
        weights = term_weights(terms)
        return IndexedIncident(
            document.bug,
            document.ca,
            document.opened,
            array("i", map(self.vocabulary.assign_id, weights)),
            len(terms.title),
            array("f", weights.values()),
            terms.topics,
            _cause_candidates(document),
        )

    def row_for(self, terms: Terms) -> IndexedIncident:
        """Return terms of no incident (a description) as a row; terms that no incident contains are left out."""
        weights_by_id = ((self.vocabulary.find_id(term), weight) for term, weight in term_weights(terms).items())
        known = {term_id: weight for term_id, weight in weights_by_id if term_id is not None}
        return IndexedIncident(0, None, None, array("i", known), 0, array("f", known.values()), terms.topics, None)

    def cause_of(self, row: IndexedIncident) -> int | None:
        """Return the incident that a follow-up belongs to: one of the same CA owner, referenced or named in the title.

        Follow-ups that reference no bug often repeat its title ("Delayed revocation of ...").
        """
        if row.cause_candidates is None:
            return None
        causes = (bug for bug in row.cause_candidates if bug in self.rows and self.rows[bug].ca == row.ca)
        return next(causes, None) or self._same_title_cause(row)

    def _same_title_cause(self, row: IndexedIncident) -> int | None:
        if row.opened is None:
            return None
        title_terms = row.title_terms
        causes = [
            other.bug
            for other in self.rows.values()
            if other.ca == row.ca and other.cause_candidates is None and other.opened is not None
            and 0 <= (row.opened - other.opened).total_seconds() <= _MAX_CAUSE_AGE_SECONDS
            and other.title_length >= _MIN_TITLE_TERMS
            and len(title_terms & other.title_terms) >= _MIN_TITLE_OVERLAP * other.title_length
        ]  # fmt: skip
        return max(causes, default=None)

    def rows_for(self, bugs: Iterable[int]) -> list[IndexedIncident]:
        """Return the rows of those bugs that are known, each once, in their order."""
        return [self.rows[bug] for bug in dict.fromkeys(bugs) if bug in self.rows]


def _cause_candidates(document: IncidentDocument) -> tuple[int, ...] | None:
    """Return the earlier bugs that a follow-up may belong to, likeliest first; None if it is not a follow-up.

    Only a bug of the same CA owner can be the cause, another's is a precedent: see `cause_of`.
    """
    if document.ca is None or not is_follow_up(document.title):
        return None
    return tuple(bug for bug in (*document.references, *document.linked) if bug < document.bug)


def term_weights(terms: Terms) -> dict[str, float]:
    """Return the weight of each term, those of the title first: as in BM25, with less weight for the excerpt."""
    weights = dict(_bm25_weights(terms.title, _AVERAGE_TITLE_LENGTH))
    for term, weight in _bm25_weights(terms.excerpt, _AVERAGE_EXCERPT_LENGTH):
        weights[term] = max(weights.get(term, 0.0), EXCERPT_WEIGHT * weight)
    return weights


def _bm25_weights(counts: Mapping[str, int], average_length: float) -> Sequence[tuple[str, float]]:
    length_factor = _K1 * (1 - _B + _B * sum(counts.values()) / average_length)
    return [(term, count * (_K1 + 1) / (count + length_factor)) for term, count in counts.items()]
