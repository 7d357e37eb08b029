"""Match the CA's comments with the open questions: which is answered, in whole or in part, or put off to a date.

A question is matched by its quotation, by its number or order ("to the second question"), by the comment that is named
("Regarding comment 5"), by its words, and, where nothing else tells, by the order of questions and sentences.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from handlers.acts.answer_assignment import answers_by_place, assign
from handlers.acts.answer_matching import (
    Reply,
    best_sentence,
    fits,
    is_quotation,
    kind_of,
    latest_day,
    mentioned_comments,
    named_comments,
)
from handlers.acts.answer_pointers import (
    is_of_others,
    left_for_later,
    numbered_answers,
    put_off_by_number,
    quoted_answers,
    withdrawn_by_number,
)
from handlers.acts.figures import is_figure
from handlers.acts.item_references import with_numbers
from handlers.acts.postponements import puts_off
from handlers.acts.statements import CommentText, Statement
from handlers.acts.terms import terms
from handlers.acts.values import Answer, Question, Role
from handlers.acts.word_lists import read_patterns

_MAX_OPEN = 60  # open questions that are compared; a bug with more is nobody's
_MAX_SENTENCES, _MAX_PIECES = 400, 10
_DAYS_AROUND = 7
_MIN_COMMON = 2
# A question that asks for several things.
_SEVERAL = re.compile(
    r"\b(?:and|or)\b(?: \w+){0,2}? (?:are|describe|did|do|does|explain|has|have|how|identify|is|was|were|what|when|where"
    r"|whether|which|who|why)\b",
    re.IGNORECASE,
)
_INTERROGATIVE = re.compile(r"\b(?:how|what|when|where|whether|which|who|why)\b")
# A few words without a verb say nothing by themselves, so they answer.
_ELLIPTIC = re.compile(
    r"(?:about|all|around|at|because|both|by|every|for|from|in|just|none|of|on|only|since|some|through|to|until|with)\b"
    r"(?:(?! (?:are|can|did|do|does|had|has|have|is|was|we|were|will)\b) [^\s]+){1,7}",
    re.IGNORECASE,
)


def find_answers(reply: Reply, open_questions: Sequence[Question]) -> tuple[Answer, ...]:
    """Return what a comment of the CA does about the questions that are open. Never raises."""
    questions = list(open_questions[:_MAX_OPEN])
    if not questions:
        return ()
    answers, quoted = quoted_answers(reply, questions)
    by_number, numbered = numbered_answers(reply, [question for question in questions if question.id not in quoted])
    answers |= by_number
    if not (answers or quoted):
        answers |= answers_by_place(reply, questions, _sentences(reply, questions))
    has_pointers = bool(answers or quoted)
    answers |= put_off_by_number(reply, [question for question in questions if question.id not in answers])
    waiting = left_for_later(reply, questions) | quoted | numbered
    rest = [question for question in questions if question.id not in answers and question.id not in waiting]
    named = named_comments(reply.text) - reply.by_ca
    sentences = _sentences(reply, questions)
    for comment in sorted(named):
        group = [question for question in rest if question.comment == comment]
        answers |= _in_order(reply, group, _about_comment(comment, sentences, named), is_named=True)
    others = [question for question in rest if question.comment not in named]
    if has_pointers or named:
        answers |= _by_words(reply, others, sentences)
    else:
        answers |= _in_order(reply, others, sentences, is_named=False)
    if reply.is_report:
        for question in rest:
            # What is promised for a day after the report is not expected in it.
            until = reply.put_off_until.get(question.id, reply.day)
            if question.comment == 0 or (reply.text.own and until <= reply.day):
                answers.setdefault(question.id, Answer(question.id, reply.comment, "full"))
    order = [question.id for question in questions]
    return tuple(sorted(answers.values(), key=lambda answer: order.index(answer.question)))


def passes_over(reply: Reply) -> bool:
    """Return whether a comment of the CA says something of its own: what it leaves unanswered then, it passed over."""
    is_status = any(_patterns()["statuses"].search(statement.text) for statement in reply.outside_form[:1])
    is_put_off = any(puts_off(statement.text, (), reply.day) for statement in reply.outside_form)
    own = [statement for statement in _sentences(reply, ()) if not _is_of_items(terms(statement.text), reply.items)]
    return bool(own) and not (is_status or is_put_off or reply.changes_items or reply.is_report)


def _is_of_items(words: Collection[str], items: Sequence[str]) -> bool:
    """Return whether these are at least half of an action item's words."""
    return any(2 * len(item.intersection(words)) >= len(item) for item in map(set, map(terms, items)) if item)


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
    chosen = [question for question in mine if question.comment in named] or (mine if not named else [])
    quoted = [question for question in mine if _is_quoted(question, text)]
    words = {term for statement in own for term in terms(statement.text)}
    # "Publication is not essential; disregard that question."
    quoted = quoted or [question for question in chosen if words.intersection(terms(question.text))]
    return tuple(Answer(question.id, comment, "withdrawn") for question in quoted or chosen)


