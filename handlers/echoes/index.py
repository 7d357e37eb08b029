"""All incidents as short rows of numbers: small in memory, open to new ones, and able to forget.

Words are kept once, by number. When an incident goes, every word goes that only it had.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import log

from handlers.echoes.subjects import TEXT_READ, TITLE_READ, Subject, follows
from handlers.echoes.words import Names, read_words


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

    @property
    def key(self) -> tuple[datetime, int]:
        """The place in time; two that were opened in the same second stand by their numbers."""
        return (self.opened, self.bug)


class EchoIndex:
    """The incidents among which echoes are found, in any order; a restricted one is taken out with `remove`."""

    def __init__(self, names: Names, subjects: Iterable[Subject] = ()) -> None:
        self.names = names
        self.rows: dict[int, Row] = {}
        # How many incidents hold a word, by its number; 0 where the number is free.
        self.held_by = array("i")
        self._numbers: dict[str, int] = {}
        self._written: list[str] = []
        self._free: list[int] = []
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
        for word in row.words:
            self.held_by[word] += 1

    def remove(self, bug: int) -> None:
        """Forget an incident and every word that no other has; nothing happens where it is not known."""
        row = self.rows.pop(bug, None)
        if row is None:
            return
        for word in row.words:
            self.held_by[word] -= 1
            self._let_go(word)

    def row_of(self, subject: Subject) -> Row:
        """Return an incident's row without adding it; words that no incident has are left out."""
        row = self._read(subject)
        known = [place for place, word in enumerate(row.words) if self.held_by[word]]
        titled = sum(place < row.titled for place in known)
        words, says = array("i", (row.words[at] for at in known)), array("f", (row.says[at] for at in known))
        for word in row.words:
            self._let_go(word)
        return Row(
            row.bug, row.opened, row.ca, words, says, titled, row.about, row.cas, row.follows, row.refers_to
        )  # fmt: skip

    def word(self, number: int) -> str:
        """Return the word of a number."""
        return self._written[number]

    def rarity(self) -> list[float]:
        """Return, by a word's number, how much it tells: 1 where all incidents have it, about 8 where one has."""
        count = len(self.rows) + 1
        return [1.0 + log(count / (1 + held)) for held in self.held_by]

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
            array("i", map(self._number, counts)),
            array("f", (1.0 + log(count) for count in counts.values())),
            titled,
            title.cas | own,
            title.cas | text.cas | own,
            follows(subject.title),
            tuple(bug for bug in subject.refers_to if bug != subject.bug),
        )

    def _number(self, word: str) -> int:
        if (number := self._numbers.get(word)) is not None:
            return number
        if self._free:
            number = self._free.pop()
            self._written[number] = word
        else:
            number = len(self._written)
            self._written.append(word)
            self.held_by.append(0)
        self._numbers[word] = number
        return number

    def _let_go(self, word: int) -> None:
        if not self.held_by[word] and self._written[word]:
            del self._numbers[self._written[word]]
            self._written[word] = ""
            self._free.append(word)
