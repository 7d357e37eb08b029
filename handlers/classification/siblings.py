"""Incidents that one CA owner filed together with like titles: they share their section."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from handlers.classification.training_sets import Texts
from handlers.classifier.model import MAX_SUGGESTIONS
from handlers.text.stop_words import STOP_WORDS
from handlers.text.words import tokenize
from storage.database import Transaction
from storage.incidents import find_incidents
from storage.values.incidents import Assignment, Incident, IncidentFilter

MAX_DISTANCE = timedelta(days=2)
MIN_TITLE_SIMILARITY = 0.8
# Of 16 pairs of tagged siblings outside the final quarters 14 share a section: too few for a confident assignment.
SIBLING_PROBABILITY = 0.8

_Titled = tuple[Incident, frozenset[str]]  # an incident and the words of its title


async def load_siblings(transaction: Transaction, incidents: Iterable[Incident]) -> dict[int, list[Incident]]:
    """Return for each of these incidents, by bug, the visible ones that were filed with it, in the order of filing."""
    siblings: dict[int, list[Incident]] = {}
    nearby: dict[tuple[str, date], list[_Titled]] = {}
    for incident in incidents:
        if incident.ca is None:
            siblings[incident.bug.id] = []
            continue
        day = incident.bug.created.date()
        if (incident.ca, day) not in nearby:
            filters = IncidentFilter(cas=(incident.ca,), since=day - MAX_DISTANCE, until=day + MAX_DISTANCE)
            nearby[incident.ca, day] = _with_title_words(await find_incidents(transaction, filters))
        siblings[incident.bug.id] = _siblings(incident, nearby[incident.ca, day])
    return siblings


def find_siblings(incident: Incident, others: Iterable[Incident]) -> list[Incident]:
    """Return those of the other incidents that were filed with this one, in the order of filing.

    They are about the same CA owner, opened within two days of it, and their titles have nearly the same words, numbers
    aside. An incident whose title says nothing has none.
    """
    return _siblings(incident, _with_title_words(others))


def _siblings(incident: Incident, others: Iterable[_Titled]) -> list[Incident]:
    words = _title_words(incident)
    siblings = [
        other
        for other, other_words in others
        if other.bug.id != incident.bug.id
        and incident.ca is not None
        and other.ca == incident.ca
        and other.visibility == "here"
        and abs(other.bug.created - incident.bug.created) <= MAX_DISTANCE
        and _similarity(words, other_words) >= MIN_TITLE_SIMILARITY
    ]
    return sorted(siblings, key=lambda sibling: (sibling.bug.created, sibling.bug.id))


def with_sibling_tags(
    assignments: Sequence[Assignment], siblings: Sequence[Incident], sections: Collection[str]
) -> tuple[Assignment, ...]:
    """Return the sections predicted from a text, with those that the tags of its siblings name as suggestions.

    `sections` are the tags that name a section. What the text says with confidence stays as it is.
    """
    tagged = [sibling for sibling in siblings if any(tag in sections for tag in sibling.tags)]
    if not tagged or any(assignment.confident for assignment in assignments):
        return tuple(assignments)
    counts = Counter(tag for sibling in tagged for tag in dict.fromkeys(sibling.tags) if tag in sections)
    likeliest = SIBLING_PROBABILITY * max(counts.values()) / len(tagged)
    # What no sibling is tagged with is as likely as its text says only if the tags say nothing.
    merged = {
        assignment.section: replace(assignment, confidence=round(assignment.confidence * (1 - likeliest), 4))
        if assignment.section not in counts
        else assignment
        for assignment in assignments
    }
    for section, count in counts.items():
        probability = round(SIBLING_PROBABILITY * count / len(tagged), 4)
        previous = merged.get(section)
        if previous is None or previous.confidence < probability:
            bug = next(sibling.bug.id for sibling in tagged if section in sibling.tags)
            merged[section] = Assignment(section, "text", probability, (filed_with(bug),), confident=False)
    best = sorted(merged.values(), key=lambda assignment: (-assignment.confidence, assignment.section))
    return tuple(best[:MAX_SUGGESTIONS])


def first_filed(incidents: Iterable[tuple[Incident, Texts]], count: int) -> list[tuple[Incident, Texts]]:
    """Return the incidents that were filed first, in that order, each with its texts."""
    return sorted(incidents, key=lambda each: (each[0].bug.created, each[0].bug.id))[:count]


def filed_with(bug: int) -> str:
    """Return the reason of a section that an incident shares with another one."""
    return f"like bug {bug}, filed with it"


def _with_title_words(incidents: Iterable[Incident]) -> list[_Titled]:
    return [(incident, _title_words(incident)) for incident in incidents]


def _title_words(incident: Incident) -> frozenset[str]:
    return frozenset(tokenize(incident.title)) - STOP_WORDS


def _similarity(words: frozenset[str], others: frozenset[str]) -> float:
    """Return the share of the words of two titles that both have; 0 if there are none."""
    return len(words & others) / max(1, len(words | others))
