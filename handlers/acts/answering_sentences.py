"""The sentences of a reply that may answer a question, and whether they are rather about the action items."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from handlers.acts.answer_matching import Reply
from handlers.acts.figures import is_figure
from handlers.acts.item_references import with_numbers
from handlers.acts.statements import Statement
from handlers.acts.terms import terms
from handlers.acts.values import Question
from handlers.acts.word_lists import read_patterns

_MAX_SENTENCES, _MAX_PIECES = 400, 10
_IS_OF_FIGURES = re.compile(
    r"\b(?:revo\w+|figures?|numbers?|left|remain\w*|expir\w+|valid|estimat\w+|end)\b", re.IGNORECASE
)
_WANTS_FIGURE = re.compile(
    r"\b(?:how (?:many|much|far|long)|when|by when|what (?:date|number|share)|which (?:date|day)|numbers?|figures?"
    r"|share|percent\w*|rate|progress|status|left|remain\w*)\b",
    re.IGNORECASE,
)


def answering_sentences(reply: Reply, questions: Sequence[Question]) -> list[Statement]:
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


def is_of_items(words: Collection[str], items: Sequence[str]) -> bool:
    """Return whether these are at least half of an action item's words."""
    return any(2 * len(item.intersection(words)) >= len(item) for item in map(set, map(terms, items)) if item)


def _is_figure(statement: Statement, reply: Reply, questions: Sequence[Question]) -> bool:
    """Return whether a sentence tells how far a revocation is, if that is not what a question asks for."""
    if not reply.gives_figures or not is_figure(statement.text):
        return False
    return not any(_WANTS_FIGURE.search(each.text) and _IS_OF_FIGURES.search(each.text) for each in questions)


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


def _patterns() -> Mapping[str, re.Pattern[str]]:
    return read_patterns("answers.toml")
