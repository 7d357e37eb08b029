"""Names of sections: cleaned, turned into keys, and compared with those that there are."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from handlers.parsing.owners import folded
from handlers.results import UserError

SHORTEST, LONGEST = 2, 40
LONGEST_DESCRIPTION = 300
ALIKE = 82  # of 100, by rapidfuzz: "weak key" and "weak keys" are, "weak keys" and "week days" are not

_MENTION = re.compile(r"<(?:[@#][!&]?|a?:\w+:|/|t:|id:)[^>]*>|@(?:everyone|here)\b", re.IGNORECASE)
_LINK = re.compile(r"\w{2,}://|\bwww\.|\]\s*\(", re.IGNORECASE)
_KEPT = frozenset("-/&'’.,+!?()")
_MOST_MARKS = 2  # on one letter; more is a tower over other people's lines
_APOSTROPHES = str.maketrans("", "", "'’")


@dataclass(frozen=True, slots=True)
class Named:
    """A section as names are compared."""

    key: str
    title: str


def clean_name(text: str) -> str:
    """Give a name as it is kept: no markup, nothing invisible, single spaces.

    Raises CannotAnswer where a mention or a link is in it, or what is left is no name.
    """
    if _MENTION.search(text):
        raise UserError("A section's name cannot hold a mention or an emoji of a server; write it in plain words.")
    if _LINK.search(text):
        raise UserError("A section's name cannot hold a link; write the name first and then the links.")
    name = " ".join("".join(_letters(unicodedata.normalize("NFKC", text))).split()).strip("-/&.,+ ")
    if not name:
        raise UserError("Say what the section is to be called, as in addsection geographical 1658792 1658794.")
    if not any(letter.isalpha() for letter in name):
        raise UserError(f"“{name[:LONGEST]}” has no letter in it, so it would look like a bug; give it a name.")
    if not SHORTEST <= len(name) <= LONGEST:
        raise UserError(
            f"A section's name has {SHORTEST} to {LONGEST} characters, and this one has {len(name)}; write a short "
            "name first, then example bugs, and what it is about after “ -- ”."
        )
    return name


def key_of(name: str) -> str:
    """Give a name's key: in lower case, with hyphens for all that is neither a letter nor a digit."""
    plain = name.lower().translate(_APOSTROPHES)
    spaced = "".join(letter if letter.isalnum() or unicodedata.category(letter)[0] == "M" else " " for letter in plain)
    return "-".join(spaced.split())


def clean_description(text: str) -> str:
    """Give a description as it is kept: one line. Raises CannotAnswer where it is too long."""
    one = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    if len(one) > LONGEST_DESCRIPTION:
        raise UserError(
            f"A description has {LONGEST_DESCRIPTION} characters at most, and this one has {len(one)}; make it a line."
        )
    return one


def same_name(name: str, known: Iterable[Named]) -> Named | None:
    """Give the section that has this very name or key, however it is spelled."""
    wanted = folded(name)
    return next((one for one in known if wanted in (folded(one.title), folded(one.key))), None)


def near_names(name: str, known: Iterable[Named]) -> tuple[Named, ...]:
    """Give the sections whose names look much like this one, nearest first, three at most."""
    from rapidfuzz import fuzz

    wanted = _words(name)
    scored = [(max(fuzz.ratio(wanted, _words(part)) for part in (one.title, one.key)), one) for one in known]
    near = sorted((pair for pair in scored if pair[0] >= ALIKE), key=lambda pair: (-pair[0], pair[1].key))
    return tuple(one for _, one in near[:3])


def _words(name: str) -> str:
    return " ".join(sorted(key_of(name).split("-")))


def _letters(text: str) -> Iterable[str]:
    marks = 0
    for letter in text:
        kind = unicodedata.category(letter)
        if kind[0] == "M":
            marks += 1
            yield letter if marks <= _MOST_MARKS else ""
            continue
        marks = 0
        if kind == "Cf":
            continue
        yield letter if kind[0] in "LN" or letter in _KEPT else " "
