"""The seven questions of 2017 as they stand in a report: each gets a heading in place of its text.

People keep a question whole, shorten it, quote it or wrap it over several lines, with the answer on the same line, on
the next one or after an empty line. The words of the form are followed as far as they go (see questions.toml).
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from handlers.reports.forms import read_forms

QUESTIONS = ("q1-aware", "q2-timeline", "q3-stopped", "q4-summary", "q5-data", "q6-how-and-why", "q7-steps")
_NUMBER = re.compile(r"\W*(?:question|q)?\s*([1-7])\s?[.):]", re.IGNORECASE)
# The number of a question, as in 7. (7) Q7: #7, in bold or as a heading, with its answer behind it or below.
_BARE_NUMBER = re.compile(
    r"^[ \t]{0,3}(?:#{1,6}[ \t]{1,3})?(?:\*\*|__)?\(?(?:(?:question|answer|ad|re|q|a)[ \t]?|#)?([0-9]{1,2})"
    r"(?:[.):]{1,2}(?:\*\*|__)?(?=\s)|(?:\*\*|__)[.:]?(?=\s)|[ \t]{1,3}[–—-](?=\s)|[ \t]{0,3}$|(?<=#[0-9])(?=\s))",
    re.MULTILINE | re.IGNORECASE,
)
# In characters; a longer line is no question in the CA's own words.
_MAX_OWN_LENGTH = 100
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.'’/-]*")
_BETWEEN = re.compile(r"[\s>*_#,;:.()\u202f“”\"-]*")
_PREFIX = re.compile(
    r"^[ \t>*_#•|(-]{0,20}(?:(?:question"
    r"|q)?[ \t]?(?:[0-9]{1,2}[ \t]{0,4}[.):/-]{0,3}){1,3})?[ \t*_]{0,12}",
    re.IGNORECASE,
)
_END_OF_QUESTION = re.compile(r"[ \t]*[.:?;*_)”\"]{0,6}[ \t]*(?=\n|\Z)")
_TAIL = re.compile(r"[^\n.:?]{0,150}?[.:?][*_]{0,3}(?=\s|\Z)")
_MAX_TAIL_LENGTH = 120
_STOP = re.compile(r"[.:?][*_]{0,3}(?=\s)")
# In words: as many of a question may be left out, its parentheses for instance.
_MAX_SKIPPED = 30
_EMPTY_LINE = re.compile(r"\n[ \t>]*\n")


@dataclass(frozen=True, slots=True)
class _Question:
    part: str
    beginnings: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]


def mark_questions(text: str) -> str:
    """Return a text with a heading in place of each question, so that its answer stands under it. Linear time."""
    pieces: list[str] = []
    position = start = 0
    while start < len(text):
        end_of_line = text.find("\n", start)
        end_of_line = len(text) if end_of_line < 0 else end_of_line
        prefix = _PREFIX.match(text[start : start + 60])
        question_start = start + (prefix.end() if prefix else 0)
        question = _question_at(text, question_start)
        if question is None:
            start = end_of_line + 1
            continue
        end = _end_of_question(text, question, question_start)
        pieces.append(text[position:start])
        pieces.append(f"\n\n# {question.beginnings[0]}\n\n")
        quote = ">" if ">" in text[start:question_start] and not text[end : end + 1].startswith("\n") else ""
        pieces.append(f"{quote} " if quote else "")
        position = end
        next_line = text.find("\n", end)
        start = len(text) if next_line < 0 else next_line + 1
    return "".join(pieces) + text[position:]


def mark_numbers(text: str) -> str:
    """Return a text with a heading in place of each number if its lines are numbered from 1 to 7, each once, in order.

    So terse reports of 2017 give the numbers of the questions alone. Any other text is returned as it is. Linear time.
    """
    numbers = list(_BARE_NUMBER.finditer(text))
    if [int(match[1]) for match in numbers] != list(range(1, len(QUESTIONS) + 1)):
        return text
    titles = {question.part: question.beginnings[0] for question in _questions()}
    return _BARE_NUMBER.sub(lambda match: f"\n\n# {titles[QUESTIONS[int(match[1]) - 1]]}\n\n", text)


def next_question(label: str, normalized: str, asked: Sequence[str], *, is_marked: bool) -> str:
    """Return the question that a line in the CA's own words begins, by its number or first words, "" if none.

    `asked` are those before it, `is_marked` says that the line is a heading or bold.
    """
    beginnings = read_forms().more_questions
    words = {part for beginning, part in beginnings if f"{normalized} ".startswith(f"{beginning} ")}
    if not asked:
        return QUESTIONS[0] if QUESTIONS[0] in words else ""
    following = [name for name in QUESTIONS[QUESTIONS.index(asked[-1]) + 1 :] if name not in asked]
    if not following or len(label) > _MAX_OWN_LENGTH:
        return ""
    number = _NUMBER.match(label)
    if is_marked and number and QUESTIONS[int(number[1]) - 1] in following:
        return QUESTIONS[int(number[1]) - 1]
    candidates = following if is_marked else following[:1]
    return next((name for name in candidates if name in words), "")


def _question_at(text: str, position: int) -> _Question | None:
    first = _WORD.match(text, position)
    if first is None or _normalize(first.group()) not in _first_words():
        return None
    beginning = " ".join(_words(text[position : position + 120]))
    for question in _questions():
        if any(beginning.startswith(known) for known in question.beginnings):
            return question
    return None


def _end_of_question(text: str, question: _Question, start: int) -> int:
    """Return where the form's words end: after their longest run, and what else is on that line if it is short."""
    end = max(_follow(text, words, start) for words in question.texts)
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    if match := _END_OF_QUESTION.match(text, end):
        return match.end()
    if match := _STOP.match(text, end):
        return match.end()
    if tail := _TAIL.match(text, end, line_end):
        return tail.end()
    return line_end if line_end - end <= _MAX_TAIL_LENGTH else end


def _follow(text: str, words: tuple[str, ...], start: int) -> int:
    """Return the end of the run of a question's words that a text has from a position on; some may be left out."""
    end = position = start
    index = 0
    while index < len(words):
        gap = _BETWEEN.match(text, position)
        after_gap = gap.end() if gap else position
        if _EMPTY_LINE.search(text, position, after_gap):
            break
        match = _WORD.match(text, after_gap)
        if match is None:
            break
        word = _normalize(match.group())
        if word != words[index]:
            pair = (word, _next_word(text, match.end()))
            skipped = (step for step in range(1, _MAX_SKIPPED) if words[index + step : index + step + 2] == pair)
            index += next(skipped, len(words))
        if index >= len(words):
            break
        index += 1
        end = position = match.end()
    return end


def _next_word(text: str, position: int) -> str:
    gap = _BETWEEN.match(text, position)
    match = _WORD.match(text, gap.end() if gap else position)
    return _normalize(match.group()) if match else ""


def _words(text: str) -> list[str]:
    return [_normalize(word) for word in _WORD.findall(text)]


def _normalize(word: str) -> str:
    return word.casefold().rstrip(".'’/-").replace("’", "'")


@cache
def _first_words() -> frozenset[str]:
    return frozenset(beginning.split()[0] for question in _questions() for beginning in question.beginnings)


@cache
def _questions() -> tuple[_Question, ...]:
    table = tomllib.loads(files("handlers.reports").joinpath("questions.toml").read_text(encoding="utf-8"))
    return tuple(
        _Question(row["part"], tuple(row["beginnings"]), tuple(tuple(_words(text)) for text in row["texts"]))
        for row in table["questions"]
    )
