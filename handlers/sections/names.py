"""Cleans the names of sections, turns them into keys and compares them with existing names."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from handlers.errors import Suggestion, UserError
from handlers.parsing.owners import normalize_name
from handlers.parsing.people import mask_addresses
from handlers.results.proposals import SectionName
from handlers.text.invisible import strip_invisible

MIN_NAME_LENGTH, MAX_NAME_LENGTH = 2, 40
MAX_DESCRIPTION_LENGTH = 300
# Of 100, by rapidfuzz: "weak key" and "weak keys" are similar, "weak keys" and "week days" are not.
MIN_NAME_SIMILARITY = 82

_DISCORD_MARKUP = re.compile(r"<(?:[@#][!&]?|a?:\w{1,40}:|/|t:|id:)[^<>]{0,200}>|@(?:everyone|here)\b", re.IGNORECASE)
_LINK = re.compile(r"\w\w://|\bwww\.|\]\s{0,20}\(", re.IGNORECASE)
_ALLOWED_PUNCTUATION = frozenset("-/&'’.,+!?()")
_MAX_COMBINING_MARKS = 2  # on one letter; more would be drawn over the lines above and below
_REMOVE_APOSTROPHES = str.maketrans("", "", "'’")


def clean_name(text: str) -> str:
    """Return a name as it is stored: without markup and invisible characters, with single spaces.

    Raises UserError if it contains a mention or a link, or if the cleaned text is not a valid name.
    """
    # Cleaned first: a soft hyphen or a full-width letter would hide a link from the checks.
    text = unicodedata.normalize("NFKC", strip_invisible(text))
    if _DISCORD_MARKUP.search(text):
        raise UserError("A section's name cannot contain a mention or an emoji of a server; write it in plain words.")
    if _LINK.search(text):
        raise UserError("A section's name cannot contain a link; write the name first and then the links.")
    name = " ".join("".join(_clean_characters(text)).split()).strip("-/&.,+ ")
    if not name:
        raise UserError("Give the section a name.", example="addsection geographical 1658792 1658794")
    if not any(character.isalpha() for character in name):
        raise UserError(
            f"“{name[:MAX_NAME_LENGTH]}” has no letter in it, so it would look like a bug number; choose another name."
        )
    if not MIN_NAME_LENGTH <= len(name) <= MAX_NAME_LENGTH:
        raise UserError(
            f"A section's name has {MIN_NAME_LENGTH} to {MAX_NAME_LENGTH} characters, and this one has {len(name)}; "
            "write a short name first, then example bugs, and what it is about after “ -- ”."
        )
    return name


def section_key(name: str) -> str:
    """Return a name's key: in lower case, with hyphens for all that is neither a letter nor a digit."""
    lowered = name.lower().translate(_REMOVE_APOSTROPHES)
    spaced = "".join(
        character if character.isalnum() or unicodedata.category(character)[0] == "M" else " " for character in lowered
    )
    return "-".join(spaced.split())


def clean_description(text: str) -> str:
    """Return a description as it is stored: on one line, with addresses masked. Raises UserError if it is too long."""
    visible = "".join(character if character.isprintable() else " " for character in strip_invisible(text))
    description = mask_addresses(" ".join(visible.split()))
    if len(description) > MAX_DESCRIPTION_LENGTH:
        raise UserError(
            f"A description has at most {MAX_DESCRIPTION_LENGTH} characters, and this one has {len(description)}; "
            "shorten it to one line."
        )
    return description


def find_same_name(name: str, candidates: Iterable[SectionName]) -> SectionName | None:
    """Return the section that has this name or key in any spelling, or None."""
    normalized = normalize_name(name)
    return next(
        (
            candidate
            for candidate in candidates
            if normalized in (normalize_name(candidate.title), normalize_name(candidate.key))
        ),
        None,
    )


def find_similar_names(name: str, candidates: Iterable[SectionName]) -> tuple[SectionName, ...]:
    """Return up to three sections with similar names, most similar first."""
    from rapidfuzz import fuzz

    words = _sorted_words(name)
    scored = [
        (max(fuzz.ratio(words, _sorted_words(text)) for text in (candidate.title, candidate.key)), candidate)
        for candidate in candidates
    ]
    similar = sorted(
        ((score, candidate) for score, candidate in scored if score >= MIN_NAME_SIMILARITY),
        key=lambda item: (-item[0], item[1].key),
    )
    return tuple(candidate for _, candidate in similar[:3])


def _sorted_words(name: str) -> str:
    return " ".join(sorted(section_key(name).split("-")))


def _clean_characters(text: str) -> Iterable[str]:
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category[0] == "M":
            marks += 1
            yield character if marks <= _MAX_COMBINING_MARKS else ""
            continue
        marks = 0
        if category == "Cf":
            continue
        yield character if category[0] in "LN" or character in _ALLOWED_PUNCTUATION else " "


def did_you_mean(names: Sequence[SectionName]) -> str:
    """Return a sentence that asks for one of these sections; without any it says where they are listed."""
    if not names:
        return "`sections` lists them all."
    return f"Did you mean {' or '.join(name.title for name in names)}?"


def suggest_sections(names: Iterable[SectionName]) -> tuple[Suggestion, ...]:
    """Return these sections as what a user may have meant."""
    return tuple(Suggestion(name.title, "section", name.key) for name in names)
