"""An in-memory index of all incidents as sparse rows of terms, among which echoes and alike incidents are found."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from math import log

from handlers.parsing.documents import MAX_REPORT_TEXT_LENGTH, MAX_TITLE_LENGTH, IncidentDocument
from handlers.parsing.follow_ups import is_follow_up
from handlers.parsing.owner_mentions import ReadText, read_text
from handlers.parsing.owners import OwnerDirectory
from handlers.related.ideas import Handling, handling_of, ideas_in
from handlers.text.stop_words import STOP_WORDS
from handlers.text.term_index import TermIndex

# Titles are compared by parts of their words of so many letters, so that "misspelt" is like "misspelled".
_GRAM_LENGTH = 4
_GRAM_MARK = "#"


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One incident: its words by id, those of its title first, each with its weight (1 + log of its count).

    `title_length` counts the distinct words of the title. `gram_ids` are the parts of the title's words, `idea_ids` the
    ideas of title and report text, each with its weight (1.0 for one of the title). `handling` is what a title about
    the handling of another incident says was late. `title_ca_owners` are the CA owners that the title mentions and the
    incident's own, `mentioned_cas` those of title and report text. `is_follow_up` is whether it is about the handling
    of another incident.
    """

    bug: int
    opened: datetime
    ca: str | None
    title: str
    word_ids: array[int]
    weights: array[float]
    title_length: int
    gram_ids: array[int]
    idea_ids: array[int]
    idea_weights: array[float]
    handling: Handling | None
    title_ca_owners: frozenset[str]
    mentioned_cas: frozenset[str]
    is_follow_up: bool
    references: tuple[int, ...]
    linked: tuple[int, ...]

    @property
    def term_ids(self) -> array[int]:
        """The ids of all terms: words, parts of words and ideas."""
        return self.word_ids + self.gram_ids + self.idea_ids

    @property
    def title_word_ids(self) -> array[int]:
        """The ids of the words of the title, in its order."""
        return self.word_ids[: self.title_length]

    @property
    def order_key(self) -> tuple[datetime, int]:
        """The key of chronological order; incidents opened in the same second are ordered by bug number."""
        return (self.opened, self.bug)


class RelatedIndex(TermIndex[IncidentDocument, IncidentRow]):
    """The incidents among which echoes and alike incidents are found, added in any order."""

    def __init__(self, owners: OwnerDirectory, documents: Iterable[IncidentDocument] = ()) -> None:
        self.owners = owners
        super().__init__(documents)

    def row_for(self, document: IncidentDocument) -> IncidentRow:
        """Return an incident's row without adding it; terms that no incident contains are left out."""
        row = self._build_row(document)
        frequency = self.vocabulary.document_frequency
        known_words = [
            (word, weight) for word, weight in zip(row.word_ids, row.weights, strict=True) if frequency[word]
        ]
        known_ideas = [
            (idea, weight) for idea, weight in zip(row.idea_ids, row.idea_weights, strict=True) if frequency[idea]
        ]
        known_row = replace(
            row,
            word_ids=array("i", (word for word, _ in known_words)),
            weights=array("f", (weight for _, weight in known_words)),
            title_length=sum(frequency[word] > 0 for word in row.title_word_ids),
            gram_ids=array("i", (gram for gram in row.gram_ids if frequency[gram])),
            idea_ids=array("i", (idea for idea, _ in known_ideas)),
            idea_weights=array("f", (weight for _, weight in known_ideas)),
        )
        self.vocabulary.prune(row.term_ids)
        return known_row

    def idf(self) -> list[float]:
        """Return the inverse document frequency by id: 1 for a term of all incidents, about 8 for one of one."""
        count = len(self.rows) + 1
        return [1.0 + log(count / (1 + frequency)) for frequency in self.vocabulary.document_frequency]

    def _build_row(self, document: IncidentDocument) -> IncidentRow:
        title = read_text(document.title[:MAX_TITLE_LENGTH], self.owners, document.ca)
        report_text = read_text(document.report_text[:MAX_REPORT_TEXT_LENGTH], self.owners, document.ca)
        counts = Counter(_words(title))
        title_length = len(counts)
        grams = {gram for word in counts for gram in _grams(word)}
        ideas = ideas_in(document.title, document.report_text)
        counts.update(_words(report_text))
        own_ca = frozenset((document.ca,)) if document.ca else frozenset()
        return IncidentRow(
            document.bug,
            document.opened,
            document.ca,
            document.title[:MAX_TITLE_LENGTH],
            array("i", map(self.vocabulary.assign_id, counts)),
            array("f", (1.0 + log(count) for count in counts.values())),
            title_length,
            array("i", map(self.vocabulary.assign_id, sorted(grams))),
            array("i", map(self.vocabulary.assign_id, ideas)),
            array("f", ideas.values()),
            handling_of(document.title),
            own_ca.union(title.owners),
            own_ca.union(title.owners, report_text.owners),
            is_follow_up(document.title),
            tuple(bug for bug in document.references if bug != document.bug),
            tuple(bug for bug in document.linked if bug != document.bug),
        )


def _words(text: ReadText) -> Iterator[str]:
    return (term for term in text.terms if term is not None and term not in STOP_WORDS)


def _grams(word: str) -> Iterator[str]:
    """Yield the parts of a word, marked so that none is taken for a word; a short word is a single part."""
    padded = f" {word} "
    return (
        _GRAM_MARK + padded[start : start + _GRAM_LENGTH] for start in range(max(len(padded) - _GRAM_LENGTH + 1, 1))
    )
