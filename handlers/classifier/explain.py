"""Explain a prediction: the words, rules, earlier incidents or reporter role that it depends on.

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
    REPORTER_ROLE,
    RULE_NAMESPACE,
    TEXT,
    TITLE,
    char_ngrams,
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
MAX_NAMED_BUGS = 2  # earlier incidents that are named by number; the others are counted

ReasonKind = Literal["word", "rule", "reporter", "neighbours"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that speaks for a section: the text to show, and its contribution to the score (in log odds).

    `example_indices` are the indices of the training examples that a reason of the kind "neighbours" refers to.
    """

    kind: ReasonKind
    text: str
    contribution: float
    example_indices: tuple[int, ...] = ()


def explain(model: Model, instance: Instance) -> Prediction:
    """Classify an instance and add to each section its reasons, strongest first; none if no set of reasons suffices."""
    prediction = classify(model, instance)
    encoding = encode(model, extract_features(instance))
    explained = tuple(
        replace(
            assignment,
            reasons=_reason_texts(
                reasons_for(model, instance, prediction, index, encoding),
                out_of_distribution=prediction.out_of_distribution,
            ),
        )
        for index, assignment in enumerate(prediction.assignments)
    )
    return replace(prediction, assignments=explained)


def reasons_for(
    model: Model, instance: Instance, prediction: Prediction, index: int, encoding: Encoding | None = None
) -> tuple[Reason, ...]:
    """Return a minimal set of reasons without which the section at this index of a prediction would change."""
    assignment = prediction.assignments[index]
    if assignment.section not in model.section_keys:
        return (Reason("reporter", f"filed by {instance.reporter_role}", 1.0),)
    encoding = encoding or encode(model, extract_features(instance))
    candidates = _candidate_reasons(model, instance, encoding, model.section_keys.index(assignment.section))
    reasons: list[Reason] = []
    for reason in candidates[:MAX_REASONS]:
        reasons.append(reason)
        if not _prediction_unchanged(predict_without(model, instance, reasons), assignment, first=index == 0):
            break
    else:
        return ()
    for reason in reversed(reasons[:-1]):
        fewer = [other for other in reasons if other is not reason]
        if not _prediction_unchanged(predict_without(model, instance, fewer), assignment, first=index == 0):
            reasons = fewer
    return tuple(reasons)


def predict_without(model: Model, instance: Instance, reasons: Iterable[Reason]) -> Prediction:
    """Classify an instance with what these reasons refer to removed from it."""
    title, text, reporter_role = instance.title, instance.text, instance.reporter_role
    excluded: set[int] = set()
    words: list[str] = []
    for reason in reasons:
        if reason.kind == "word":
            words.append(reason.text)
        elif reason.kind == "rule":
            for rule in RULES:
                if rule.label == reason.text:
                    title, text = _remove_matches(rule.pattern, title), _remove_matches(rule.pattern, text)
        elif reason.kind == "reporter":
            reporter_role = None
        else:
            excluded.update(reason.example_indices)
    if words:
        title, text = remove_terms(title, words), remove_terms(text, words)
    return classify(model, Instance(title, text, reporter_role), excluded)


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


def _candidate_reasons(model: Model, instance: Instance, encoding: Encoding, section: int) -> list[Reason]:
    """Return what speaks for a section (an index) against the runner-up, strongest first."""
    scores = section_scores(model, encoding)
    runner_up = max(
        (other for other in range(len(scores)) if other != section), key=scores.__getitem__, default=section
    )
    by_column = {
        column: value * (model.weights[section][column] - model.weights[runner_up][column])
        for column, value in encoding.vector.items()
    }
    names = {model.vocabulary[name]: name for name in extract_features(instance) if name in model.vocabulary}
    by_feature = {names[column]: contribution for column, contribution in by_column.items()}
    by_word = _token_contributions(by_feature)
    reasons = [Reason("word", word, contribution) for word, contribution in by_word.items()]
    for name, contribution in by_feature.items():
        if namespace(name) == RULE_NAMESPACE:
            label = name.partition(":")[2]
            reasons.append(Reason("rule", label, contribution + _matched_word_contribution(label, instance, by_word)))
    reasons += [
        Reason("reporter", f"filed by {instance.reporter_role}", contribution)
        for name, contribution in by_feature.items()
        if namespace(name) == REPORTER_ROLE
    ]
    reasons += _neighbour_reasons(model, encoding, section, runner_up)
    positive = (reason for reason in reasons if reason.contribution > 0.0)
    return sorted(positive, key=lambda reason: (-reason.contribution, reason.text))


def _token_contributions(by_feature: dict[str, float]) -> dict[str, float]:
    """Sum for each word the contributions of the features it is part of: the word, its pairs and its n-grams."""
    contributions: dict[str, float] = {}
    title_words: set[str] = set()
    for name, contribution in by_feature.items():
        if namespace(name) in {TITLE, TEXT}:
            for word in content_words(name):
                contributions[word] = contributions.get(word, 0.0) + contribution
                if namespace(name) == TITLE:
                    title_words.add(word)
    for word in title_words:
        contributions[word] += sum(by_feature.get(ngram, 0.0) for ngram in char_ngrams(word))
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
    examples = tuple(neighbour.index for neighbour in encoding.neighbours if section in labels[neighbour.index])
    if not examples:
        return []
    logits = neighbour_logits(model.neighbour_index, encoding.neighbours, len(model.section_keys))
    # Words and rules contribute before the score is divided between weights and neighbours: use the same scale.
    contribution = min(logits[section] - logits[runner_up], LOGIT_LIMIT) * NEIGHBOUR_WEIGHT / (1 - NEIGHBOUR_WEIGHT)
    named = [bugs[example] for example in examples if bugs[example]][:MAX_NAMED_BUGS]
    return [Reason("neighbours", _describe_neighbours(named, len(examples)), contribution, examples)]


def _describe_neighbours(bugs: Sequence[int], count: int) -> str:
    if not bugs:
        return f"like {count} earlier incidents"
    more = count - len(bugs)
    numbers = (" and " if not more else ", ").join(str(bug) for bug in bugs)
    return f"like bug{'s' if len(bugs) > 1 else ''} {numbers}" + (f" and {more} more" if more else "")


def _reason_texts(reasons: Sequence[Reason], *, out_of_distribution: bool) -> tuple[str, ...]:
    texts = tuple(reason.text for reason in reasons)
    return (UNLIKE_ANY_INCIDENT, *texts) if out_of_distribution else texts
