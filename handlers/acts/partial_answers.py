"""How a sentence answers a question beside what is put off: in whole, in part, or not before a day."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from handlers.acts.answer_matching import Reply, fits, kind_of, latest_day
from handlers.acts.postponements import puts_off
from handlers.acts.statements import Statement
from handlers.acts.terms import terms
from handlers.acts.values import AnswerKind, Question
from handlers.acts.word_lists import read_patterns

_DAYS_AROUND = 7
_MIN_COMMON = 2
# A question that asks for several things.
_SEVERAL = re.compile(
    r"\band\b(?: \w+){0,2}? (?:are|describe|did|do|does|explain|has|have|how|identify|is|was|were|what|when"
    r"|where|whether|which|who|why)\b",
    re.IGNORECASE,
)
_INTERROGATIVE = re.compile(r"\b(?:how|what|when|where|whether|which|who|why)\b")


def asks_several(question: Question) -> bool:
    """Return whether a question asks for several things."""
    return _SEVERAL.search(question.text) is not None


def kind_from(
    question: Question,
    index: int,
    sentences: Sequence[Statement],
    later: Sequence[Statement],
    group: Sequence[Question],
    reply: Reply,
) -> tuple[AnswerKind | None, date | None]:
    """Return how the sentence that was chosen for a question answers it, beside those that put something off."""
    kind, until = kind_of(_with_postponement(sentences, index, group, reply), reply.day, group)
    near = [statement for statement in later if statement.paragraph == sentences[index].paragraph]
    if kind is None and len(near) < len(_paragraph_of(sentences, index)) and asks_several(question):
        # the sentence that has the question's words puts off one thing, beside what answers the other
        return "part", None
    rest = _rest_of(question, near if len(group) == 1 else later, is_alone=len(group) == 1)
    if kind == "full" and len(group) == 1 and _is_vague(question, sentences[index]):
        answer_later = [
            statement.text
            for statement in near
            if read_patterns("answers.toml")["answers_later"].search(statement.text)
        ]
        if day := latest_day(answer_later, reply.day):
            return "date", day
    if kind != "full" or rest is None:
        return kind, until
    day = latest_day([rest.text], reply.day)
    return ("date", day) if day else ("part", None)


def _is_vague(question: Question, statement: Statement) -> bool:
    """Return whether a sentence has hardly a word of a question."""
    return len(set(terms(question.text)).intersection(terms(statement.text))) < _MIN_COMMON


def _paragraph_of(sentences: Sequence[Statement], index: int) -> list[Statement]:
    return [statement for statement in sentences if statement.paragraph == sentences[index].paragraph]


def _with_postponement(
    sentences: Sequence[Statement], index: int, group: Sequence[Question], reply: Reply
) -> Sequence[Statement]:
    """Return a sentence, and if it puts off the answer the rest of its paragraph, which may name the day."""
    chosen = sentences[index]
    if not puts_off(chosen.text, group, reply.day):
        return (chosen,)
    return [
        statement
        for statement in sentences[index:]
        if statement.paragraph == chosen.paragraph and puts_off(statement.text, group, reply.day)
    ]


def _rest_of(question: Question, later: Sequence[Statement], *, is_alone: bool) -> Statement | None:
    """Return the sentence that puts off one of several things that a question asks, by its words if others ask too."""
    if not asks_several(question):
        return None
    wanted = set(terms(question.text))
    interrogatives = set(_INTERROGATIVE.findall(question.text.casefold()))
    for statement in later:
        common = wanted.intersection(terms(statement.text))
        named = interrogatives.intersection(_INTERROGATIVE.findall(statement.text.casefold()))
        if is_alone or len(common) >= _MIN_COMMON or (common and named) or (named and len(later) == 1):
            return statement
    return None


def is_partial(group: Sequence[Question], sentences: Sequence[Statement], later: Sequence[Statement]) -> bool:
    """Return whether sentences say that they are a part of the answer; `later` are those that put something off."""
    patterns = _patterns()
    wants_all = any(patterns["wants_all"].search(question.text) for question in group)
    rest_follows = wants_all and any(patterns["rest_later"].search(statement.text) for statement in later)
    return rest_follows or any(patterns["partials"].search(statement.text) for statement in sentences)


def is_early(question: Question, reply: Reply, sentences: Sequence[Statement]) -> bool:
    """Return whether a question was put off to a later day, and the sentences are rather about an action item."""
    of_items = {term for item in reply.items for term in terms(item)}
    is_of_items = any(of_items.intersection(terms(statement.text)) for statement in sentences)
    if not is_of_items or reply.put_off_until.get(question.id, reply.day) <= reply.day:
        return False
    wanted = set(terms(question.text))
    common = [(len(wanted.intersection(terms(statement.text))), statement) for statement in sentences]
    return not any(count > 1 or (count and fits(question, statement.text)) for count, statement in common)


def is_due(question: Question, reply: Reply) -> bool:
    """Return whether the day to which a question was put off is near: what the CA says now is the answer."""
    until = reply.put_off_until.get(question.id)
    return until is not None and abs((reply.day - until).days) <= _DAYS_AROUND


def _patterns() -> Mapping[str, re.Pattern[str]]:
    return read_patterns("answers.toml")
