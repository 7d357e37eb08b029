"""A trained model, and the prediction of the sections that an untagged incident belongs to.

Uses the standard library only: the bot must stay small and predict without loading scikit-learn.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import fsum
from operator import itemgetter, mul

from handlers.classifier.examples import Instance
from handlers.classifier.features import RULE_NAMESPACE, extract_features, namespace
from handlers.classifier.neighbours import Neighbour, NeighbourIndex, find_nearest, index_without_bugs, neighbour_logits
from handlers.classifier.rules import NO_RULE_LOGIT, RULES, TEXT_SECTIONS
from handlers.classifier.vectorize import RULE_FACTOR, sigmoid, vectorize
from storage.values.incidents import Assignment

# Increase whenever features or vectors change: stored models of another version are not loaded.
MODEL_VERSION = 5
MAX_SUGGESTIONS = 3
# Below this similarity to every example the prediction is not trusted (measured: 40 % right).
MIN_SIMILARITY = 0.3
# The share of the neighbours in a section's score; the weights have the rest.
NEIGHBOUR_WEIGHT = 0.35
LOGIT_LIMIT = 9.2  # limits the score of the weights to the range of the neighbours' log odds


@dataclass(frozen=True, slots=True)
class Prediction:
    """The predicted sections of an incident, likeliest first: all confident ones, or else up to three suggestions.

    `out_of_distribution`: no training example resembles the incident, so no section is confident.
    """

    assignments: tuple[Assignment, ...]
    out_of_distribution: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned from tagged incidents.

    `vocabulary` maps a feature to its column; `weights` has for each section one number per column. A probability is
    the logistic function of `slope` times the score plus `offset`. Assignments from `confident_threshold` on were
    right in 95 of 100 cases out of sample; from `suggestion_threshold` on, a section is shown beside the likeliest.
    `trained_until` is when the newest example was opened (UTC), None for a model that is not trained.
    """

    version: int
    training_size: int
    trained_until: datetime | None
    section_keys: tuple[str, ...]
    vocabulary: Mapping[str, int]
    idf: array[float]
    weights: tuple[array[float], ...]
    intercepts: tuple[float, ...]
    slope: float
    offset: float
    confident_threshold: float
    suggestion_threshold: float
    neighbour_index: NeighbourIndex = field(default_factory=NeighbourIndex)


@dataclass(frozen=True, slots=True)
class Encoding:
    """An instance as a model sees it: its vector (column to value) and the nearest training examples."""

    vector: Mapping[int, float]
    neighbours: tuple[Neighbour, ...]


def encode(model: Model, counts: Mapping[str, float], excluded: Collection[int] = (), bug: int = 0) -> Encoding:
    """Encode counted features; training examples with an index in `excluded` are not used as neighbours.

    Nor is the example of the `bug` itself, in place of which the next one is used.
    """
    vector = vectorize(counts, model.vocabulary, model.idf)
    neighbours = find_nearest(model.neighbour_index, vector, bug)
    if excluded:
        neighbours = tuple(neighbour for neighbour in neighbours if neighbour.index not in excluded)
    return Encoding(vector, neighbours)


def section_scores(model: Model, encoding: Encoding) -> list[float]:
    """Return the score (log odds, not calibrated) of each section from its weights and the nearest examples."""
    linear = list(model.intercepts)
    if encoding.vector:
        columns, values = tuple(encoding.vector), tuple(encoding.vector.values())
        # One column more than there are values: with a single column itemgetter would not return a tuple.
        select_columns = itemgetter(*columns, columns[0])
        linear = [
            intercept + sum(map(mul, values, select_columns(weights)))
            for intercept, weights in zip(linear, model.weights, strict=True)
        ]
    if not model.neighbour_index.bugs:
        return linear
    from_neighbours = neighbour_logits(model.neighbour_index, encoding.neighbours, len(model.section_keys))
    return [
        (1 - NEIGHBOUR_WEIGHT) * min(max(score, -LOGIT_LIMIT), LOGIT_LIMIT) + NEIGHBOUR_WEIGHT * logit
        for score, logit in zip(linear, from_neighbours, strict=True)
    ]


def classify(
    model: Model, instance: Instance, excluded: Collection[int] = (), siblings: Sequence[Instance] = ()
) -> Prediction:
    """Predict an incident's sections: the confident ones, or else the likeliest and others above a threshold.

    The assignments have no reasons: see explain.py. `excluded` are indices of training examples to leave out.
    `siblings` are untagged incidents that were filed with it: all of them get one prediction, from the mean scores.
    """
    encodings = [encode(model, extract_features(each), excluded, each.bug) for each in (instance, *siblings)]
    rows = [section_scores(model, encoding) for encoding in encodings]
    # A sum in any order is the same, so that each sibling gets the same probabilities.
    scores = [fsum(column) / len(rows) for column in zip(*rows, strict=True)]
    probabilities = [(sigmoid(model.slope * score + model.offset), index) for index, score in enumerate(scores)]
    neighbours = [neighbour for encoding in encodings for neighbour in encoding.neighbours]
    out_of_distribution = bool(model.neighbour_index.bugs) and all(
        neighbour.similarity < MIN_SIMILARITY for neighbour in neighbours
    )
    chosen = [] if out_of_distribution else [pair for pair in probabilities if pair[0] >= model.confident_threshold]
    confident = bool(chosen)
    if not confident:
        ranked = sorted(probabilities, key=lambda pair: (-pair[0], pair[1]))[:MAX_SUGGESTIONS]
        chosen = [pair for rank, pair in enumerate(ranked) if rank == 0 or pair[0] >= model.suggestion_threshold]
    assignments = [
        Assignment(model.section_keys[index], "text", round(probability, 4), confident=confident)
        for probability, index in chosen
    ]
    assignments.sort(key=lambda assignment: (-assignment.confidence, assignment.section))
    return Prediction(tuple(assignments), out_of_distribution)


def without_bugs(model: Model, bugs: Collection[int]) -> Model:
    """Return a model that names none of these bugs, compares with none of them, and lacks words of theirs alone.

    It is for use in memory only: the columns of the words that are left have gaps, which no stored model has.
    """
    index = index_without_bugs(model.neighbour_index, bugs)
    unused = {column for column, (examples, _) in index.postings.items() if not examples}
    vocabulary = {
        name: column
        for name, column in model.vocabulary.items()
        if column not in unused or namespace(name) == RULE_NAMESPACE
    }
    return replace(model, vocabulary=vocabulary, neighbour_index=index)


def _rules_only_model() -> Model:
    names = list(dict.fromkeys(f"{RULE_NAMESPACE}:{rule.label}" for rule in RULES))
    vocabulary = {name: column for column, name in enumerate(names)}
    weights = tuple(array("d", bytes(8 * len(names))) for _ in TEXT_SECTIONS)
    for rule in RULES:
        # The weights of the rules are per match, before `vectorize` multiplies by their factor.
        column = vocabulary[f"{RULE_NAMESPACE}:{rule.label}"]
        weights[TEXT_SECTIONS.index(rule.section)][column] += rule.weight / RULE_FACTOR
    return Model(
        version=MODEL_VERSION,
        training_size=0,
        trained_until=None,
        section_keys=TEXT_SECTIONS,
        vocabulary=vocabulary,
        idf=array("d", [1.0]) * len(names),
        weights=weights,
        intercepts=(NO_RULE_LOGIT,) * len(TEXT_SECTIONS),
        slope=0.7,
        offset=0.0,
        # Only several rules together reach this: a single one was right three times in four.
        confident_threshold=0.9,
        suggestion_threshold=0.3,
    )


RULES_ONLY: Model = _rules_only_model()
