"""Tell a question that was asked before: by its words, or because its sentence names the earlier one."""

import re
from collections.abc import Collection, Sequence

from handlers.acts.statements import CommentText
from handlers.acts.terms import ORDINALS, normalize, terms
from handlers.acts.values import Question

_MIN_WORDS, _MIN_TERMS = 4, 2
_NAMED = re.compile(
    r"\b(?:question|item|point|Q)\s?#?(?P<number>[0-9]{1,2})\s(?:of|in|from)\s(?:comment\s?#?|c)(?P<comment>[0-9]{1,4})\b",
    re.IGNORECASE,
)
# "And number 3?"
_BARE_NUMBER = re.compile(
    r"\W*(?:and |what about |how about )*(?:the )?(?:questions?|numbers?|points?|items?|nos?\.?|Q|#)\s?#?"
    r"(?P<number>[0-9]{1,2})\W*",
    re.IGNORECASE,
)
# "Second half of comment 3?"
_PART_OF_COMMENT = re.compile(
    rf"\b(?P<word>{'|'.join(ORDINALS)}|last|other) (?:half|one|part|point|question) (?:of|in|from) (?:comment\s?#?|c)"
    r"(?P<comment>[0-9]{1,4})\b",
    re.IGNORECASE,
)
_STILL_OPEN = re.compile(
    r"\b(?:still|again|repeat(?:ing)?|remains?|not (?:yet )?(?:been )?answered|unanswered|outstanding|open|as asked)\b",
    re.IGNORECASE,
)
_ASKS_FOR = re.compile(r"\b(?:how|what|when|where|which|who|whom|whose|why)\b", re.IGNORECASE)


def repeated_question(piece: str, sentence: str, open_questions: Sequence[Question]) -> Question | None:
    """Return the open question that a sentence asks once more in its own words, None if it asks something else."""
    if named := _NAMED.search(sentence):
        return _find(open_questions, int(named["comment"]), int(named["number"]))
    if bare := _BARE_NUMBER.fullmatch(piece):
        number = int(bare["number"])
        return next((question for question in reversed(open_questions) if question.number == number), None)
    piece_terms, interrogatives = set(terms(piece)), _interrogatives(piece)
    is_reminder = _STILL_OPEN.search(sentence) is not None
    for question in open_questions:
        common = piece_terms.intersection(terms(question.text))
        # A reminder need not have all words, but most; another question about the same thing ("And why ...") is new.
        is_alike = interrogatives <= _interrogatives(question.text)
        is_whole, is_most = len(common) == len(piece_terms), 2 * len(common) > len(piece_terms)
        enough = (is_whole and is_alike) or (is_reminder and is_most)
        if enough and len(common) >= _MIN_TERMS:
            return question
    return None


def reopened_questions(text: CommentText, answered: Sequence[Question]) -> list[Question]:
    """Return the questions of which a comment says, by number or place, that they were not answered after all."""
    reopened = []
    for statement in text.own:
        if not (statement.text.endswith("?") or _STILL_OPEN.search(statement.text)):
            continue
        question = named_question(statement.text, answered)
        if question is not None and question not in reopened:
            reopened.append(question)
    return reopened


def named_question(sentence: str, questions: Sequence[Question]) -> Question | None:
    """Return the question that a sentence names by its number or place and comment, None if it names none of these."""
    if named := _NAMED.search(sentence):
        return _find(questions, int(named["comment"]), int(named["number"]))
    if part := _PART_OF_COMMENT.search(sentence):
        comment, word = int(part["comment"]), part["word"].casefold()
        of_comment = [question for question in questions if question.comment == comment]
        return _find(of_comment, comment, ORDINALS.index(word) + 1 if word in ORDINALS else len(of_comment))
    return None


def _find(questions: Sequence[Question], comment: int, number: int) -> Question | None:
    """Return the question of a comment with this number."""
    return next((each for each in questions if (each.comment, each.number) == (comment, number)), None)


def was_asked(piece: str, earlier: Collection[str]) -> bool:
    """Return whether the very words were asked before; `earlier` are normalized texts."""
    words = normalize(piece)
    return words in earlier and len(words.split()) >= _MIN_WORDS


def _interrogatives(text: str) -> set[str]:
    return {word.casefold() for word in _ASKS_FOR.findall(text)}
