"""The words of a text and the CA owners that it names, apart: who it was must not pass for what happened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from handlers.parsing.owners import OwnerTable, folded

LONGEST_WORD = 30
# A spelling of one or two letters would be found everywhere.
_SHORTEST_NAME = 3

_ADDRESS = re.compile(r"https?://\S{1,2000}|\S{1,100}@\S{1,100}")
_WORD = re.compile(r"[^\W_]+")
# "stateOrProvince" and "CRLReason" are words joined, "cPSuri" is one.
_CAMEL = re.compile(r"(?<=[A-Za-z][a-z])(?=[A-Z])|(?<=[A-Z]{2})(?=[A-Z][a-z]{2})")
# Six digits and more are numbers of bugs, certificates and serials: they are read as references, not as words.
_LONG_NUMBER = re.compile(r"[0-9]{6,}")
# They join everything to everything and would be shown as reasons; the second half is empty in this field.
_EMPTY_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be been but by for from had has have he i if in is it its no not of on or our s so "
        "that the their there these they this to was we were which will with you your also any all when who what "
        "how then than them after before during us my me am pm utc some one two three due use used using should "
        "would could may can however because since only other such into about did do does later around currently "
        "bug ca cas cert certificate incident issue report",
    )
)

_Spelling = tuple[tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class Names:
    """Every spelling of every CA owner in words, longest first, under its first word; made by `names_of`."""

    spellings: Mapping[str, tuple[_Spelling, ...]]


@dataclass(frozen=True, slots=True)
class Read:
    """What was read: words in order, in lower case and the singular, and the CA owners named."""

    words: tuple[str, ...]
    cas: frozenset[str]


def names_of(owners: OwnerTable) -> Names:
    """Return the spellings that `read_words` looks for."""
    found: dict[str, set[_Spelling]] = {}
    for owner in owners.owners:
        for spelling in (owner.name, *owner.aliases):
            words = tuple(folded(word) for word in _WORD.findall(spelling))
            if len("".join(words)) >= _SHORTEST_NAME:
                found.setdefault(words[0], set()).add((words, owner.name))
    return Names({first: tuple(sorted(each, key=lambda one: (-len(one[0]), one))) for first, each in found.items()})


def read_words(text: str, names: Names) -> Read:
    """Read a text's words; addresses, names of CA owners and words that say nothing are left out. Never raises."""
    written = _WORD.findall(_ADDRESS.sub(" . ", text))
    plain = [word.lower() if word.isascii() else folded(word) for word in written]
    words: list[str] = []
    cas: set[str] = set()
    place = 0
    while place < len(written):
        length, owner = _name_at(written, plain, place, names.spellings.get(plain[place], ()))
        if owner:
            cas.add(owner)
        else:
            words += _parts(written[place])
        place += length
    return Read(tuple(words), frozenset(cas))


def _name_at(written: list[str], plain: list[str], place: int, spellings: Iterable[_Spelling]) -> tuple[int, str]:
    """Return how many words from a place on are an owner's name, and whose; (1, "") where none begins there."""
    for name, owner in spellings:
        end = place + len(name)
        # "certainly", "visa" and "apple" are words of the language as well: a name has a capital somewhere.
        if tuple(plain[place:end]) == name and any(word != word.lower() for word in written[place:end]):
            return len(name), owner
    return 1, ""


def _parts(word: str) -> list[str]:
    """Return the words that one is made of ("stateOrProvinceName"), without those that say nothing."""
    parts = (_singular(part.lower())[:LONGEST_WORD] for part in _CAMEL.sub(" ", word).split())
    return [part for part in parts if part not in _EMPTY_WORDS and not _LONG_NUMBER.fullmatch(part)]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
