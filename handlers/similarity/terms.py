"""What of an incident is compared with others: the words of its title and opening, CA owners hidden, and its ideas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from handlers.parsing.documents import TEXT_READ, TITLE_READ, Subject
from handlers.similarity.masking import Mask
from handlers.similarity.topics import TEXT_READ as IDEAS_READ
from handlers.similarity.topics import Idea, ideas_in

LONGEST_WORD = 30
# How much an idea counts that only the opening speaks of, beside one of the title.
IDEA_IN_TEXT = 0.3

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_DIGITS = re.compile(r"\d+")
# They join everything to everything and would be shown as reasons; the second half is empty in this field.
_EMPTY_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be been but by for from had has have he i if in is it its no of on or our s so that the "
        "their there these they this to was we were which will with you your 0 also any all when who what how then "
        "than them after before during us my me am pm utc "
        "bug ca cas cert certificate incident issue report",
    )
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is compared: how often each word and pair stands in the title, each word in the opening; ideas by key.

    An idea counts 1.0 where the title speaks of it and less where only the opening does.
    """

    title: Mapping[str, int]
    text: Mapping[str, int]
    ideas: Mapping[str, float]


def terms_of(subject: Subject, mask: Mask) -> Terms:
    """Make an incident's terms; linear in what is read of it, and never raises."""
    also = (subject.ca,) if subject.ca else ()
    title, title_ideas = _title_terms(subject.title, also, mask)
    text: dict[str, int] = {}
    for word in _folded(mask.words(subject.text[:TEXT_READ], also)):
        if word is not None:
            _count(text, word)
    text_ideas = {idea.key: IDEA_IN_TEXT for idea in ideas_in(subject.text, IDEAS_READ)}
    return Terms(title, text, text_ideas | title_ideas)


def described(description: str, idea: Idea | None, mask: Mask) -> Iterator[Terms]:
    """Give the terms of what a member wrote of a section, as if it were a title, and those of an idea."""
    if description.strip():
        counts, ideas = _title_terms(description, (), mask)
        yield Terms(counts, {}, ideas)
    if idea is not None:
        yield Terms({}, {}, {idea.key: 1.0})


def _title_terms(title: str, also: Iterable[str], mask: Mask) -> tuple[dict[str, int], dict[str, float]]:
    title = title[:TITLE_READ]
    counts: dict[str, int] = {}
    before: str | None = None
    for word in _folded(mask.words(title, also)):
        if word is not None:
            _count(counts, word)
            if before is not None and word not in _EMPTY_WORDS and before not in _EMPTY_WORDS:
                counts[f"{before} {word}"] = counts.get(f"{before} {word}", 0) + 1
        before = word
    return counts, {idea.key: 1.0 for idea in ideas_in(title, TITLE_READ)}


def _count(counts: dict[str, int], word: str) -> None:
    if word not in _EMPTY_WORDS:
        counts[word] = counts.get(word, 0) + 1


def _folded(words: Iterable[str | None]) -> Iterator[str | None]:
    """Split words as "stateOrProvinceName" joins them, in lower case, one form for one and many."""
    for word in words:
        if word is None:
            yield None
            continue
        for part in _CAMEL.sub(" ", word).split():
            # Numbers tell certificates and dates apart, not kinds of incidents: all become one.
            yield _singular(_DIGITS.sub("0", part.lower()))[:LONGEST_WORD]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
