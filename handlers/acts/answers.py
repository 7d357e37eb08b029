"""Match the CA's comments with the open questions: which is answered, in whole or in part, or put off to a date.

A question is matched by its quotation, by its number or order ("to the second question"), by the comment that is named
("Regarding comment 5"), by its words, and, where nothing else tells, by the order of questions and sentences.
"""

import re
from collections.abc import Collection, Mapping, Sequence

from handlers.acts.addressed_answers import group_by_addressee
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
    matching = _Matching(reply, questions)
    matching.by_pointers()
    matching.put_off()
    matching.by_comments()
    matching.by_the_rest()
    if reply.is_report:
        matching.by_report()
    return tuple(matching.answers[question.id] for question in questions if question.id in matching.answers)


class _Matching:
    """What a reply does about open questions, found step by step: what points at a question comes first."""

    def __init__(self, reply: Reply, questions: Sequence[Question]) -> None:
        self.answers: dict[str, Answer] = {}
        self._reply = reply
        self._questions = questions
        self._sentences = answering_sentences(reply, questions)
        self._comments = named_comments(reply.text) - reply.by_ca
        self._quoted: frozenset[str] = frozenset()
        self._numbered: frozenset[str] = frozenset()
        self._rest: list[Question] = []
        self._has_pointers = False
        self._pointed: set[str] = set()

    def by_pointers(self) -> None:
        """Match what is quoted, named by number or place, or put to whoever asked."""
        self.answers, self._quoted = quoted_answers(self._reply, self._questions)
        unquoted = [question for question in self._questions if question.id not in self._quoted]
        by_number, self._numbered = numbered_answers(self._reply, unquoted)
        self.answers |= by_number
        if not (self.answers or self._quoted):
            self.answers |= answers_by_place(self._reply, self._questions, self._sentences)
        for group, part in group_by_addressee(self._sentences, self._questions):
            self.answers |= answers_in_order(self._reply, self._without_answer(group), part, is_named=True)
        self._has_pointers = bool(self.answers or self._quoted)
        self._pointed = {*self.answers, *self._quoted, *self._numbered}

    def put_off(self) -> None:
        """Note what is put off by its number; what is pointed at and not answered is left open."""
        self.answers |= put_off_by_number(self._reply, self._without_answer(self._questions))
        waiting = left_for_later(self._reply, self._questions) | self._quoted | self._numbered
        self._rest = [question for question in self._without_answer(self._questions) if question.id not in waiting]

    def by_comments(self) -> None:
        """Match the questions of the comments that the reply names."""
        left = {question.id for question in self._rest}
        for comment in sorted(self._comments):
            questions = [question for question in self._questions if question.comment == comment]
            group = [question for question in questions if question.id in left]
            if len(group) < len(questions):
                # what is not pointed at, though others are, needs a sign
                self.answers |= answers_by_words(self._reply, group, self._sentences)
            else:
                about = _about_comment(comment, self._sentences, self._comments)
                self.answers |= answers_in_order(self._reply, group, about, is_named=True)

    def by_the_rest(self) -> None:
        """Match the questions of other comments: by their words if something is pointed at, else by order too."""
        others = [question for question in self._rest if question.comment not in self._comments]
        if self._numbered and not self._quoted and not self._comments:
            self.answers |= self._before_numbers(others)
            others = self._without_answer(others)
        if self._has_pointers or self._comments:
            self.answers |= answers_by_words(self._reply, others, self._sentences)
        else:
            self.answers |= answers_in_order(self._reply, others, self._sentences, is_named=False)

    def by_report(self) -> None:
        """Take the report for the answer to all that was asked before, except what was put off to a later day."""
        pointed = {question.comment for question in self._questions if question.id in self._pointed}
        for question in self._rest:
            if question.comment in pointed:
                continue  # of that comment the report says what it answers
            until = self._reply.put_off_until.get(question.id, self._reply.day)
            if question.comment == 0 or (self._reply.text.own and until <= self._reply.day):
                self.answers.setdefault(question.id, Answer(question.id, self._reply.comment, "full"))

    def _before_numbers(self, others: Sequence[Question]) -> dict[str, Answer]:
        """Return answers to the questions before the first one that is named, by what stands before that."""
        before = sentences_before_numbers(self._reply, self._questions)
        sentences = [
            sentence
            for sentence in self._sentences
            if any(sentence.paragraph == each.paragraph and sentence.text in each.text for each in before)
        ]
        latest = max(question.comment for question in self._questions)
        first = min(question.number for question in self._questions if question.id in self._numbered)
        group = [question for question in others if question.comment == latest and question.number < first]
        return answers_in_order(self._reply, group, sentences, is_named=False)

    def _without_answer(self, questions: Sequence[Question]) -> list[Question]:
        return [question for question in questions if question.id not in self.answers]


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
