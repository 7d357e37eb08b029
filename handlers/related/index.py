"""An in-memory index of all incidents as sparse rows of words, among which echoes are found."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from math import log

from handlers.parsing.documents import MAX_EXCERPT_LENGTH, MAX_TITLE_LENGTH, IncidentDocument
from handlers.parsing.follow_ups import is_follow_up
from handlers.parsing.owner_mentions import ReadText, read_text
from handlers.parsing.owners import OwnerDirectory
from handlers.text.stop_words import STOP_WORDS
from handlers.text.term_index import TermIndex


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One incident: its words by id, those of its title first, each with its weight (1 + log of its count).

    `title_length` counts the distinct words of the title. `title_cas` are the CA owners that the title mentions and the
    incident's own, `mentioned_cas` those of title and excerpt. `is_follow_up` is whether it is about the handling of
    another incident.
    """

    bug: int
    opened: datetime
    ca: str | None
    term_ids: array[int]
    weights: array[float]
    title_length: int
    title_ca_owners: frozenset[str]
    mentioned_cas: frozenset[str]
    is_follow_up: bool
    references: tuple[int, ...]
    linked: tuple[int, ...]

    @property
    def order_key(self) -> tuple[datetime, int]:
        """The key of chronological order; incidents opened in the same second are ordered by bug number."""
        return (self.opened, self.bug)


class RelatedIndex(TermIndex[IncidentDocument, IncidentRow]):
    """The incidents among which echoes are found, added in any order."""

    def __init__(self, owners: OwnerDirectory, documents: Iterable[IncidentDocument] = ()) -> None:
        self.owners = owners
        super().__init__(documents)

    def row_for(self, document: IncidentDocument) -> IncidentRow:
        """Return an incident's row without adding it; words that no incident contains are left out."""
        row = self._build_row(document)
        positions = [position for position, word in enumerate(row.term_ids) if self.vocabulary.document_frequency[word]]
        title_length = sum(position < row.title_length for position in positions)
        term_ids = array("i", (row.term_ids[position] for position in positions))
        weights = array("f", (row.weights[position] for position in positions))
        self.vocabulary.prune(row.term_ids)
        return replace(row, term_ids=term_ids, weights=weights, title_length=title_length)

    def idf(self) -> list[float]:
        """Return the inverse document frequency by word id: 1 for a word of all incidents, about 8 for one of one."""
        count = len(self.rows) + 1
        return [1.0 + log(count / (1 + frequency)) for frequency in self.vocabulary.document_frequency]

    def _build_row(self, document: IncidentDocument) -> IncidentRow:
        title = read_text(document.title[:MAX_TITLE_LENGTH], self.owners, document.ca)
        excerpt = read_text(document.excerpt[:MAX_EXCERPT_LENGTH], self.owners, document.ca)
        counts = Counter(_words(title))
        title_length = len(counts)
        counts.update(_words(excerpt))
        own_ca = frozenset((document.ca,)) if document.ca else frozenset()
        return IncidentRow(
            document.bug,
            document.opened,
            document.ca,
            array("i", map(self.vocabulary.assign_id, counts)),
            array("f", (1.0 + log(count) for count in counts.values())),
            title_length,
            own_ca.union(title.owners),
            own_ca.union(title.owners, excerpt.owners),
            is_follow_up(document.title),
            tuple(bug for bug in document.references if bug != document.bug),
            tuple(bug for bug in document.linked if bug != document.bug),
        )


def _words(text: ReadText) -> Iterator[str]:
    return (term for term in text.terms if term is not None and term not in STOP_WORDS)
