"""Answers of a comment that replies to all questions of one comment, or to whatever is open, by words and order."""

import re
from collections.abc import Collection, Mapping, Sequence

from handlers.acts.answer_assignment import assign
from handlers.acts.answer_matching import Reply, best_sentence, fits, kind_of, latest_day, mentioned_comments
from handlers.acts.answer_pointers import is_of_others, leaves_rest
from handlers.acts.answering_sentences import is_of_items
from handlers.acts.partial_answers import asks_several, is_due, is_early, is_partial, kind_from
from handlers.acts.postponements import puts_off
from handlers.acts.statements import Statement
from handlers.acts.terms import terms
from handlers.acts.values import Answer, Question
from handlers.acts.word_lists import read_patterns

# "What the move has to do with it will be in the report" puts off another matter than the one before it.
_OTHER_MATTER = re.compile(r"(?:how|what|when|where|whether|which|who|why)\b", re.IGNORECASE)
_BEGINNING = 24  # characters in which a sentence on an item names it
# A few words without a verb say nothing by themselves, so they answer.
_ELLIPTIC = re.compile(
    r"(?:about|all|around|at|because|both|by|every|for|from|in|just|none|of|on|only|since|some|through|to|until|with)\b"
    r"(?:(?! (?:are|can|did|do|does|had|has|have|is|was|we|were|will)\b) [^\s]+){1,7}",
    re.IGNORECASE,
)


def answers_in_order(
    reply: Reply, group: Sequence[Question], sentences: Sequence[Statement], *, is_named: bool
) -> dict[str, Answer]:
    """Return answers of a comment that replies to all questions of one comment, or to whatever is open."""
    if not sentences or not group:
        return {}
    if not is_named and _begins_with_status(reply, sentences):
        turn = next((i for i, piece in enumerate(sentences) if _patterns()["turns"].search(piece.text)), None)
        if turn is None:
            return answers_by_words(reply, group, sentences)
        sentences = sentences[turn:]
    later = [statement for statement in sentences if puts_off(statement.text, group, reply.day)]
    substance = [statement for statement in sentences if statement not in later]
    postponed = _postponed_all(reply, group, sentences, later, substance, is_named=is_named)
    if postponed is not None:
        return postponed
    if not is_named:
        group = [question for question in group if not is_early(question, reply, substance)]
    if not group or (not is_named and not _is_about(reply, group, sentences)):
        return {}
    return _answers_chosen(reply, group, sentences, later, is_named=is_named)


def _answers_chosen(
    reply: Reply,
    group: Sequence[Question],
    sentences: Sequence[Statement],
    later: Sequence[Statement],
    *,
    is_named: bool,
) -> dict[str, Answer]:
    """Return how each question is answered by the sentence that suits it; `later` are those that put something off."""
    due = {question.id for question in group if is_due(question, reply)}
    begun = {question.id for question in group if question.comment in reply.begun and not is_named} - due
    put_off_before = {q.id for q in group if reply.put_off_until.get(q.id, reply.day) > reply.day}
    part = is_partial(group, sentences, later)
    if not any(map(asks_several, group)):
        sentences = [each for each in sentences if each not in later or not _is_other_matter(each, reply)]
    chosen = assign(group, sentences, begun, put_off_before, names_comment=is_named)
    put_off = [
        statement
        for statement in sentences
        if puts_off(statement.text, group, reply.day) and not is_of_others(statement)
    ]
    answers: dict[str, Answer] = {}
    for question in group:
        if question.id in chosen:
            kind, until = kind_from(question, chosen[question.id], sentences, put_off, group, reply)
            if kind and not (kind == "date" and until is None):
                answers[question.id] = Answer(question.id, reply.comment, "part" if part else kind, until)
    return answers


def _begins_with_status(reply: Reply, sentences: Sequence[Statement]) -> bool:
    """Return whether a comment begins as an update that reports the state of the work."""
    patterns, first = _patterns(), reply.outside_form[0].text
    first = sentences[0].text if first.startswith(sentences[0].text) else first
    return bool(patterns["statuses"].search(first)) and not patterns["deferrals"].search(first)


