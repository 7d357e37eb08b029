"""All incidents as numbers that can be compared at once: small in memory, open to new ones, and able to forget.

Words are kept once and incidents as short rows of numbers. When an incident goes, every word goes that only it had.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.parsing.documents import Subject
from handlers.similarity.follow_ups import causes_named, is_follower
from handlers.similarity.masking import Mask
from handlers.similarity.terms import Terms, terms_of
from handlers.text.vocabulary import WordNumbers

# How much a word of the opening says beside one of the title.
TEXT_SAYS = 0.35
# Usual numbers of words and pairs in a title, and of words in an opening: where there are more, each says less.
_USUAL_TITLE, _USUAL_TEXT = 13.0, 32.0
# The damping of repetitions and the say of length, as in BM25 (k1 and b).
_DAMPING, _LENGTH = 1.2, 0.4
# What a follower names by words: an incident of the last months, nearly all of whose title stands in its own.
_NEAR_SECONDS, _FEWEST_ALIKE, _MOST_OF = 120 * 86_400, 4, 0.75


@dataclass(frozen=True, slots=True)
class Row:
    """One incident: its words by number, how much each says (0 to 2.2), its ideas by key.

    `titled` counts the words and pairs of its title, which stand first. `causes` are the bugs that it may follow, None
    where it is no follower.
    """

    bug: int
    ca: str | None
    opened: datetime | None
    words: array[int]
    titled: int
    says: array[float]
    ideas: Mapping[str, float]
    causes: tuple[int, ...] | None

    @property
    def title(self) -> frozenset[int]:
        """The words and pairs of the title."""
        return frozenset(self.words[: self.titled])


class Index:
    """The incidents that are compared with each other; `rows` are in the order in which they were added."""

    def __init__(self, mask: Mask, subjects: Iterable[Subject] = ()) -> None:
        self.mask = mask
        self.rows: dict[int, Row] = {}
        self.words = WordNumbers()
        # How much each idea is spoken of in all incidents together.
        self.spoken: dict[str, float] = {}
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
        words = array("i", map(self.words.number, amounts))
        self.words.hold(words)
        for idea, spoken in terms.ideas.items():
            self.spoken[idea] = self.spoken.get(idea, 0.0) + spoken
        self.rows[subject.bug] = Row(
            subject.bug,
            subject.ca,
            subject.opened,
            words,
            len(terms.title),
            array("f", amounts.values()),
            terms.ideas,
            causes_named(subject) if is_follower(subject) else None,
        )

    def remove(self, bug: int) -> None:
        """Forget an incident and every word that no other has; nothing happens where it is not known."""
        row = self.rows.pop(bug, None)
        if row is None:
            return
        self.words.release(row.words)
        for idea, spoken in row.ideas.items():
            self.spoken[idea] -= spoken

    def row_of(self, terms: Terms) -> Row:
        """Return terms that are no incident's (a description) as a row; words that no incident has are left out."""
        found = ((self.words.find(name), amount) for name, amount in said(terms).items())
        known = {number: amount for number, amount in found if number is not None}
        return Row(0, None, None, array("i", known), 0, array("f", known.values()), terms.ideas, None)

    def cause_of(self, row: Row) -> int | None:
        """Return the incident that a row's incident follows: of the same CA owner, named by it or called alike.

        Followers say what they follow in their titles ("Delayed revocation of ...") where they do not say it by number.
        """
        if row.causes is None:
            return None
        named = (bug for bug in row.causes if bug in self.rows and self.rows[bug].ca == row.ca)
        return next(named, None) or self._called_alike(row)

    def _called_alike(self, row: Row) -> int | None:
        if row.opened is None:
            return None
        title = row.title
        alike = [
            other.bug
            for other in self.rows.values()
            if other.ca == row.ca and other.causes is None and other.opened is not None
            and 0 <= (row.opened - other.opened).total_seconds() <= _NEAR_SECONDS
            and other.titled >= _FEWEST_ALIKE and len(title & other.title) >= _MOST_OF * other.titled
        ]  # fmt: skip
        return max(alike, default=None)

    def rows_of(self, bugs: Iterable[int]) -> list[Row]:
        """Return the rows of those bugs that are known, each once, in their order."""
        return [self.rows[bug] for bug in dict.fromkeys(bugs) if bug in self.rows]


def said(terms: Terms) -> dict[str, float]:
    """Return how much each word says: repetitions damped, long texts thinned, the title before the opening."""
    amounts = dict(_damped(terms.title, _USUAL_TITLE))
    for name, amount in _damped(terms.text, _USUAL_TEXT):
        amounts[name] = max(amounts.get(name, 0.0), TEXT_SAYS * amount)
    return amounts


def _damped(counts: Mapping[str, int], usual: float) -> Sequence[tuple[str, float]]:
    thinned = _DAMPING * (1 - _LENGTH + _LENGTH * sum(counts.values()) / usual)
    return [(name, count * (_DAMPING + 1) / (count + thinned)) for name, count in counts.items()]
