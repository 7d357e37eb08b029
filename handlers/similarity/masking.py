"""Words of a text without the CA owners named in it, so that likeness is of what happened and not of to whom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from handlers.parsing.owners import OwnerTable, folded

# No spelling of an owner has more words than this within a sentence; longer ones begin with a shorter one.
_MOST_WORDS = 6
# "AS" or "EY" would hide words of the language.
_SHORTEST = 3
_START = 2

_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"https?://\S{1,2000}|\S{1,100}@\S{1,100}")


@dataclass(frozen=True, slots=True)
class Mask:
    """The spellings that are hidden, by their first letters; made by `mask_of`."""

    spellings: Mapping[str, frozenset[str]]

    def words(self, text: str, also: Iterable[str] = ()) -> Iterator[str | None]:
        """Give a text's words in order, None in place of a CA owner's name; `also` are further names to hide.

        Addresses are left out: they name whoever serves them. Never raises.
        """
        words = _WORD.findall(_ADDRESS.sub(" . ", text))
        # A word without accents is folded by its case alone.
        plain = [word.lower() if word.isascii() else folded(word) for word in words]
        named = (spelling for name in also if len(spelling := folded(name)) >= _SHORTEST)
        more = frozenset(one for one in named if one not in self.spellings.get(one[:_START], _EVERY))
        place = 0
        while place < len(words):
            hidden = self._hidden(plain, place, more)
            yield None if hidden else words[place]
            place += hidden or 1

    def _hidden(self, plain: list[str], place: int, more: frozenset[str]) -> int:
        """Return how many words from a place on are the longest name there, 0 if none begins there."""
        first = plain[place]
        known = self.spellings.get(first[:_START]) if len(first) >= _START else _EVERY
        if not more and known is None:
            return 0
        longest, joined = 0, ""
        for length in range(1, min(_MOST_WORDS, len(plain) - place) + 1):
            joined += plain[place + length - 1]
            if len(joined) < _SHORTEST:
                continue
            # "D-Trust" comes as two words, the first of one letter: its spelling is looked up once enough is joined.
            found = self.spellings.get(joined[:_START], _EVERY)
            if joined in found or joined in more:
                longest = length
        return longest


_EVERY: frozenset[str] = frozenset()


def mask_of(owners: OwnerTable) -> Mask:
    """Return the mask that hides every owner by every spelling that is long enough to be a name."""
    found: dict[str, set[str]] = {}
    for name in owners.spellings:
        if len(name) >= _SHORTEST:
            found.setdefault(name[:_START], set()).add(name)
    return Mask({start: frozenset(spellings) for start, spellings in found.items()})
