"""All incidents as short rows of numbers: small in memory, open to new ones, and able to forget.

Words are kept once, by number. When an incident goes, every word goes that only it had.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from math import log

from handlers.parsing.documents import TEXT_READ, TITLE_READ, Subject
from handlers.related.follow_ups import follows
from handlers.related.words import Names, read_words
from handlers.text.vocabulary import WordNumbers


@dataclass(frozen=True, slots=True)
class Row:
    """One incident: its words by number, those of its title first, and how often it says each (1 + log).

    `titled` counts the words of the title. `about` are the CA owners that the title names, its own among them, `cas`
    all that title and opening name. `follows` tells that it is about another incident's handling.
    """

    bug: int
    opened: datetime
    ca: str | None
    words: array[int]
    says: array[float]
    titled: int
    about: frozenset[str]
    cas: frozenset[str]
    follows: bool
    refers_to: tuple[int, ...]
    also: tuple[int, ...]

    @property
    def key(self) -> tuple[datetime, int]:
        """The place in time; two that were opened in the same second stand by their numbers."""
        return (self.opened, self.bug)


class EchoIndex:
    """The incidents among which echoes are found, in any order; a restricted one is taken out with `remove`."""

    def __init__(self, names: Names, subjects: Iterable[Subject] = ()) -> None:
        self.names = names
        self.rows: dict[int, Row] = {}
        self.words = WordNumbers()
        for subject in subjects:
            self.add(subject)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, bug: int) -> bool:
        return bug in self.rows

    def add(self, subject: Subject) -> None:
        """Add an incident, or put it in place of what was known of it."""
        self.remove(subject.bug)
        row = self.rows[subject.bug] = self._read(subject)
        self.words.hold(row.words)

    def remove(self, bug: int) -> None:
        """Forget an incident and every word that no other has; nothing happens where it is not known."""
        if row := self.rows.pop(bug, None):
            self.words.release(row.words)

    def row_of(self, subject: Subject) -> Row:
        """Return an incident's row without adding it; words that no incident has are left out."""
        row = self._read(subject)
        known = [place for place, word in enumerate(row.words) if self.words.held_by[word]]
        titled = sum(place < row.titled for place in known)
        words, says = array("i", (row.words[at] for at in known)), array("f", (row.says[at] for at in known))
        self.words.drop_unheld(row.words)
        return replace(row, words=words, says=says, titled=titled)

    def rarity(self) -> list[float]:
        """Return, by a word's number, how much it tells: 1 where all incidents have it, about 8 where one has."""
        count = len(self.rows) + 1
        return [1.0 + log(count / (1 + held)) for held in self.words.held_by]

    def _read(self, subject: Subject) -> Row:
        title = read_words(subject.title[:TITLE_READ], self.names)
        text = read_words(subject.text[:TEXT_READ], self.names)
        counts: dict[str, int] = {}
        for word in title.words:
            counts[word] = counts.get(word, 0) + 1
        titled = len(counts)
        for word in text.words:
            counts[word] = counts.get(word, 0) + 1
        own = frozenset((subject.ca,)) if subject.ca else frozenset()
        return Row(
            subject.bug,
            subject.opened,
            subject.ca,
            array("i", map(self.words.number, counts)),
            array("f", (1.0 + log(count) for count in counts.values())),
            titled,
            title.cas | own,
            title.cas | text.cas | own,
            follows(subject.title),
            tuple(bug for bug in subject.refers_to if bug != subject.bug),
            tuple(bug for bug in subject.also if bug != subject.bug),
        )
