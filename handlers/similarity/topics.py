"""The topics of this field: what a section may be about, its names, and how a text mentions it (see topics.toml)."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from handlers.parsing.owners import normalize_name
from handlers.text.words import find_words

# Topics are searched in this much of a report text: the part that says what happened, before timelines begin.
TOPIC_REPORT_TEXT_LENGTH = 200
# A name is also searched for known phrases: in so many of its words, by phrases of so many words.
_MAX_NAME_WORDS, _MAX_PHRASE_WORDS = 20, 4


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: `names` are other words for it that a member may type, `pattern` finds it in lower-case text."""

    key: str
    title: str
    names: tuple[str, ...]
    summary: str
    pattern: re.Pattern[str]


@cache
def load_topics() -> tuple[Topic, ...]:
    """Return all topics in the order of topics.toml, which is read once."""
    table = tomllib.loads(files("handlers.similarity").joinpath("topics.toml").read_text(encoding="utf-8"))
    fragments = {name: f"(?:{'|'.join(alternatives)})" for name, alternatives in table["fragments"].items()}
    return tuple(_parse_topic(entry, fragments) for entry in table["topics"])


def _parse_topic(entry: dict[str, Any], fragments: dict[str, str]) -> Topic:
    pattern = "|".join(entry["patterns"])
    for name, fragment in fragments.items():
        pattern = pattern.replace(f"{{{name}}}", fragment)
    return Topic(entry["key"], entry["title"], tuple(entry["names"]), entry["summary"], re.compile(pattern))


def find_topic(name: str) -> Topic | None:
    """Return the topic with a name, compared without case, accents, spaces and punctuation; None if there is none.

    A word or phrase of the name is enough ("bugs with weak keys"); the longest known phrase wins.
    """
    normalized = normalize_name(name)
    topics_by_name = {
        normalize_name(spelling): topic
        for topic in load_topics()
        for spelling in (topic.key, topic.title, *topic.names)
    }
    if normalized in topics_by_name:
        return topics_by_name[normalized]
    words = [word[0] for word in find_words(name)[:_MAX_NAME_WORDS]]
    for length in range(min(len(words), _MAX_PHRASE_WORDS), 0, -1):
        for start in range(len(words) - length + 1):
            if topic := topics_by_name.get(normalize_name("".join(words[start : start + length]))):
                return topic
    return None


def topics_in(text: str, limit: int) -> Iterator[Topic]:
    """Return the topics mentioned in the first `limit` characters of a text."""
    lowered = text[:limit].lower()
    return (topic for topic in load_topics() if topic.pattern.search(lowered))
