"""Read a text: its words, and the CA owners that it mentions, so that a name is not taken for a word.

Names are compared without case, accents, spaces and punctuation: "LETSENCRYPT" and "Let's Encrypt" are one. Everything
here runs in linear time and never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handlers.parsing.owners import MAX_MENTION_LENGTH, MIN_MENTION_LENGTH, OwnerDirectory, normalize_name
from handlers.text.words import find_words, terms_of

_MAX_ACRONYM_LENGTH = 4
# Names that are ordinary words too, at least in lower case.
_CAPITALISED_ONLY = frozenset(
    (
        "amazon",
        "apple",
        "atos",
        "certainly",
        "entrust",
        "fina",
        "google",
        "microsoft",
        "siemens",
        "sonera",
        "symantec",
        "telia",
        "visa",
    )
)
# Words after a name in `_PRODUCT_VENDORS`: "Google Groups" and "Apple Root Program" are not CAs.
_PRODUCT_WORDS = frozenset(
    (
        "account",
        "aws",
        "chrome",
        "cloud",
        "docs",
        "drive",
        "edge",
        "exchange",
        "forms",
        "group",
        "groups",
        "ios",
        "mail",
        "meet",
        "office",
        "outlook",
        "pay",
        "play",
        "program",
        "root",
        "safari",
        "search",
        "sheets",
        "store",
        "teams",
        "windows",
    )
)
_PRODUCT_VENDORS = frozenset(("amazon", "apple", "google", "microsoft"))
# "Certainly, ..." may begin a reply.
_ADVERBS = frozenset(("certainly",))
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|\n\s*)[\"'“(*>-]*\s*\Z")
# What may stand between two words of a name: spaces and a few signs, but not the end of a sentence or paragraph.
_JOINT = re.compile(r"(?![.!?:;]\s|\s*\n\s*\n)[\W_]{0,3}")


@dataclass(frozen=True, slots=True)
class OwnerMention:
    """A CA owner's name in a text: the indices of its first word and of the word after its last.

    `owner` is None if it names a product of the owner ("Google Groups").
    """

    owner: str | None
    first_word: int
    end_word: int


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text's terms in order, None in place of a CA owner's name, and the owners that it mentions, each once."""

    terms: tuple[str | None, ...]
    owners: tuple[str, ...]


def mentioned_owners(text: str, owners: OwnerDirectory) -> tuple[str, ...]:
    """Return the CA owners that a text mentions as whole words, each once, in order."""
    mentions = _Reader(owners).find_mentions(text, find_words(text))
    return tuple(dict.fromkeys(mention.owner for mention in mentions if mention.owner is not None))


def read_text(text: str, owners: OwnerDirectory, own_name: str | None = None) -> ReadText:
    """Return the terms of a text and the owners it mentions; `own_name` is one more that the directory may lack.

    URLs and mail addresses have no terms: they name whoever serves them.
    """
    words = find_words(text)
    terms: list[str | None] = []
    mentioned: dict[str, None] = {}
    index = 0
    for mention in _Reader(owners, own_name or "").find_mentions(text, words):
        for word in words[index : mention.first_word]:
            terms += terms_of(word[0])
        terms.append(None)
        if mention.owner is not None:
            mentioned[mention.owner] = None
        index = mention.end_word
    for word in words[index:]:
        terms += terms_of(word[0])
    return ReadText(tuple(terms), tuple(mentioned))


class _Reader:
    """Finds the names of a directory, and one more, in texts."""

    def __init__(self, owners: OwnerDirectory, own_name: str = "") -> None:
        self._owners = owners
        key = normalize_name(own_name)
        is_new = key not in owners.spellings and MIN_MENTION_LENGTH <= len(key) <= MAX_MENTION_LENGTH
        self._own_name, self._own_key = (own_name, key) if is_new else ("", "")

    def find_mentions(self, text: str, words: Sequence[re.Match[str]]) -> Iterator[OwnerMention]:
        """Yield the mentions in a text with these words, in order; of two that begin at one word the longer."""
        # Lower case is enough for words without accents, and faster.
        keys = [word[0].lower() if word[0].isascii() else normalize_name(word[0]) for word in words]
        first = 0
        while first < len(words):
            end, key = self._longest_name(text, words, keys, first) if self._may_begin(keys[first]) else (first + 1, "")
            if key:
                is_product = key in _PRODUCT_VENDORS and end < len(words) and keys[end] in _PRODUCT_WORDS
                yield OwnerMention(None if is_product else self._owner(key), first, end)
            first = end

    def _may_begin(self, key: str) -> bool:
        return key in self._owners.prefixes or (bool(key) and self._own_key.startswith(key))

    def _owner(self, key: str) -> str:
        return self._own_name if key == self._own_key else self._owners.spellings[key].name

    def _longest_name(
        self, text: str, words: Sequence[re.Match[str]], keys: Sequence[str], first: int
    ) -> tuple[int, str]:
        """Return the index of the word after the longest name that begins at a word, and its key; "" if none does."""
        end, longest, joined = first + 1, "", ""
        for index in range(first, len(words)):
            if index > first and not _JOINT.fullmatch(text, words[index - 1].end(), words[index].start()):
                break
            joined += keys[index]
            if not self._may_begin(joined):
                break
            if self._is_name(text, words[first].start(), words[index].end(), joined):
                end, longest = index + 1, joined
        return end, longest

    def _is_name(self, text: str, start: int, end: int, key: str) -> bool:
        """Return whether a part of a text is a name, and not an ordinary word that is spelled like one."""
        spelling = self._own_name if key == self._own_key else self._owners.written.get(key)
        written = text[start:end]
        if spelling is None or (len(key) <= _MAX_ACRONYM_LENGTH and spelling.isupper() and not written.isupper()):
            return False
        if key in _CAPITALISED_ONLY and not written[:1].isupper():
            return False
        starts_sentence = key in _ADVERBS and _SENTENCE_START.search(text[max(0, start - 12) : start]) is not None
        # At the start of a sentence only "Certainly's" and "Certainly: ..." (a title) are the name.
        return not starts_sentence or text[end : end + 1] in {":", "'", "’"}
