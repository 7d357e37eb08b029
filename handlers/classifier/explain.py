"""Why a section was guessed: the words, rules, earlier incidents or the filer without which the answer is another.

Each reason can be checked against the bug, and is true to the model: it is named only if the incident, with all that
is named set aside, is no longer answered so, and no part of it could be left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from handlers.classifier.examples import Question
from handlers.classifier.features import FILER, RULE, TEXT, TITLE, family, features_of, parts_of, word_pattern, words_of
from handlers.classifier.model import MOST_SAID, NEIGHBOURS_SAY, Guess, Model, View, classify, scores, view
from handlers.classifier.neighbours import opinions
from handlers.classifier.rules import RULES
from storage.values.incidents import Assignment

UNLIKE_ANY = "unlike any earlier incident"
MOST_TRIED = 16  # so many reasons together, and an answer that stands without them is not theirs
# True to the model at times, but no reader learns anything from them.
TELL_NOTHING = " all also any due each may more most not one other some such than two used using "
NAMED = 2  # earlier incidents by number; the others are counted

Kind = Literal["word", "rule", "filer", "earlier"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that spoke for a section: what a person reads, and how strongly it spoke (in log odds).

    `examples` are the places of the earlier incidents that are meant.
    """

    kind: Kind
    says: str
    strength: float
    examples: tuple[int, ...] = ()


def explain(model: Model, question: Question) -> Guess:
    """Classify a question and give each section its reasons, strongest first; none where the answer has none."""
    guess = classify(model, question)
    seen = view(model, features_of(question))
    said = tuple(
        replace(one, words=_in_words(reasons_for(model, question, guess, place, seen), unlike=guess.unlike))
        for place, one in enumerate(guess.sections)
    )
    return replace(guess, sections=said)


def reasons_for(
    model: Model, question: Question, guess: Guess, place: int, seen: View | None = None
) -> tuple[Reason, ...]:
    """Give the fewest reasons found without which the section at this place of a guess would not be there as it is."""
    one = guess.sections[place]
    if one.section not in model.sections:
        return (Reason("filer", f"filed by {question.filer}", 1.0),)
    seen = seen or view(model, features_of(question))
    taken: list[Reason] = []
    for reason in _candidates(model, question, seen, model.sections.index(one.section))[:MOST_TRIED]:
        taken.append(reason)
        if not _stands(without(model, question, taken), one, first=place == 0):
            break
    else:
        return ()
    for reason in reversed(taken[:-1]):
        fewer = [each for each in taken if each is not reason]
        if not _stands(without(model, question, fewer), one, first=place == 0):
            taken = fewer
    return tuple(taken)


def without(model: Model, question: Question, reasons: Iterable[Reason]) -> Guess:
    """Classify a question with these reasons set aside."""
    title, text, filer = question.title, question.text, question.filer
    unheard: set[int] = set()
    words: list[str] = []
    for reason in reasons:
        if reason.kind == "word":
            words.append(reason.says)
        elif reason.kind == "rule":
            for rule in RULES:
                if rule.says == reason.says:
                    title, text = rule.pattern.sub(" ", title.lower()), rule.pattern.sub(" ", text.lower())
        elif reason.kind == "filer":
            filer = None
        else:
            unheard.update(reason.examples)
    if words:
        pattern = word_pattern(words)
        title, text = pattern.sub(" ", title), pattern.sub(" ", text)
    return classify(model, Question(title, text, filer), unheard)


def _stands(guess: Guess, one: Assignment, *, first: bool) -> bool:
    """Tell whether an answer is still given as it was: sure, likeliest, or perhaps."""
    if one.sure:
        return any(each.section == one.section and each.sure for each in guess.sections)
    if first:
        return guess.sections[0].section == one.section
    return any(each.section == one.section for each in guess.sections)


def _candidates(model: Model, question: Question, seen: View, place: int) -> list[Reason]:
    """Give what spoke for a section rather than for the next likely one, strongest first."""
    found = scores(model, seen)
    rival = max((other for other in range(len(found)) if other != place), key=found.__getitem__, default=place)
    spoke = {
        column: number * (model.weights[place][column] - model.weights[rival][column])
        for column, number in seen.numbers.items()
    }
    names = {model.vocabulary[name]: name for name in features_of(question) if name in model.vocabulary}
    by_feature = {names[column]: strength for column, strength in spoke.items()}
    words = _words_that_spoke(by_feature)
    reasons = [Reason("word", word, strength) for word, strength in words.items()]
    reasons += [
        Reason("rule", name.partition(":")[2], strength + _within(name.partition(":")[2], question, words))
        for name, strength in by_feature.items()
        if family(name) == RULE
    ]
    reasons += [
        Reason("filer", f"filed by {question.filer}", strength)
        for name, strength in by_feature.items()
        if family(name) == FILER
    ]
    reasons += _earlier(model, seen, place, rival)
    order: Callable[[Reason], tuple[float, str]] = lambda one: (-one.strength, one.says)  # noqa: E731
    return sorted((one for one in reasons if one.strength > 0.0), key=order)


def _words_that_spoke(by_feature: dict[str, float]) -> dict[str, float]:
    """Add up for each word what the features say that go with it: alone, in pairs, and in parts."""
    strength: dict[str, float] = {}
    titled: set[str] = set()
    for name, spoke in by_feature.items():
        if family(name) in {TITLE, TEXT}:
            for word in words_of(name):
                if f" {word} " in TELL_NOTHING:
                    continue
                strength[word] = strength.get(word, 0.0) + spoke
                if family(name) == TITLE:
                    titled.add(word)
    for word in titled:
        strength[word] += sum(by_feature.get(part, 0.0) for part in parts_of(word))
    return strength


def _within(says: str, question: Question, words: dict[str, float]) -> float:
    """Add up what the words say that a rule's finds hold: they go with it."""
    found = {
        word
        for rule in RULES
        if rule.says == says
        for text in (question.title.lower(), question.text.lower())
        if (match := rule.pattern.search(text))
        for word in words_of(f":{match[0]}")
    }
    return sum(max(words.get(word, 0.0), 0.0) for word in found)


def _earlier(model: Model, seen: View, place: int, rival: int) -> list[Reason]:
    near = [one for one in seen.near if place in model.memory.held[one.place]]
    if not near:
        return []
    said = opinions(model.memory, seen.near, len(model.sections))
    strength = min(said[place] - said[rival], MOST_SAID) * NEIGHBOURS_SAY / (1 - NEIGHBOURS_SAY)
    numbers = [model.memory.bugs[one.place] for one in near if model.memory.bugs[one.place]][:NAMED]
    return [Reason("earlier", _like(numbers, len(near)), strength, tuple(one.place for one in near))]


def _like(numbers: Sequence[int], count: int) -> str:
    if not numbers:
        return f"like {count} earlier incidents"
    more = count - len(numbers)
    shown = " and ".join(str(number) for number in numbers) if not more else ", ".join(str(one) for one in numbers)
    return f"like bug{'s' if len(numbers) > 1 else ''} {shown}" + (f" and {more} more" if more else "")


def _in_words(reasons: Sequence[Reason], *, unlike: bool) -> tuple[str, ...]:
    said = tuple(reason.says for reason in reasons)
    return (UNLIKE_ANY, *said) if unlike else said
