"""The words of a text, as the classifier and both rankings compare them.

A written word ("stateOrProvinceNames") is one to the eye; its terms ("state", "or", "province", "name") are in lower
case and the singular. Everything here runs in linear time and never raises.
"""

from __future__ import annotations

import re
from collections.abc import Collection

MAX_TERM_LENGTH = 30

_WORD = re.compile(r"[^\W_]+")
# They name whoever serves them, not what happened. The look-behind keeps a run of letters from being read twice.
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|(?<![\w.+-])[\w.+-]++@[\w.-]+", re.IGNORECASE)
# "stateOrProvince" and "CRLReason" are several words, "cPSuri" is one.
_CAMEL_CASE = re.compile(r"(?<=[A-Za-z][a-z])(?=[A-Z])|(?<=[A-Z]{2})(?=[A-Z][a-z]{2})")
_DIGITS = re.compile(r"[0-9]+")


def without_addresses(text: str) -> str:
    """Return a text with a space in place of every URL and mail address."""
    return _ADDRESS.sub(" ", text)


def find_words(text: str) -> list[re.Match[str]]:
    """Return the written words of a text, each with its offsets; URLs and mail addresses have none."""
    return list(_WORD.finditer(_ADDRESS.sub(lambda match: " " * len(match[0]), text)))


def terms_of(word: str) -> list[str]:
    """Return the terms of a written word, in order; digits become "0"."""
    # Most words have no capital but the first, and are spared the search for others.
    return [_normalize(word)] if word[1:].islower() else [_normalize(part) for part in _CAMEL_CASE.split(word)]


def tokenize(text: str) -> list[str]:
    """Return the terms of a text, in order, stop words among them."""
    return [term for word in find_words(text) for term in terms_of(word[0])]


def remove_terms(text: str, terms: Collection[str]) -> str:
    """Return a text with a space in place of every part of a word that is one of these terms."""
    pieces: list[str] = []
    end = 0
    for word in find_words(text):
        start = word.start()
        for part in _CAMEL_CASE.split(word[0]):
            if _normalize(part) in terms:
                pieces += (text[end:start], " ")
                end = start + len(part)
            start += len(part)
    return "".join((*pieces, text[end:]))


def _normalize(word: str) -> str:
    word = word.lower()
    if not word.isalpha():
        # Numbers tell certificates and dates apart, not kinds of incidents: all become "0".
        word = _DIGITS.sub("0", word)
    return _singular(word)[:MAX_TERM_LENGTH]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
