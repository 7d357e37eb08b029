"""Answers that point at their question: by quoting it, by its number or place ("to the second question")."""

import re
from collections.abc import Mapping, Sequence

from handlers.acts.answer_matching import Reply, is_quotation, kind_of, latest_day, named_comments
from handlers.acts.postponements import puts_off
from handlers.acts.statements import Statement
from handlers.acts.terms import ORDINALS
from handlers.acts.values import Answer, Question
from handlers.acts.word_lists import read_patterns

_MAX_SENTENCES = 400
_LEAD = (
    r"(?:comment #?[0-9]{1,4}[,:]? )?"
    r"(?:(?:(?:the |our )?answers? )?(?:as |re(?:garding)?:? |to |on |for |concerning )*(?:to )?(?:(?:the|your) )?)?"
)
# "Second, ..." and "The second question ...", but not "The second, a check each morning, ...".
_ORDINAL = re.compile(
    rf"(?P<plain>{'|'.join(ORDINALS)})(?:ly\b|[,:])|{_LEAD}(?P<word>{'|'.join(ORDINALS)})"
    r"(?::| (?:question|one|point|part|half|will|is|needs?|takes?|follows?)\b)",
    re.IGNORECASE,
)
_BY_NUMBER = re.compile(
    rf"{_LEAD}(?:(?:questions?|points?|numbers?|nos?\.?)\s?#?|Q\s?|\(?)"
    r"(?P<numbers>[0-9](?:\.?(?:\s?,\s?|\s?and\s?|\s?&\s?|, and )(?:Q\s?)?[0-9]){0,9})(?=[\s.,:);]|$)",
    re.IGNORECASE,
)
_MENTIONED = re.compile(r"\bquestion\s#?(?P<number>[0-9])\b(?! of comment)", re.IGNORECASE)
# "Yes to the first, no to the second question."
_TO_EACH = re.compile(
    rf"\b(?:(?:yes|no|none|both|answers?) to|answers?) (?:the|your) (?P<word>{'|'.join(ORDINALS)})\b",
    re.IGNORECASE,
)
# One of several questions, or those that are left.
_ONE_OF_SEVERAL = re.compile(
    rf"\b(?P<word>{'|'.join(ORDINALS)}|other|last|remaining|rest of (?:the|your))"
    r" (?:questions?|ones?|parts?|points?|half|matters?|issues?|topics?)\b|\bthe (?P<left>others|rest)\b",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"\b(?:items?|points?|questions?|numbers?|nos?\.?|Q)\s?#?([0-9]{1,2})\b(?! of comment)", re.IGNORECASE
)
_LETTER = re.compile(r"\(([a-h])\)")
_DIGIT = re.compile(r"[0-9]")
_END_QUOTES = "\"'”’)"


def quoted_answers(reply: Reply, questions: Sequence[Question]) -> tuple[dict[str, Answer], frozenset[str]]:
    """Return answers to questions that the comment quotes, marked or not, by what follows each quotation.

    The second value are the ids of all questions that it quotes: those among them without an answer are left open.
    """
    statements = reply.text.statements[:_MAX_SENTENCES]
    positions: dict[str, int] = {}
    for index, statement in enumerate(statements):
        if not _may_quote(statement):
            continue
        for question in questions:
            if question.id not in positions and is_quotation(question, statement.text):
                positions[question.id] = index
    answers: dict[str, Answer] = {}
    for question in questions:
        index = positions.get(question.id, -1)
        if index < 0:
            continue
        end = min((other for other in positions.values() if other > index), default=len(statements))
        below = _first_paragraph(_own_until_quoted(statements[index + 1 : end]), len(positions) == 1)
        # Several questions in one quotation share the answer below it.
        kind, until = kind_of(below or _own_until_quoted(statements[end:]), reply.day, [question])
        if kind:
            answers[question.id] = Answer(question.id, reply.comment, kind, until)
    return answers, frozenset(positions)


def _may_quote(statement: Statement) -> bool:
    """Return whether a statement may repeat a question: a marked quotation, or the author's own question."""
    return statement.kind == "quoted" or (
        statement.kind in {"own", "heading"} and statement.text.rstrip(_END_QUOTES).endswith("?")
    )


def _own_until_quoted(statements: Sequence[Statement]) -> list[Statement]:
    """Return the author's sentences up to the next quotation that follows them."""
    own: list[Statement] = []
    for statement in statements:
        if statement.kind == "own":
            own.append(statement)
        elif statement.kind == "quoted" and own:
            break
    return own


def sentences_before_numbers(reply: Reply, questions: Sequence[Question]) -> list[Statement]:
    """Return what a comment says before it first names a question by its number."""
    group = _numbered_group(reply, questions)
    own = list(reply.outside_form)[:_MAX_SENTENCES]
    marks = (i for i, each in enumerate(own) if _numbers_of(each, own[i - 1] if i else None) & group.keys())
    return own[: next(marks, 0)]


def _first_paragraph(below: Sequence[Statement], is_last: bool) -> list[Statement]:
    """Return the sentences below the only quotation of a comment up to the end of their paragraph."""
    return [each for each in below if not is_last or each.paragraph == below[0].paragraph]