def _is_quoted(question: Question, text: CommentText) -> bool:
    return any(statement.kind == "quoted" and is_quotation(question, statement.text) for statement in text.statements)


def _sentences(reply: Reply, questions: Sequence[Question]) -> list[Statement]:
    """Return the sentences that may answer: no courtesies, no progress of items, nothing quoted, nothing asked."""
    patterns = _patterns()
    pieces = [
        replace(statement, text=piece)
        for statement in list(reply.outside_form)[:_MAX_SENTENCES]
        if not statement.text.endswith(("?", ":")) and not _is_figure(statement, reply, questions)
        for piece in _before_items(_after_courtesy(statement.text)).split("; ", _MAX_PIECES)
        if piece
    ]
    return [
        piece
        for piece in pieces
        if patterns["deferrals"].search(piece.text)
        or patterns["yes_no"].match(piece.text)
        or not patterns["statuses"].search(with_numbers(piece.text))
    ]


def _is_figure(statement: Statement, reply: Reply, questions: Sequence[Question]) -> bool:
    """Return whether a sentence tells how far a revocation is, if that is not what a question asks for."""
    if not reply.gives_figures or not is_figure(statement.text):
        return False
    return not any(is_figure(question.text) for question in questions)


def _before_items(sentence: str) -> str:
    """Return a sentence without the progress of items behind its colon ("It needs none: item 1 is done")."""
    before, _, behind = sentence.partition(": ")
    reference = read_patterns("items.toml")["reference"]
    return before if reference.search(behind) and not reference.search(before) else sentence


def _after_courtesy(sentence: str) -> str:
    """Return a sentence, of a courtesy only what stands after its colon ("Sorry for the delay: no.")."""
    if not _patterns()["courtesies"].search(sentence):
        return sentence
    return sentence.partition(": ")[2]


def _in_order(
    reply: Reply, group: Sequence[Question], sentences: Sequence[Statement], *, is_named: bool
) -> dict[str, Answer]:
    """Return answers of a comment that replies to all questions of one comment, or to whatever is open."""
    patterns = _patterns()
    if not sentences or not group:
        return {}
    first = (
        sentences[0].text if reply.outside_form[0].text.startswith(sentences[0].text) else reply.outside_form[0].text
    )
    is_status = bool(patterns["statuses"].search(first)) and not patterns["deferrals"].search(first)
    if is_status and not is_named:
        turn = next((i for i, piece in enumerate(sentences) if patterns["turns"].search(piece.text)), None)
        if turn is None:
            return _by_words(reply, group, sentences)
        sentences = sentences[turn:]
    # What puts off "the second question" alone leaves the others as they are.
    later = [statement for statement in sentences if puts_off(statement.text, group, reply.day)]
    put_off = [statement for statement in later if not is_of_others(statement)]
    substance = [statement for statement in sentences if statement not in later]
    if any(patterns["answers_then"].search(statement.text) for statement in put_off):
        until = latest_day([statement.text for statement in sentences], reply.day)
        return {question.id: Answer(question.id, reply.comment, "date", until) for question in group} if until else {}
    is_first = bool(put_off) and put_off[0] is sentences[0]
    needs_words = is_first or any(
        patterns["of_the_answer"].search(statement.text) or patterns["answers_later"].search(statement.text)
        for statement in put_off
    )
    names_it = is_named and any(
        mentioned_comments(statement.text) & {question.comment for question in group} for statement in put_off
    )
    if put_off and (names_it or not _is_substantial(substance, group, needs_words=needs_words)):
        until = latest_day([statement.text for statement in sentences], reply.day)
        return {question.id: Answer(question.id, reply.comment, "date", until) for question in group} if until else {}
    if not is_named:
        group = [question for question in group if not _is_early(question, reply, substance)]
    if not group or (not is_named and not _is_about(reply, group, sentences)):
        return {}
    is_due = {question.id for question in group if _is_due(question, reply)}
    begun = {question.id for question in group if question.comment in reply.begun and not is_named} - is_due
    put_off_before = {q.id for q in group if reply.put_off_until.get(q.id, reply.day) > reply.day}
    part = _is_partial(group, sentences, later)
    answers: dict[str, Answer] = {}
    by_id = {question.id: question for question in group}
    for question, index in assign(group, sentences, begun, put_off_before, names_comment=is_named).items():
        kind, until = kind_of(_with_postponement(sentences, index, group, reply), reply.day, group)
        rest = _rest_of(by_id[question], later)
        if kind == "full" and rest:
            day = latest_day([rest.text], reply.day)
            kind, until = ("date", day) if day else ("part", None)
        if kind and not (kind == "date" and until is None):
            answers[question] = Answer(question, reply.comment, "part" if part else kind, until)
    return answers


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