def _is_other_matter(statement: Statement, reply: Reply) -> bool:
    """Return whether a sentence puts off another matter, without a day."""
    return _OTHER_MATTER.match(statement.text) is not None and not latest_day([statement.text], reply.day)


def _postponed_all(
    reply: Reply,
    group: Sequence[Question],
    sentences: Sequence[Statement],
    later: Sequence[Statement],
    substance: Sequence[Statement],
    *,
    is_named: bool,
) -> dict[str, Answer] | None:
    """Return what becomes of questions that a comment puts off as a whole, None if it does not.

    `later` are the sentences that put something off, `substance` are the others.
    """
    patterns = _patterns()
    # What puts off "the second question" alone leaves the others as they are.
    is_rest = [statement for statement in later if len(group) == 1 and leaves_rest(statement)]
    put_off = [statement for statement in later if statement in is_rest or not is_of_others(statement)]
    is_first = bool(put_off) and put_off[0] is sentences[0]
    needs_words = (
        is_first
        or bool(is_rest)
        or any(
            patterns["of_the_answer"].search(statement.text) or patterns["answers_later"].search(statement.text)
            for statement in put_off
            if is_first or not _OTHER_MATTER.match(statement.text)
        )
    )
    comments = {question.comment for question in group}
    is_of_all = any(
        patterns["answers_then"].search(statement.text)
        or (is_named and not comments.isdisjoint(mentioned_comments(statement.text)))
        for statement in put_off
    )
    is_due_now = bool(substance) and any(is_due(question, reply) for question in group)
    if not put_off or not (is_of_all or not (is_due_now or _is_substantial(substance, group, needs_words=needs_words))):
        return None
    until = latest_day([statement.text for statement in sentences], reply.day)
    return {question.id: Answer(question.id, reply.comment, "date", until) for question in group} if until else {}


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
    return not is_of_items(reply_terms, reply.items)


def _is_evident(
    reply: Reply, group: Sequence[Question], sentences: Sequence[Statement], reply_terms: Collection[str]
) -> bool:
    """Return whether something shows that a comment answers: its form, its day, its words, or what was asked."""
    first = sentences[0].text
    is_of_item = reply.items and read_patterns("items.toml")["reference"].search(first[:_BEGINNING])
    if _ELLIPTIC.fullmatch(first) or (not is_of_item and any(fits(question, first) for question in group)):
        return True
    if any(is_due(question, reply) for question in group) and not is_of_items(terms(first), reply.items):
        return True
    if any(not set(terms(question.text)).isdisjoint(reply_terms) for question in group):
        return True
    reference = read_patterns("items.toml")["reference"]
    turning = (statement.text for statement in sentences if _patterns()["turns"].search(statement.text))
    if any(not reference.search(text.partition(":")[0]) for text in turning):
        return True
    about_items = (_patterns()["progress"], reference)
    return any(pattern.search(question.text) for pattern in about_items for question in group)


def answers_by_words(reply: Reply, group: Sequence[Question], sentences: Sequence[Statement]) -> dict[str, Answer]:
    """Return answers in a comment that is about something else: only where the words agree well."""
    answers: dict[str, Answer] = {}
    for question in group:
        wanted = set(terms(question.text))
        for statement in sentences:
            common = wanted.intersection(terms(statement.text))
            # what puts off an answer has few of its words
            is_later = puts_off(statement.text, [question], reply.day)
            enough = 1 if is_later else max(min(2, len(wanted) - 1), (len(wanted) + 1) // 2)
            if len(common) >= max(1, enough) or (len(common) >= 2 and fits(question, statement.text)):
                kind, until = kind_of([statement], reply.day, [question])
                if kind:
                    answers[question.id] = Answer(question.id, reply.comment, kind, until)
                    break
    return answers


def _patterns() -> Mapping[str, re.Pattern[str]]:
    return read_patterns("answers.toml")
