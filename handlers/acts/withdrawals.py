"""Find the questions that their asker takes back."""

import re
from collections.abc import Mapping, Sequence

from handlers.acts.answer_matching import is_quotation, named_comments
from handlers.acts.answer_pointers import withdrawn_by_number
from handlers.acts.statements import CommentText
from handlers.acts.terms import terms
from handlers.acts.values import Answer, Question, Role
from handlers.acts.word_lists import read_patterns


def find_withdrawals(
    comment: int, text: CommentText, role: Role, open_questions: Sequence[tuple[Question, bool]]
) -> tuple[Answer, ...]:
    """Return the questions that their asker takes back; each comes with whether this comment's author asked it."""
    own = text.own
    if role in {"ca", "automation"} or not any(_patterns()["withdrawals"].search(statement.text) for statement in own):
        return ()
    named = named_comments(text)
    mine = [question for question, is_mine in open_questions if is_mine]
    if numbered := withdrawn_by_number(own, mine):
        return tuple(Answer(question.id, comment, "withdrawn") for question in numbered)
    last = max((question.comment for question in mine), default=None)
    latest = [question for question in mine if question.comment == last]
    chosen = [question for question in mine if question.comment in named] or (latest if named else mine)
    quoted = [question for question in mine if _is_quoted(question, text)]
    words = {term for statement in own for term in terms(statement.text)}
    # "Publication is not essential; disregard that question."
    quoted = quoted or [question for question in chosen if words.intersection(terms(question.text))]
    return tuple(Answer(question.id, comment, "withdrawn") for question in quoted or chosen)


def _is_quoted(question: Question, text: CommentText) -> bool:
    return any(statement.kind == "quoted" and is_quotation(question, statement.text) for statement in text.statements)


def _patterns() -> Mapping[str, re.Pattern[str]]:
    return read_patterns("answers.toml")
