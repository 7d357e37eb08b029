"""Explain a prediction: the words, rules and earlier incidents that it depends on.

The reasons of a section are a minimal set whose removal from the incident changes the prediction, so each of them can
be checked against the bug.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from handlers.classifier.examples import Instance
from handlers.classifier.features import (
    RULE_NAMESPACE,
    TEXT,
    TITLE,
    content_words,
    extract_features,
    namespace,
)
from handlers.classifier.model import (
    LOGIT_LIMIT,
    NEIGHBOUR_WEIGHT,
    Encoding,
    Model,
    Prediction,
    classify,
    encode,
    section_scores,
)
from handlers.classifier.neighbours import neighbour_logits
from handlers.classifier.rules import RULES
from handlers.text.words import remove_terms, tokenize
from storage.values.incidents import Assignment

UNLIKE_ANY_INCIDENT = "unlike any earlier incident"
MAX_REASONS = 16  # a prediction that does not change without so many reasons together gets none
MAX_SHOWN = 3  # more reasons than this together are no reason
MAX_NAMED_BUGS = 2  # earlier incidents that are named by number; the others are counted
# An incident is not called like others of less similarity, or if fewer of those nearest to it are in the section.
MIN_NAMED_SIMILARITY = 0.5
MIN_NEIGHBOUR_SHARE = 0.5
# Of the examples with a word so many are in the section: with fewer, a reader would not know why it is a reason.
MIN_WORD_SHARE = 0.5

ReasonKind = Literal["word", "rule", "neighbours"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that speaks for a section: the text to show, and its contribution to the score (in log odds).

    `example_indices` are the indices of the training examples that a reason of the kind "neighbours" refers to.
    """

    kind: ReasonKind
    text: str
    contribution: float
    example_indices: tuple[int, ...] = ()


def explain(model: Model, instance: Instance, siblings: Sequence[Instance] = ()) -> Prediction:
    """Classify an instance and add to each section its reasons, strongest first; none if no set of reasons suffices.

    `siblings` are as for `classify`.
    """
    prediction = classify(model, instance, siblings=siblings)
    explained = []
    for index, assignment in enumerate(prediction.assignments):
        texts = tuple(reason.text for reason in reasons_for(model, instance, prediction, index, siblings))
        if prediction.out_of_distribution:
            texts = (UNLIKE_ANY_INCIDENT, *texts)
        explained.append(replace(assignment, reasons=texts))
    return replace(prediction, assignments=tuple(explained))


def reasons_for(
    model: Model, instance: Instance, prediction: Prediction, index: int, siblings: Sequence[Instance] = ()
) -> tuple[Reason, ...]:
    """Return a minimal set of reasons without which the section at this index of a prediction would change."""
    assignment = prediction.assignments[index]

    def changes_without(reasons: Sequence[Reason]) -> bool:
        after = predict_without(model, instance, reasons, siblings)
        return not _prediction_unchanged(after, assignment, first=index == 0)

    candidates = _candidate_reasons(
        model, instance, model.section_keys.index(assignment.section), named=not prediction.out_of_distribution
    )
    reasons: list[Reason] = []
    for reason in candidates[:MAX_REASONS]:
        reasons.append(reason)
        if changes_without(reasons):
            break
    else:
        return ()
    for reason in reversed(reasons[:-1]):
        fewer = [other for other in reasons if other is not reason]
        if changes_without(fewer):
            reasons = fewer
    return tuple(reasons) if len(reasons) <= MAX_SHOWN else ()


def predict_without(
    model: Model, instance: Instance, reasons: Iterable[Reason], siblings: Sequence[Instance] = ()
) -> Prediction:
    """Classify an instance with what these reasons refer to removed from it and from its siblings."""
    words, patterns, excluded = set[str](), list[re.Pattern[str]](), set[int]()
    for reason in reasons:
        if reason.kind == "word":
            words.add(reason.text)
        elif reason.kind == "rule":
            patterns += [rule.pattern for rule in RULES if rule.label == reason.text]
        else:
            excluded.update(reason.example_indices)

    def strip(text: str) -> str:
        for pattern in patterns:
            text = _remove_matches(pattern, text)
        return remove_terms(text, words) if words else text

    remaining, *others = (
        replace(each, title=strip(each.title), text=strip(each.text)) for each in (instance, *siblings)
    )
    return classify(model, remaining, excluded, others)


def _remove_matches(pattern: re.Pattern[str], text: str) -> str:
    """Return a text with a space in place of every match of a rule, which is for lower case."""
    lower_text = text.lower()
    if len(lower_text) != len(text):
        return pattern.sub(" ", lower_text)
    # The rest keeps its capitals: they are what tells the words of "stateOrProvinceName" apart.
    parts, end = [], 0
    for match in pattern.finditer(lower_text):
        parts.append(text[end : match.start()])
        end = match.end()
    return " ".join((*parts, text[end:]))


