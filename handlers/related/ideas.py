"""The ideas of an incident, which two titles may share without a common word, and what was late in handling another."""

import re
from typing import Literal

from handlers.parsing.documents import MAX_TITLE_LENGTH
from handlers.parsing.faults import find_faults
from handlers.parsing.follow_ups import is_follow_up
from handlers.similarity.topics import load_topics, topics_in

Handling = Literal["late revocation", "late answer"]

# Ideas are searched in this much of a report text: the part that says what happened, before timelines begin.
_REPORT_TEXT_LENGTH = 200
# The weight of an idea that only the report text mentions; one of the title has 1.0.
_REPORT_TEXT_WEIGHT = 0.3
_TOPIC, _FAULT = "topic:", "fault:"
# The class of a certificate says nothing about what went wrong with it.
_CLASSES = frozenset({"ev", "ov", "dv", "smime", "code-signing"})

# Late revocations that are not named by a delay or a failure.
_MISSED_REVOCATION = re.compile(r"\bnon-?revocation|\bmissed .{0,20}revo[ck]|revo[ck].{0,30}(?:exceed|overdue)")
_NEWS = r"disclos|publi[cs]|test (?:web|site)|mismatch"
# About the news of a revocation, or a site that shows one.
_NO_REVOCATION = re.compile(rf"{_NEWS}|respon[ds](?!er)")
# Not about another incident: these are late, or do not list something, by themselves.
_NO_ANSWER = re.compile(rf"{_NEWS}|audit|ocsp|\bcrls?\b|\bcps?\b|ccadb|polic|wtbr|survey")


def ideas_in(title: str, report_text: str) -> dict[str, float]:
    """Return the ideas of an incident, in an order that depends only on the tables, with their weights.

    An idea is a topic (`handlers/similarity/topics.toml`) or a fault (`handlers/parsing/faults.toml`). Runs in linear
    time and never raises.
    """
    ideas = dict.fromkeys(_ideas(report_text, _REPORT_TEXT_LENGTH), _REPORT_TEXT_WEIGHT)
    return ideas | dict.fromkeys(_ideas(title, MAX_TITLE_LENGTH), 1.0)


def idea_name(idea: str) -> str:
    """Return how a sentence names an idea; "" if it is unknown."""
    if idea.startswith(_FAULT):
        return idea.removeprefix(_FAULT)
    key = idea.removeprefix(_TOPIC)
    title = next((topic.title for topic in load_topics() if topic.key == key), "")
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def handling_of(title: str) -> Handling | None:
    """Return what a title about the handling of another incident says was late; None for all other titles.

    Two late revocations are the same kind of failure, whatever the certificates had; a late revocation and the fault
    that it follows from are not (bench/labels/README.md).
    """
    lowered = title[:MAX_TITLE_LENGTH].lower()
    if "revo" in lowered and not _NO_REVOCATION.search(lowered):
        is_late = is_follow_up(title) or _MISSED_REVOCATION.search(lowered)
        return "late revocation" if is_late else None
    return "late answer" if is_follow_up(title) and not _NO_ANSWER.search(lowered) else None


def _ideas(text: str, limit: int) -> list[str]:
    topics = [_TOPIC + topic.key for topic in topics_in(text, limit) if topic.key not in _CLASSES]
    return [*topics, *(_FAULT + fault for fault in find_faults(text[:limit]))]
