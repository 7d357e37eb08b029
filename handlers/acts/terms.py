"""The words of a sentence as acts are compared by: in lower case, without endings, numbers among them."""

import re
import tomllib
from collections.abc import Collection
from functools import cache
from importlib import resources

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_MIN_STEM = 3
_ALIASES = {
    "revocat": "revok",
    "revoc": "revok",
    "public": "publish",
    "cert": "certificat",
    "renewal": "renew",
    "kept": "keep",
}


def stem(word: str) -> str:
    """Return a word in lower case without its ending; numbers keep their digits."""
    word = word.casefold().replace("’", "'").partition("'")[0]
    if not word.isalpha():
        return word
    for ending in _words("endings"):
        if word.endswith(ending) and len(word) - len(ending) >= _MIN_STEM:
            word = word[: -len(ending)]
            break
    # "copying" as "copied" and "copy".
    if len(word) > _MIN_STEM and word[-1] in "iy":
        word = word[:-1]
    # "planned", "stopped"
    if len(word) > _MIN_STEM and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return _ALIASES.get(word, word)


def terms(text: str) -> tuple[str, ...]:
    """Return the stems of the words that carry meaning, in order."""
    words = (match.group().casefold() for match in _WORD.finditer(text))
    small = _words("small")
    return tuple(stem(word) for word in words if word not in small)


def shared(text_terms: Collection[str], other: Collection[str]) -> frozenset[str]:
    """Return the stems that both have."""
    return frozenset(text_terms) & frozenset(other)


def normalize(text: str) -> str:
    """Return a sentence as its words alone, in lower case: equal for a quotation and its original."""
    return " ".join(match.group() for match in _WORD.finditer(text.casefold().replace("’", "'")))


@cache
def _words(name: str) -> tuple[str, ...] | frozenset[str]:
    data = tomllib.loads(resources.files("handlers.acts").joinpath("terms.toml").read_text(encoding="utf-8"))
    words = data[name].split()
    return tuple(words) if name == "endings" else frozenset(words)