def numbered_answers(reply: Reply, questions: Sequence[Question]) -> tuple[dict[str, Answer], frozenset[str]]:
    """Return answers that give their question's number: "to the second question", "Q2:", a list's "2.".

    The second value are the ids of all questions that are named so: those among them without an answer are left open.
    """
    group = _numbered_group(reply, questions)
    if len(group) < 2 and not any(number > 1 for number in group):
        return {}, frozenset()
    own = list(reply.outside_form)[:_MAX_SENTENCES]
    letters = {_place_of(statement.letter) for statement in own if statement.letter}
    is_by_letter = bool(letters) and max(letters) <= len(group)
    marks = [
        (index, numbers)
        for index, statement in enumerate(own)
        if (
            numbers := (
                {_place_of(statement.letter)}
                if is_by_letter and statement.letter and (not index or own[index - 1].letter != statement.letter)
                else _numbers_of(statement, own[index - 1] if index else None)
            )
            & group.keys()
        )
    ]
    answers: dict[str, Answer] = {}
    for place, (index, numbers) in enumerate(marks):
        end = marks[place + 1][0] if place + 1 < len(marks) else len(own)
        kind, until = kind_of([statement for statement in own[index:end] if not is_of_others(statement)], reply.day)
        for number in numbers if kind else ():
            answers.setdefault(group[number].id, Answer(group[number].id, reply.comment, kind or "full", until))
    return answers, frozenset(group[number].id for _, numbers in marks for number in numbers)


def _place_of(letter: str) -> int:
    return ord(letter) - ord("a") + 1


def put_off_by_number(reply: Reply, questions: Sequence[Question]) -> dict[str, Answer]:
    """Return what is put off to a day by its number: "we will come back to the second question by ..."."""
    group = _numbered_group(reply, questions)
    answers: dict[str, Answer] = {}
    for statement in list(reply.outside_form)[:_MAX_SENTENCES]:
        several = _ONE_OF_SEVERAL.search(statement.text)
        if not several or not read_patterns("answers.toml")["deferrals"].search(statement.text):
            continue
        word = (several["word"] or "").casefold()
        until = latest_day([statement.text], reply.day)
        if word in ORDINALS:
            numbers = [ORDINALS.index(word) + 1]
        else:
            numbers = [max(group)] if word == "last" and group else list(group)
        for number in numbers if until else ():
            if number in group:
                answers[group[number].id] = Answer(group[number].id, reply.comment, "date", until)
    return answers


def left_for_later(reply: Reply, questions: Sequence[Question]) -> frozenset[str]:
    """Return the questions that a comment leaves open by their number, with a day or without: by their ids."""
    group = _numbered_group(reply, questions)
    waiting: set[str] = set()
    for statement in list(reply.outside_form)[:_MAX_SENTENCES]:
        several = _ONE_OF_SEVERAL.search(statement.text)
        word = ((several["word"] or "") if several else "").casefold()
        number = ORDINALS.index(word) + 1 if word in ORDINALS else max(group, default=0) if word == "last" else 0
        if number in group and puts_off(statement.text, [group[number]], reply.day):
            waiting.add(group[number].id)
    return frozenset(waiting)


def is_of_others(statement: Statement) -> bool:
    """Return whether a sentence puts off one of several questions, or those that are left, and says so."""
    is_put_off = read_patterns("answers.toml")["deferrals"].search(statement.text) is not None
    return is_put_off and _ONE_OF_SEVERAL.search(statement.text) is not None


def leaves_rest(statement: Statement) -> bool:
    """Return whether a sentence speaks of the rest, which is all where only one question is open."""
    several = _ONE_OF_SEVERAL.search(statement.text)
    return several is not None and (several["word"] or "").casefold() not in ORDINALS


def _numbered_group(reply: Reply, questions: Sequence[Question]) -> Mapping[int, Question]:
    """Return the questions, by their numbers, of the comment that is named, else of the latest that asks."""
    comments = {question.comment for question in questions}
    named = sorted(named_comments(reply.text) & comments)
    comment = named[0] if named else max(comments, default=None)
    return {question.number: question for question in questions if question.comment == comment}


def _numbers_of(statement: Statement, before: Statement | None) -> set[int]:
    """Return the numbers of the questions that a sentence says it answers."""
    if ordinal := _ORDINAL.match(statement.text):
        return {ORDINALS.index((ordinal["plain"] or ordinal["word"]).casefold()) + 1}
    if match := _BY_NUMBER.match(statement.text):
        return {int(number) for number in _DIGIT.findall(match["numbers"])}
    begins_paragraph = before is None or before.paragraph != statement.paragraph
    if statement.number and begins_paragraph and "action" not in statement.section:
        return {statement.number}
    numbers = {int(match["number"]) for match in _MENTIONED.finditer(statement.text)}
    return numbers | {ORDINALS.index(match["word"].casefold()) + 1 for match in _TO_EACH.finditer(statement.text)}


def withdrawn_by_number(own: Sequence[Statement], questions: Sequence[Question]) -> list[Question]:
    """Return the questions of the latest comment that their asker takes back by their numbers."""
    latest = max((question.comment for question in questions), default=None)
    group = {question.number: question for question in questions if question.comment == latest}
    numbers: set[int] = set()
    for statement in own:
        if read_patterns("answers.toml")["withdrawals"].search(statement.text):
            numbers |= {int(number) for number in _TAKEN_BACK.findall(statement.text)}
            numbers |= {_place_of(letter) for letter in _LETTER.findall(statement.text)}
            ordinals = _ONE_OF_SEVERAL.finditer(statement.text)
            words = [(match["word"] or "").casefold() for match in ordinals]
            numbers |= {ORDINALS.index(word) + 1 for word in words if word in ORDINALS}
    return [question for number, question in group.items() if number in numbers]