def _prediction_unchanged(prediction: Prediction, assignment: Assignment, *, first: bool) -> bool:
    """Return whether a section is still predicted as before: as confident, as likeliest (`first`), or as suggested."""
    if assignment.confident:
        return any(other.section == assignment.section and other.confident for other in prediction.assignments)
    if first:
        return prediction.assignments[0].section == assignment.section
    return any(other.section == assignment.section for other in prediction.assignments)


def _candidate_reasons(model: Model, instance: Instance, section: int, *, named: bool) -> list[Reason]:
    """Return what speaks for a section (an index) against the runner-up and tells a reader something, strongest first.

    With `named`, earlier incidents may be among them.
    """
    counts = extract_features(instance)
    encoding = encode(model, counts, bug=instance.bug)
    scores = section_scores(model, encoding)
    runner_up = max(
        (other for other in range(len(scores)) if other != section), key=scores.__getitem__, default=section
    )
    by_column = {
        column: value * (model.weights[section][column] - model.weights[runner_up][column])
        for column, value in encoding.vector.items()
    }
    names = {model.vocabulary[name]: name for name in counts if name in model.vocabulary}
    by_feature = {names[column]: contribution for column, contribution in by_column.items()}
    by_word = _token_contributions(by_feature)
    # What stands before the colon of a title is the CA owner.
    owner_words = set(tokenize(instance.title.partition(":")[0])) if ":" in instance.title else set()
    reasons = [
        Reason("word", word, contribution)
        for word, contribution in by_word.items()
        if word not in owner_words and _share_in_section(model, word, section) >= MIN_WORD_SHARE
    ]
    labels = {rule.label for rule in RULES if rule.section == model.section_keys[section]}
    for name, contribution in by_feature.items():
        label = name.partition(":")[2]
        # A rule for another section may speak for this one too, but no reader would know why.
        if namespace(name) == RULE_NAMESPACE and label in labels:
            reasons.append(Reason("rule", label, contribution + _matched_word_contribution(label, instance, by_word)))
    if named:
        reasons += _neighbour_reasons(model, encoding, section, runner_up)
    positive = (reason for reason in reasons if reason.contribution > 0.0)
    return sorted(positive, key=lambda reason: (-reason.contribution, reason.text))


def _share_in_section(model: Model, word: str, section: int) -> float:
    """Return which share of the examples with a word are in a section; 0 for a word too common to be indexed."""
    index = model.neighbour_index
    columns = (model.vocabulary.get(f"{prefix}:{word}", -1) for prefix in (TITLE, TEXT))
    examples = {example for column in columns if column in index.postings for example in index.postings[column][0]}
    return sum(section in index.labels[example] for example in examples) / max(1, len(examples))


def _token_contributions(by_feature: dict[str, float]) -> dict[str, float]:
    """Sum for each word the contributions of the features it is part of: the word and its pairs."""
    contributions: dict[str, float] = {}
    for name, contribution in by_feature.items():
        if namespace(name) in {TITLE, TEXT}:
            for word in content_words(name):
                contributions[word] = contributions.get(word, 0.0) + contribution
    return contributions


def _matched_word_contribution(label: str, instance: Instance, by_word: dict[str, float]) -> float:
    """Sum the positive contributions of the words that a rule's matches contain: they are removed with it."""
    matched = {
        word
        for rule in RULES
        if rule.label == label
        for text in (instance.title.lower(), instance.text.lower())
        if (match := rule.pattern.search(text))
        for word in tokenize(match[0])
    }
    return sum(max(by_word.get(word, 0.0), 0.0) for word in matched)


def _neighbour_reasons(model: Model, encoding: Encoding, section: int, runner_up: int) -> list[Reason]:
    labels, bugs = model.neighbour_index.labels, model.neighbour_index.bugs
    inside = [neighbour for neighbour in encoding.neighbours if section in labels[neighbour.index]]
    similar = [neighbour for neighbour in inside if neighbour.similarity >= MIN_NAMED_SIMILARITY]
    if not similar or sum(neighbour.weight for neighbour in inside) < MIN_NEIGHBOUR_SHARE:
        return []
    examples = tuple(neighbour.index for neighbour in inside)
    logits = neighbour_logits(model.neighbour_index, encoding.neighbours, len(model.section_keys))
    # Words and rules contribute before the score is divided between weights and neighbours: use the same scale.
    contribution = min(logits[section] - logits[runner_up], LOGIT_LIMIT) * NEIGHBOUR_WEIGHT / (1 - NEIGHBOUR_WEIGHT)
    named = [bugs[neighbour.index] for neighbour in similar if bugs[neighbour.index]][:MAX_NAMED_BUGS]
    return [Reason("neighbours", _describe_neighbours(named, len(similar)), contribution, examples)]


def _describe_neighbours(bugs: Sequence[int], count: int) -> str:
    if not bugs:
        return "like an earlier incident" if count == 1 else f"like {count} earlier incidents"
    more = count - len(bugs)
    numbers = (" and " if not more else ", ").join(str(bug) for bug in bugs)
    return f"like bug{'s' if len(bugs) > 1 else ''} {numbers}" + (f" and {more} more" if more else "")
