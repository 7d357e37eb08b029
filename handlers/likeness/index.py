"""All incidents as numbers that can be compared at once: small in memory, open to new ones, and able to forget.

Words are kept once and incidents as short rows of numbers. When an incident goes, every word goes that only it had.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from handlers.likeness.following import causes_named
from handlers.likeness.masking import Mask
from handlers.likeness.terms import Subject, Terms, terms_of

# How much a word of the opening says beside one of the title.
TEXT_SAYS = 0.35
# Usual numbers of words and pairs in a title, and of words in an opening: where there are more, each says less.
_USUAL_TITLE, _USUAL_TEXT = 13.0, 32.0
# The damping of repetitions and the say of length, as in BM25 (k1 and b).
_DAMPING, _LENGTH = 1.2, 0.4


@dataclass(frozen=True, slots=True)
class Row:
    """One incident: its words by number, how much each says (0 to 2.2), its ideas by key, the bugs it may follow."""

    bug: int
    ca: str | None
    words: array[int]
    says: array[float]
    ideas: Mapping[str, float]
    causes: tuple[int, ...]


class Index:
    """The incidents that are compared with each other; `rows` are in the order in which they were added."""

    def __init__(self, mask: Mask, subjects: Iterable[Subject] = ()) -> None:
        self.mask = mask
        self.rows: dict[int, Row] = {}
        # How many incidents hold a word, by its number; 0 where the number is free.
        self.held_by = array("i")
        # How much each idea is spoken of in all incidents together.
        self.spoken: dict[str, float] = {}
        self._numbers: dict[str, int] = {}
        self._names: list[str] = []
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
        terms = terms_of(subject, self.mask)
        amounts = said(terms)
        words = array("i", (self._number(name) for name in amounts))
        for word in words:
            self.held_by[word] += 1
        for idea, spoken in terms.ideas.items():
            self.spoken[idea] = self.spoken.get(idea, 0.0) + spoken
        causes = causes_named(subject)
        self.rows[subject.bug] = Row(subject.bug, subject.ca, words, array("f", amounts.values()), terms.ideas, causes)

    def remove(self, bug: int) -> None:
        """Forget an incident and every word that no other has; nothing happens where it is not known."""
        row = self.rows.pop(bug, None)
        if row is None:
            return
        for word in row.words:
            self.held_by[word] -= 1
            if not self.held_by[word]:
                del self._numbers[self._names[word]]
                self._names[word] = ""
                self._free.append(word)
        for idea, spoken in row.ideas.items():
            self.spoken[idea] -= spoken

    def row_of(self, terms: Terms) -> Row:
        """Return terms that are no incident's (a description) as a row; words that no incident has are left out."""
        known = {self._numbers[name]: amount for name, amount in said(terms).items() if name in self._numbers}
        return Row(0, None, array("i", known), array("f", known.values()), terms.ideas, ())

    def name(self, word: int) -> str:
        """Return the word or pair of a number."""
        return self._names[word]

    def cause_of(self, row: Row) -> int | None:
        """Return the incident that a row's incident follows: the first of the same CA owner among those it may."""
        return next((bug for bug in row.causes if bug in self.rows and self.rows[bug].ca == row.ca), None)

    def rows_of(self, bugs: Iterable[int]) -> list[Row]:
        """Return the rows of those bugs that are known, each once, in their order."""
        return [self.rows[bug] for bug in dict.fromkeys(bugs) if bug in self.rows]

    def _number(self, name: str) -> int:
        if (number := self._numbers.get(name)) is not None:
            return number
        if self._free:
            number = self._free.pop()
            self._names[number] = name
        else:
            number = len(self._names)
            self._names.append(name)
            self.held_by.append(0)
        self._numbers[name] = number
        return number


def said(terms: Terms) -> dict[str, float]:
    """Return how much each word says: repetitions damped, long texts thinned, the title before the opening."""
    amounts = dict(_damped(terms.title, _USUAL_TITLE))
    for name, amount in _damped(terms.text, _USUAL_TEXT):
        amounts[name] = max(amounts.get(name, 0.0), TEXT_SAYS * amount)
    return amounts


def _damped(counts: Mapping[str, int], usual: float) -> Sequence[tuple[str, float]]:
    thinned = _DAMPING * (1 - _LENGTH + _LENGTH * sum(counts.values()) / usual)
    return [(name, count * (_DAMPING + 1) / (count + thinned)) for name, count in counts.items()]
