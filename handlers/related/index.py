"""An in-memory index of all incidents as sparse rows of words, among which echoes are found.

Each word is stored once and incidents refer to it by id. When an incident is removed, so are the words that only it
contains.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from math import log

from handlers.parsing.documents import MAX_EXCERPT_LENGTH, MAX_TITLE_LENGTH, IncidentDocument
from handlers.related.follow_ups import is_follow_up
from handlers.related.words import CaNameIndex, tokenize_without_ca_names
from handlers.text.vocabulary import Vocabulary


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
    word_ids: array[int]
    weights: array[float]
    title_word_count: int
    title_ca_owners: frozenset[str]
    mentioned_cas: frozenset[str]
    is_follow_up: bool
    references: tuple[int, ...]
    linked: tuple[int, ...]

    @property
    def order_key(self) -> tuple[datetime, int]:
        """The key of chronological order; incidents opened in the same second are ordered by bug number."""
        return (self.opened, self.bug)


class RelatedIndex:
    """The incidents among which echoes are found, added in any order."""

    def __init__(self, ca_names: CaNameIndex, documents: Iterable[IncidentDocument] = ()) -> None:
        self.ca_names = ca_names
        self.rows: dict[int, IncidentRow] = {}
        self.vocabulary = Vocabulary()
        for document in documents:
            self.add(document)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, bug: int) -> bool:
        return bug in self.rows

    def add(self, document: IncidentDocument) -> None:
        """Add an incident, or replace its previous version."""
        self.remove(document.bug)
        row = self.rows[document.bug] = self._build_row(document)
        self.vocabulary.add_document(row.word_ids)

    def remove(self, bug: int) -> None:
        """Remove an incident and every word that no other incident contains; an unknown bug is ignored."""
        if row := self.rows.pop(bug, None):
            self.vocabulary.remove_document(row.word_ids)

    def row_for(self, document: IncidentDocument) -> IncidentRow:
        """Return an incident's row without adding it; words that no incident contains are left out."""
        row = self._build_row(document)
        positions = [position for position, word in enumerate(row.word_ids) if self.vocabulary.document_frequency[word]]
        title_length = sum(position < row.title_word_count for position in positions)
        word_ids = array("i", (row.word_ids[position] for position in positions))
        weights = array("f", (row.weights[position] for position in positions))
        self.vocabulary.prune(row.word_ids)
        return replace(row, word_ids=word_ids, weights=weights, title_word_count=title_length)

    def idf(self) -> list[float]:
        """Return the inverse document frequency by word id: 1 for a word of all incidents, about 8 for one of one."""
        count = len(self.rows) + 1
        return [1.0 + log(count / (1 + frequency)) for frequency in self.vocabulary.document_frequency]

    def _build_row(self, document: IncidentDocument) -> IncidentRow:
        title = tokenize_without_ca_names(document.title[:MAX_TITLE_LENGTH], self.ca_names)
        excerpt = tokenize_without_ca_names(document.excerpt[:MAX_EXCERPT_LENGTH], self.ca_names)
        counts: dict[str, int] = {}
        for word in title.words:
            counts[word] = counts.get(word, 0) + 1
        title_length = len(counts)
        for word in excerpt.words:
            counts[word] = counts.get(word, 0) + 1
        own_ca = frozenset((document.ca,)) if document.ca else frozenset()
        return IncidentRow(
            document.bug,
            document.opened,
            document.ca,
            array("i", map(self.vocabulary.assign_id, counts)),
            array("f", (1.0 + log(count) for count in counts.values())),
            title_length,
            title.cas | own_ca,
            title.cas | excerpt.cas | own_ca,
            is_follow_up(document.title),
            tuple(bug for bug in document.references if bug != document.bug),
            tuple(bug for bug in document.linked if bug != document.bug),
        )
