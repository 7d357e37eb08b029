"""A learned model, and the question it answers: which sections an untagged incident belongs to.

It needs the standard library only, so that the running bot stays small and answers at once.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter, mul

from handlers.classifier.examples import Question
from handlers.classifier.features import RULE, features_of
from handlers.classifier.neighbours import Memory, Neighbour, nearest, opinions
from handlers.classifier.rules import NO_RULE, RULES, TEXT_SECTIONS
from handlers.classifier.vectorize import FAMILY_FACTOR, likelihood, weigh
from storage.values.incidents import Assignment

# Features or weighing changed: a stored model of another number would answer nonsense.
VERSION = 3
MOST_GUESSES = 3
# Less alike than this to every example, an incident is of no known kind: of such guesses two in five were right.
UNLIKE = 0.3
# How much of the say the nearest examples have beside the weights.
NEIGHBOURS_SAY = 0.35
MOST_SAID = 9.2  # the log odds beyond which weights say no more, as neighbours do not


@dataclass(frozen=True, slots=True)
class Guess:
    """What the text says of an incident's sections, best first: the sure ones, or else up to three that may be.

    `unlike`: no example resembles the incident, so that nothing is sure.
    """

    sections: tuple[Assignment, ...]
    unlike: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned from tagged incidents; `weights` holds for each section one number a column of the vocabulary.

    A probability is the logistic curve of `slope` times the score plus `offset`. From `sure` on, an assignment was
    right 96 times in 100 out of sample; from `perhaps` on, a section is worth showing beside the likeliest.
    `by_filer` are sections that only the filer speaks for, with how often: (section, filer, probability).
    """

    version: int
    learned_from: int
    learned_until: datetime | None
    sections: tuple[str, ...]
    vocabulary: Mapping[str, int]
    idf: array[float]
    weights: tuple[array[float], ...]
    intercepts: tuple[float, ...]
    slope: float
    offset: float
    sure: float
    perhaps: float
    by_filer: tuple[tuple[str, str, float], ...] = ()
    memory: Memory = field(default_factory=Memory)


@dataclass(frozen=True, slots=True)
class View:
    """What a model sees of a question: its weighed features, and the examples nearest to it."""

    numbers: Mapping[int, float]
    near: tuple[Neighbour, ...]


def view(model: Model, counts: Mapping[str, float], unheard: Collection[int] = ()) -> View:
    """See a question as a model does; the examples at the places `unheard` do not speak."""
    numbers = weigh(counts, model.vocabulary, model.idf)
    near = nearest(model.memory, numbers)
    return View(numbers, tuple(one for one in near if one.place not in unheard) if unheard else near)


def scores(model: Model, seen: View) -> list[float]:
    """Add up each section's score from weighed features and from what the nearest examples are tagged with."""
    total = list(model.intercepts)
    if seen.numbers:
        columns, numbers = tuple(seen.numbers), tuple(seen.numbers.values())
        # one column more than there are numbers: of a single one itemgetter would give no tuple
        of_columns = itemgetter(*columns, columns[0])
        total = [
            start + sum(map(mul, numbers, of_columns(weights)))
            for start, weights in zip(total, model.weights, strict=True)
        ]
    if not model.memory.bugs:
        return total
    said = opinions(model.memory, seen.near, len(model.sections))
    return [
        (1 - NEIGHBOURS_SAY) * min(max(weighed, -MOST_SAID), MOST_SAID) + NEIGHBOURS_SAY * heard
        for weighed, heard in zip(total, said, strict=True)
    ]


def classify(model: Model, question: Question, unheard: Collection[int] = ()) -> Guess:
    """Say which sections an incident is in: what is sure, or else the likeliest and others above a common bound.

    Gives no reasons: see explain.py.
    """
    seen = view(model, features_of(question), unheard)
    found = [(likelihood(model.slope * score + model.offset), place) for place, score in enumerate(scores(model, seen))]
    unlike = bool(model.memory.bugs) and all(one.likeness < UNLIKE for one in seen.near)
    chosen = [] if unlike else [(chance, place) for chance, place in found if chance >= model.sure]
    sure = bool(chosen)
    if not sure:
        ranked = sorted(found, key=lambda pair: (-pair[0], pair[1]))[:MOST_GUESSES]
        chosen = [pair for rank, pair in enumerate(ranked) if rank == 0 or pair[0] >= model.perhaps]
    assignments = [Assignment(model.sections[place], "text", round(chance, 4), sure=sure) for chance, place in chosen]
    for section, filer, chance in model.by_filer:
        if filer == question.filer and chance >= (model.sure if sure else model.perhaps):
            assignments.append(Assignment(section, "text", round(chance, 4), sure=sure))
    assignments.sort(key=lambda one: (-one.confidence, one.section))
    return Guess(tuple(assignments if sure else assignments[:MOST_GUESSES]), unlike)


def _rules_alone() -> Model:
    names = list(dict.fromkeys(f"{RULE}:{rule.says}" for rule in RULES))
    vocabulary = {name: column for column, name in enumerate(names)}
    weights = tuple(array("d", bytes(8 * len(names))) for _ in TEXT_SECTIONS)
    for rule in RULES:
        # The table's weights are meant for a rule's own number, before weighing shrinks it.
        column = vocabulary[f"{RULE}:{rule.says}"]
        weights[TEXT_SECTIONS.index(rule.section)][column] += rule.weight / FAMILY_FACTOR[RULE]
    return Model(
        version=VERSION,
        learned_from=0,
        learned_until=None,
        sections=TEXT_SECTIONS,
        vocabulary=vocabulary,
        idf=array("d", [1.0]) * len(names),
        weights=weights,
        intercepts=(NO_RULE,) * len(TEXT_SECTIONS),
        slope=0.7,
        offset=0.0,
        # Only several rules together reach this: one alone was right three times in four.
        sure=0.9,
        perhaps=0.3,
    )


RULES_ALONE: Model = _rules_alone()
