"""Extracts what incidents are compared by: the words of title and report excerpt without CA owners, and the topics."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from handlers.parsing.documents import MAX_EXCERPT_LENGTH, MAX_TITLE_LENGTH, IncidentDocument
from handlers.similarity.masking import CaNameMask
from handlers.similarity.topics import TOPIC_EXCERPT_LENGTH, Topic, topics_in

MAX_WORD_LENGTH = 30
# The weight of a topic that only the excerpt mentions; one of the title has 1.0.
EXCERPT_TOPIC_WEIGHT = 0.3

_CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")
_DIGITS = re.compile(r"\d+")
# They would connect everything with everything and be shown as reasons; those of the last line say nothing here.
_STOP_WORDS = frozenset(
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
    """The terms of an incident: counts of the words and pairs of the title, and of the words of the excerpt.

    `topics` maps keys to weights: 1.0 if the title mentions a topic, less if only the excerpt does.
    """

    title: Mapping[str, int]
    excerpt: Mapping[str, int]
    topics: Mapping[str, float]


def extract_terms(document: IncidentDocument, mask: CaNameMask) -> Terms:
    """Return the terms of an incident, in linear time; never raises."""
    extra_names = (document.ca,) if document.ca else ()
    title_counts, title_topics = _title_terms(document.title, extra_names, mask)
    excerpt_counts: dict[str, int] = {}
    for word in _normalized_words(mask.tokenize(document.excerpt[:MAX_EXCERPT_LENGTH], extra_names)):
        if word is not None:
            _count_word(excerpt_counts, word)
    excerpt_topics = {topic.key: EXCERPT_TOPIC_WEIGHT for topic in topics_in(document.excerpt, TOPIC_EXCERPT_LENGTH)}
    return Terms(title_counts, excerpt_counts, excerpt_topics | title_topics)


def terms_from_description(description: str, topic: Topic | None, mask: CaNameMask) -> Iterator[Terms]:
    """Yield the terms of a member's description of a section, as if it were a title, and those of a topic."""
    if description.strip():
        counts, topics = _title_terms(description, (), mask)
        yield Terms(counts, {}, topics)
    if topic is not None:
        yield Terms({}, {}, {topic.key: 1.0})


def _title_terms(title: str, extra_names: Iterable[str], mask: CaNameMask) -> tuple[dict[str, int], dict[str, float]]:
    title = title[:MAX_TITLE_LENGTH]
    counts: dict[str, int] = {}
    previous: str | None = None
    for word in _normalized_words(mask.tokenize(title, extra_names)):
        if word is not None:
            _count_word(counts, word)
            if previous is not None and word not in _STOP_WORDS and previous not in _STOP_WORDS:
                counts[f"{previous} {word}"] = counts.get(f"{previous} {word}", 0) + 1
        previous = word
    return counts, {topic.key: 1.0 for topic in topics_in(title, MAX_TITLE_LENGTH)}


def _count_word(counts: dict[str, int], word: str) -> None:
    if word not in _STOP_WORDS:
        counts[word] = counts.get(word, 0) + 1


def _normalized_words(words: Iterable[str | None]) -> Iterator[str | None]:
    """Yield words in lower case and the singular, "stateOrProvinceName" as four; None stays in its place."""
    for word in words:
        if word is None:
            yield None
            continue
        for part in _CAMEL_CASE.sub(" ", word).split():
            # Numbers tell certificates and dates apart, not kinds of incidents: all become "0".
            yield _singular(_DIGITS.sub("0", part.lower()))[:MAX_WORD_LENGTH]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
