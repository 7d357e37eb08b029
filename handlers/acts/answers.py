"""Match the CA's comments with the open questions: which is answered, in whole or in part, or put off to a date.

A question is matched by its quotation, by its number or order ("to the second question"), by the comment that is named
("Regarding comment 5"), by its words, and, where nothing else tells, by the order of questions and sentences.
"""

import re
from collections.abc import Collection, Mapping, Sequence

from handlers.acts.answer_assignment import answers_by_place
from handlers.acts.answer_matching import Reply, mentioned_comments, named_comments
from handlers.acts.answer_pointers import (
    left_for_later,
    numbered_answers,
    put_off_by_number,
    quoted_answers,
    sentences_before_numbers,
)
from handlers.acts.answering_sentences import answering_sentences, is_of_items
from handlers.acts.answers_in_order import answers_by_words, answers_in_order
from handlers.acts.postponements import puts_off
from handlers.acts.statements import Statement
from handlers.acts.terms import terms
from handlers.acts.values import Answer, Question
from handlers.acts.word_lists import read_patterns

_MAX_OPEN = 60  # open questions that are compared; a bug with more is nobody's


def find_answers(reply: Reply, open_questions: Sequence[Question]) -> tuple[Answer, ...]:
    """Return what a comment of the CA does about the questions that are open. Never raises."""
    questions = list(open_questions[:_MAX_OPEN])
    if not questions:
        return ()
    answers, quoted = quoted_answers(reply, questions)
    by_number, numbered = numbered_answers(reply, [question for question in questions if question.id not in quoted])
    answers |= by_number
    if not (answers or quoted):
        answers |= answers_by_place(reply, questions, answering_sentences(reply, questions))
    has_pointers = bool(answers or quoted)
    answers |= put_off_by_number(reply, [question for question in questions if question.id not in answers])
    waiting = left_for_later(reply, questions) | quoted | numbered
    rest = [question for question in questions if question.id not in answers and question.id not in waiting]
    named = named_comments(reply.text) - reply.by_ca
    sentences = answering_sentences(reply, questions)
    for comment in sorted(named):
        group = [question for question in rest if question.comment == comment]
        if any(
            question.comment == comment for question in questions if question.id in waiting or question.id in answers
        ):
            # what is not pointed at, though others are, needs a sign
            answers |= answers_by_words(reply, group, sentences)
            continue
        answers |= answers_in_order(reply, group, _about_comment(comment, sentences, named), is_named=True)
    others = [question for question in rest if question.comment not in named]
    if numbered and not quoted and not named:
        answers |= _answers_before_numbers(reply, questions, others, numbered)
        others = [question for question in others if question.id not in answers]
    if has_pointers or named:
        answers |= answers_by_words(reply, others, sentences)
    else:
        answers |= answers_in_order(reply, others, sentences, is_named=False)
    if reply.is_report:
        for question in rest:
            # What is promised for a day after the report is not expected in it.
            until = reply.put_off_until.get(question.id, reply.day)
            if question.comment == 0 or (reply.text.own and until <= reply.day):
                answers.setdefault(question.id, Answer(question.id, reply.comment, "full"))
    order = [question.id for question in questions]
    return tuple(sorted(answers.values(), key=lambda answer: order.index(answer.question)))


def _answers_before_numbers(
    reply: Reply, questions: Sequence[Question], others: Sequence[Question], numbered: Collection[str]
) -> dict[str, Answer]:
    """Return answers to the questions before the first one that a comment names, by what stands before that."""
    before = sentences_before_numbers(reply, questions)
    sentences = [
        sentence
        for sentence in answering_sentences(reply, questions)
        if any(sentence.paragraph == each.paragraph and sentence.text in each.text for each in before)
    ]
    latest, first = max(question.comment for question in questions), min(_number_of(each) for each in numbered)
    group = [question for question in others if question.comment == latest and _number_of(question.id) < first]
    return answers_in_order(reply, group, sentences, is_named=False)


def _number_of(question: str) -> int:
    return int(question.partition("q")[2])


def passes_over(reply: Reply) -> bool:
    """Return whether a comment of the CA says something of its own: what it leaves unanswered then, it passed over."""
    is_status = any(_patterns()["statuses"].search(statement.text) for statement in reply.outside_form[:1])
    is_put_off = any(puts_off(statement.text, (), reply.day) for statement in reply.outside_form)
    own = [
        statement for statement in answering_sentences(reply, ()) if not is_of_items(terms(statement.text), reply.items)
    ]
    return bool(own) and not (is_status or is_put_off or reply.changes_items or reply.is_report)


def _about_comment(comment: int, sentences: Sequence[Statement], named: Collection[int]) -> Sequence[Statement]:
    """Return the sentences from where a comment is named to where another one is; all if only one is named."""
    if len(named) < 2:
        return sentences
    about: list[Statement] = []
    is_about = False
    for statement in sentences:
        mentioned = mentioned_comments(statement.text)
        if mentioned & set(named):
            is_about = comment in mentioned
        if is_about:
            about.append(statement)
    return about or sentences


def _patterns() -> Mapping[str, re.Pattern[str]]:
    return read_patterns("answers.toml")