def _rest_of(question: Question, later: Sequence[Statement]) -> Statement | None:
    """Return the sentence that puts off one of several things that a question asks, by its words."""
    if not _SEVERAL.search(question.text):
        return None
    wanted = set(terms(question.text))
    interrogatives = set(_INTERROGATIVE.findall(question.text.casefold()))
    for statement in later:
        common = wanted.intersection(terms(statement.text))
        named = interrogatives.intersection(_INTERROGATIVE.findall(statement.text.casefold()))
        if len(common) >= _MIN_COMMON or (common and named) or (named and len(later) == 1):
            return statement
    return None


def _is_partial(group: Sequence[Question], sentences: Sequence[Statement], later: Sequence[Statement]) -> bool:
    """Return whether sentences say that they are a part of the answer; `later` are those that put something off."""
    patterns = _patterns()
    wants_all = any(patterns["wants_all"].search(question.text) for question in group)
    rest_follows = wants_all and any(patterns["rest_later"].search(statement.text) for statement in later)
    return rest_follows or any(patterns["partials"].search(statement.text) for statement in sentences)


def _is_early(question: Question, reply: Reply, sentences: Sequence[Statement]) -> bool:
    """Return whether a question was put off to a later day, and the sentences are rather about an action item."""
    of_items = {term for item in reply.items for term in terms(item)}
    is_of_items = any(of_items.intersection(terms(statement.text)) for statement in sentences)
    if not is_of_items or reply.put_off_until.get(question.id, reply.day) <= reply.day:
        return False
    wanted = set(terms(question.text))
    common = [(len(wanted.intersection(terms(statement.text))), statement) for statement in sentences]
    return not any(count > 1 or (count and fits(question, statement.text)) for count, statement in common)


def _is_due(question: Question, reply: Reply) -> bool:
    """Return whether the day to which a question was put off has just come: what the CA says now is the answer."""
    until = reply.put_off_until.get(question.id)
    return until is not None and -1 <= (reply.day - until).days <= _DAYS_AROUND


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


def _is_substantial(substance: Sequence[Statement], group: Sequence[Question], *, needs_words: bool) -> bool:
    """Return whether a comment that puts an answer off says enough besides to be one.

    Where it is the answer itself that is put off (`needs_words`), the rest has to be about the question.
    """
    if not substance or not needs_words:
        return bool(substance)
    return any(best_sentence(question, substance, {}, group)[1] > 0 for question in group)


def _is_about(reply: Reply, group: Sequence[Question], sentences: Sequence[Statement]) -> bool:
    """Return whether a comment that names no other answers a question rather than telling of the action items."""
    reply_terms = {term for statement in sentences for term in terms(statement.text)}
    if _is_evident(reply, group, sentences, reply_terms):
        return True
    if reply.items and all(read_patterns("items.toml")["reference"].search(statement.text) for statement in sentences):
        return False
    # What the CA passed over once needs a sign that it is answered now.
    if reply.changes_items or all(question.comment in reply.begun for question in group):
        return False
    return not _is_of_items(reply_terms, reply.items)


def _is_evident(
    reply: Reply, group: Sequence[Question], sentences: Sequence[Statement], reply_terms: Collection[str]
) -> bool:
    """Return whether something shows that a comment answers: its form, its day, its words, or what was asked."""
    first = sentences[0].text
    if _ELLIPTIC.fullmatch(first) or any(fits(question, first) for question in group):
        return True
    if any(_is_due(question, reply) for question in group) and not _is_of_items(terms(first), reply.items):
        return True
    if any(not set(terms(question.text)).isdisjoint(reply_terms) for question in group):
        return True
    if any(_patterns()["turns"].search(statement.text) for statement in sentences):
        return True
    about_items = (_patterns()["progress"], read_patterns("items.toml")["reference"])
    return any(pattern.search(question.text) for pattern in about_items for question in group)


def _by_words(reply: Reply, group: Sequence[Question], sentences: Sequence[Statement]) -> dict[str, Answer]:
    """Return answers in a comment that is about something else: only where the words agree well."""
    answers: dict[str, Answer] = {}
    for question in group:
        wanted = set(terms(question.text))
        for statement in sentences:
            common = wanted.intersection(terms(statement.text))
            enough = max(min(2, len(wanted) - 1), (len(wanted) + 1) // 2)
            if len(common) >= max(1, enough) or (len(common) >= 2 and fits(question, statement.text)):
                kind, until = kind_of([statement], reply.day, [question])
                if kind:
                    answers[question.id] = Answer(question.id, reply.comment, kind, until)
                    break
    return answers


def _patterns() -> Mapping[str, re.Pattern[str]]:
    return read_patterns("answers.toml")
