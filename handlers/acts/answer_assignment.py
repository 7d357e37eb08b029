"""Which sentence of a reply answers which question, by the words that they share and by their order."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import groupby

from handlers.acts.answer_matching import Reply, best_sentence, kind_of, named_comments
from handlers.acts.statements import Statement
from handlers.acts.terms import terms
from handlers.acts.values import Answer, Question
from handlers.acts.word_lists import read_patterns

# What is asked for the case that the answer before is a yes, or a no.
_IF_SO = re.compile(
    r"\W*(?:and |or |but )?if (?:so|yes|not|no|it (?:is|was|does|did)|they (?:are|were|do|did))\b", re.IGNORECASE
)
_SHORT_ANSWER, _SHORT_LIST = 5, 8  # words
# So many words in common need no other sign; so many are one.
_SURE, _SIGN, _SIGN_NEEDED = 2.0, 0.75, 1.25
_MIN_PAIR = 4  # of two paragraphs both have to suit, of more one
_MAX_LOSS = 1.0  # of the words that would suit best in any order


def assign(
    group: Sequence[Question],
    sentences: Sequence[Statement],
    needing_words: Collection[str],
    put_off: Collection[str] = (),
    *,
    names_comment: bool = False,
) -> dict[str, int]:
    """Return the sentence that answers each question, by its index; a question that none answers is left out.

    Words decide first. The first question of the latest comment needs none, and others do without where there is a
    sentence for each. The questions of the ids `needing_words` need them in any case, those that were `put_off` to a
    day still to come where another question is answered. A reply that `names_comment` goes through its questions to the
    last one.
    """
    assignment = _Assignment(group, sentences, needing_words)
    assignment.by_words(at_least=_SURE)
    if assignment.chosen:
        assignment.needing_words |= frozenset(put_off)
    assignment.main_question()
    assignment.by_words(at_least=_SIGN, only_free=True)
    assignment.by_order()
    if names_comment:
        assignment.last_to_last()
    assignment.one_for_all()
    return assignment.chosen


def answers_by_place(reply: Reply, questions: Sequence[Question], sentences: Sequence[Statement]) -> dict[str, Answer]:
    """Return answers of a reply with as many paragraphs or list items as the comment that it answers has questions.

    Empty if the words rather suit another order.
    """
    named = named_comments(reply.text) & {question.comment for question in questions}
    comment = max(named or {question.comment for question in questions})
    group = [question for question in questions if question.comment == comment]
    blocks = [list(block) for _, block in groupby(sentences, lambda statement: statement.paragraph)]
    if len(group) < 2 or len(blocks) != len(group) or len(named) > 1:
        return {}
    scores = [[best_sentence(question, block, {}, group)[1] for block in blocks] for question in group]
    in_place = [row[place] for place, row in enumerate(scores)]
    if sum(in_place) < sum(map(max, scores)) - _MAX_LOSS or sum(map(bool, in_place)) < max(_MIN_PAIR // len(group), 1):
        return {}
    answers = {}
    for question, block in zip(group, blocks, strict=True):
        kind, until = kind_of(block, reply.day, [question])
        if kind:
            answers[question.id] = Answer(question.id, reply.comment, kind, until)
    return answers


class _Assignment:
    """The sentences that were chosen so far for the questions of a group."""

    def __init__(
        self, group: Sequence[Question], sentences: Sequence[Statement], needing_words: Collection[str]
    ) -> None:
        self.chosen: dict[str, int] = {}
        self._group = group
        self._sentences = sentences
        self.needing_words = frozenset(needing_words)
        self._used: Counter[int] = Counter()

    def by_words(self, at_least: float, *, only_free: bool = False) -> None:
        """Choose for each question the sentence that suits it so well."""
        for question in self._left():
            index, score = self._best(question)
            needed = max(at_least, _SIGN_NEEDED if question.id in self.needing_words and len(self._group) > 1 else 0)
            if score >= needed and not (only_free and self._used[index]):
                self._take(question, index)

    def main_question(self) -> None:
        """Choose for the first question of the latest comment: of several comments, it is in the CA's mind."""
        main = next(question for question in self._group if question.comment == self._group[-1].comment)
        if main.id in self.chosen:
            return
        index, score = self._best(main)
        if score > 0 and any(
            self._best(other) > (index, score) for other in self._left() if self._best(other)[0] == index
        ):
            return  # it rather answers another one
        if score > 0:
            self._take(main, index)
        elif self._free() and main.id not in self.needing_words:
            self._take(main, self._free()[0])

    def by_order(self) -> None:
        """Choose by place: a sentence for each question, or the one of the question before ("And when?")."""
        is_one_for_each = _is_one_for_each(self._sentences, self._group)
        for position, question in enumerate(self._group):
            before = self.chosen.get(self._group[position - 1].id) if position else None
            free = self._free()
            if question.id in self.chosen:
                continue
            if before is not None and (not terms(question.text) or _IF_SO.match(question.text)):
                self._take(question, before)
            elif free and is_one_for_each and question.id not in self.needing_words:
                self._take(question, position if position in free else free[0])

    def last_to_last(self) -> None:
        """Choose the first sentence of the last paragraph for the last question, if neither is taken."""
        question, last = self._group[-1], self._sentences[-1].paragraph
        indexes = [index for index, statement in enumerate(self._sentences) if statement.paragraph == last]
        is_free = not any(self._used[index] for index in indexes) and len(indexes) < len(self._sentences)
        if question.id not in self.chosen and is_free and question.id not in self.needing_words:
            self._take(question, indexes[0])

    def one_for_all(self) -> None:
        """Choose the only sentence for all questions if it says so ("none in either"), or lists as many things."""
        if len(self._sentences) != 1:
            return
        text = self._sentences[0].text
        is_for_all = read_patterns("answers.toml")["for_all"].search(text) is not None
        is_list = len(text.split()) <= _SHORT_LIST and text.count(" and ") == len(self._group) - 1
        for question in self._left() if is_for_all or is_list else ():
            if question.id not in self.needing_words:
                self._take(question, 0)

    def _best(self, question: Question) -> tuple[int, float]:
        return best_sentence(question, self._sentences, self._used, self._group)

    def _left(self) -> list[Question]:
        return [question for question in self._group if question.id not in self.chosen]

    def _free(self) -> list[int]:
        return [index for index in range(len(self._sentences)) if not self._used[index]]

    def _take(self, question: Question, index: int) -> None:
        self.chosen[question.id] = index
        self._used[index] += 1


def _is_one_for_each(sentences: Sequence[Statement], group: Sequence[Question]) -> bool:
    """Return whether there is a sentence for each question, set apart: paragraphs, list items, short answers."""
    if len(sentences) != len(group):
        return False
    if len({question.comment for question in group}) == len(group):
        return True
    paragraphs = {statement.paragraph for statement in sentences}
    return len(paragraphs) == len(sentences) or any(
        len(statement.text.split()) <= _SHORT_ANSWER for statement in sentences[1:]
    )
