"""Splits a text into its words and the CA owners it mentions, so that a CA's name is not taken for a shared word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from handlers.parsing.owners import OwnerDirectory, normalize_name

MAX_WORD_LENGTH = 30
# A spelling of one or two letters would be found everywhere.
_MIN_NAME_LENGTH = 3

_ADDRESS = re.compile(r"https?://\S{1,2000}|\S{1,100}@\S{1,100}")
_WORD = re.compile(r"[^\W_]+")
# "stateOrProvince" and "CRLReason" are several words, "cPSuri" is one.
_CAMEL_CASE = re.compile(r"(?<=[A-Za-z][a-z])(?=[A-Z])|(?<=[A-Z]{2})(?=[A-Z][a-z]{2})")
# Numbers of six and more digits are bugs, certificates and serials: they are parsed as references, not as words.
_LONG_NUMBER = re.compile(r"[0-9]{6,}")
# They would connect everything with everything and be shown as reasons; those of the last line say nothing here.
_STOP_WORDS = frozenset(
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
class CaNameIndex:
    """The spellings of all CA owners as normalised words, longest first, by first word.

    Each spelling has the owner's name beside it. Made by `build_ca_name_index`.
    """

    spellings: Mapping[str, tuple[_Spelling, ...]]


@dataclass(frozen=True, slots=True)
class TokenizedText:
    """A text's words in order, in lower case and the singular, and the CA owners that it mentions."""

    words: tuple[str, ...]
    cas: frozenset[str]


def build_ca_name_index(owners: OwnerDirectory) -> CaNameIndex:
    """Return the spellings that `tokenize_without_ca_names` recognises."""
    by_first_word: dict[str, set[_Spelling]] = {}
    for owner in owners.owners:
        for spelling in (owner.name, *owner.aliases):
            words = tuple(normalize_name(word) for word in _WORD.findall(spelling))
            if len("".join(words)) >= _MIN_NAME_LENGTH:
                by_first_word.setdefault(words[0], set()).add((words, owner.name))
    return CaNameIndex(
        {
            first_word: tuple(sorted(spellings, key=lambda spelling: (-len(spelling[0]), spelling)))
            for first_word, spellings in by_first_word.items()
        }
    )


def tokenize_without_ca_names(text: str, ca_names: CaNameIndex) -> TokenizedText:
    """Return a text's words without URLs, mail addresses, names of CA owners and stop words. Never raises."""
    written = _WORD.findall(_ADDRESS.sub(" . ", text))
    normalized = [word.lower() if word.isascii() else normalize_name(word) for word in written]
    words: list[str] = []
    cas: set[str] = set()
    index = 0
    while index < len(written):
        length, owner = _match_name(written, normalized, index, ca_names.spellings.get(normalized[index], ()))
        if owner:
            cas.add(owner)
        else:
            words += _split_word(written[index])
        index += length
    return TokenizedText(tuple(words), frozenset(cas))


def _match_name(
    written: list[str], normalized: list[str], start: int, spellings: Iterable[_Spelling]
) -> tuple[int, str]:
    """Return the number of words of the owner's name at `start`, and the owner; (1, "") if there is none."""
    for name, owner in spellings:
        end = start + len(name)
        # "certainly", "visa" and "apple" are words of the language as well: a name has a capital somewhere.
        if tuple(normalized[start:end]) == name and any(word != word.lower() for word in written[start:end]):
            return len(name), owner
    return 1, ""


def _split_word(word: str) -> list[str]:
    """Return the words of a camel-case word ("stateOrProvinceName"), without stop words and long numbers."""
    parts = (_singular(part.lower())[:MAX_WORD_LENGTH] for part in _CAMEL_CASE.sub(" ", word).split())
    return [part for part in parts if part not in _STOP_WORDS and not _LONG_NUMBER.fullmatch(part)]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
