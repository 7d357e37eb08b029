"""Extracts what incidents are compared by: the words of title and report excerpt without CA owners, and the topics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from handlers.parsing.documents import MAX_EXCERPT_LENGTH, MAX_TITLE_LENGTH, IncidentDocument
from handlers.parsing.owner_mentions import read_text
from handlers.parsing.owners import OwnerDirectory
from handlers.similarity.topics import TOPIC_EXCERPT_LENGTH, Topic, topics_in
from handlers.text.stop_words import STOP_WORDS

# The weight of a topic that only the excerpt mentions; one of the title has 1.0.
EXCERPT_TOPIC_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of an incident: counts of the words and pairs of the title, and of the words of the excerpt.

    `topics` maps keys to weights: 1.0 if the title mentions a topic, less if only the excerpt does.
    """

    title: Mapping[str, int]
    excerpt: Mapping[str, int]
    topics: Mapping[str, float]


def extract_terms(document: IncidentDocument, owners: OwnerDirectory) -> Terms:
    """Return the terms of an incident, in linear time; never raises."""
    title_counts, title_topics = _title_terms(document.title, owners, document.ca)
    excerpt = read_text(document.excerpt[:MAX_EXCERPT_LENGTH], owners, document.ca)
    excerpt_counts = Counter(term for term in excerpt.terms if term is not None and term not in STOP_WORDS)
    excerpt_topics = {topic.key: EXCERPT_TOPIC_WEIGHT for topic in topics_in(document.excerpt, TOPIC_EXCERPT_LENGTH)}
    return Terms(title_counts, excerpt_counts, excerpt_topics | title_topics)


def terms_from_description(description: str, topic: Topic | None, owners: OwnerDirectory) -> Iterator[Terms]:
    """Yield the terms of a member's description of a section, as if it were a title, and those of a topic."""
    if description.strip():
        counts, topics = _title_terms(description, owners)
        yield Terms(counts, {}, topics)
    if topic is not None:
        yield Terms({}, {}, {topic.key: 1.0})


def _title_terms(title: str, owners: OwnerDirectory, ca: str | None = None) -> tuple[dict[str, int], dict[str, float]]:
    title = title[:MAX_TITLE_LENGTH]
    # A stop word or a name between two words keeps them from being a pair.
    terms = [None if term in STOP_WORDS else term for term in read_text(title, owners, ca).terms]
    counts = Counter(term for term in terms if term is not None)
    counts.update(f"{first} {second}" for first, second in pairwise(terms) if first is not None and second is not None)
    return counts, {topic.key: 1.0 for topic in topics_in(title, MAX_TITLE_LENGTH)}
