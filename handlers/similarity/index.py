"""An in-memory index of all incidents as sparse vectors of terms, for ranking by similarity."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from sys import intern

from handlers.parsing.documents import IncidentDocument
from handlers.parsing.follow_ups import is_follow_up
from handlers.parsing.owners import OwnerDirectory
from handlers.similarity.terms import Terms, extract_terms
from handlers.text.term_index import TermIndex

# The cause that a follow-up's title names by words alone: an incident of the last 120 days whose title has at least so
# many terms, nearly all of which are in the follow-up's title as well.
_MAX_CAUSE_AGE_SECONDS, _MIN_TITLE_TERMS, _MIN_TITLE_OVERLAP = 120 * 86_400, 4, 0.75


@dataclass(frozen=True, slots=True)
class IndexedIncident:
    """One incident: its terms by id with the weight of each (0 to 2.2), and as people write them.

    `title_length` counts the terms of the title, which come first. `cause_candidates` are the bugs that a follow-up may
    belong to, None if the incident is not a follow-up.
    """

    bug: int
    ca: str | None
    opened: datetime | None
    term_ids: array[int]
    title_length: int
    weights: array[float]
    words: tuple[str, ...]
    cause_candidates: tuple[int, ...] | None

    @property
    def title_terms(self) -> frozenset[int]:
        """The ids of the terms of the title."""
        return frozenset(self.term_ids[: self.title_length])


class SimilarityIndex(TermIndex[IncidentDocument, IndexedIncident]):
    """The incidents that are compared with each other."""

    def __init__(self, owners: OwnerDirectory, documents: Iterable[IncidentDocument] = ()) -> None:
        self.owners = owners
        super().__init__(documents)

    def _build_row(self, document: IncidentDocument) -> IndexedIncident:
        terms = extract_terms(document, self.owners)
        return IndexedIncident(
            document.bug,
            document.ca,
            document.opened,
            array("i", map(self.vocabulary.assign_id, terms.weights)),
            terms.title_length,
            array("f", terms.weights.values()),
            # equal words of all incidents share their memory
            tuple(intern(terms.words[term]) for term in terms.weights),
            _cause_candidates(document),
        )

    def find_terms(self, terms: Terms) -> dict[int, float]:
        """Return the weights of terms by id; those that no incident contains are left out."""
        ids = ((self.vocabulary.find_id(term), weight) for term, weight in terms.weights.items())
        return {term_id: weight for term_id, weight in ids if term_id is not None}

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
