"""Tokenizes text without the names of CA owners: similarity is about what happened, not to whom it happened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from handlers.parsing.owners import OwnerDirectory, normalize_name

# No spelling of an owner has more words than this within a sentence; longer ones begin with a shorter one.
_MAX_NAME_WORDS = 6
# "AS" or "EY" would hide words of the language.
_MIN_NAME_LENGTH = 3
_PREFIX_LENGTH = 2

_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"https?://\S{1,2000}|\S{1,100}@\S{1,100}")


@dataclass(frozen=True, slots=True)
class CaNameMask:
    """The normalised spellings that are hidden, by their first letters; made by `build_mask`."""

    spellings: Mapping[str, frozenset[str]]

    def tokenize(self, text: str, extra_names: Iterable[str] = ()) -> Iterator[str | None]:
        """Yield the words of a text in order, None in place of a CA owner's name; `extra_names` are hidden as well.

        URLs and mail addresses are left out: they name whoever serves them. Never raises.
        """
        words = _WORD.findall(_ADDRESS.sub(" . ", text))
        # Lower case is enough for words without accents, and faster.
        normalized = [word.lower() if word.isascii() else normalize_name(word) for word in words]
        long_enough = (spelling for name in extra_names if len(spelling := normalize_name(name)) >= _MIN_NAME_LENGTH)
        extra_spellings = frozenset(
            spelling for spelling in long_enough if spelling not in self.spellings.get(spelling[:_PREFIX_LENGTH], _NONE)
        )
        index = 0
        while index < len(words):
            name_length = self._name_length(normalized, index, extra_spellings)
            yield None if name_length else words[index]
            index += name_length or 1

    def _name_length(self, words: list[str], start: int, extra_spellings: frozenset[str]) -> int:
        """Return the number of words of the longest name that begins at `start`, 0 if none does."""
        first = words[start]
        candidates = self.spellings.get(first[:_PREFIX_LENGTH]) if len(first) >= _PREFIX_LENGTH else _NONE
        if not extra_spellings and candidates is None:
            return 0
        longest, joined = 0, ""
        for length in range(1, min(_MAX_NAME_WORDS, len(words) - start) + 1):
            joined += words[start + length - 1]
            if len(joined) < _MIN_NAME_LENGTH:
                continue
            # "D-Trust" is two words, the first of one letter: only the joined words are long enough to look up.
            if joined in self.spellings.get(joined[:_PREFIX_LENGTH], _NONE) or joined in extra_spellings:
                longest = length
        return longest


_NONE: frozenset[str] = frozenset()


def build_mask(owners: OwnerDirectory) -> CaNameMask:
    """Return the mask that hides every owner by every spelling that is long enough to be a name."""
    by_prefix: dict[str, set[str]] = {}
    for spelling in owners.spellings:
        if len(spelling) >= _MIN_NAME_LENGTH:
            by_prefix.setdefault(spelling[:_PREFIX_LENGTH], set()).add(spelling)
    return CaNameMask({prefix: frozenset(spellings) for prefix, spellings in by_prefix.items()})
