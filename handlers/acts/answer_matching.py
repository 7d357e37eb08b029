"""Compare a sentence with a question: is it its quotation, does it fit it, how does it answer.

Used to match answers; see `answers.py` and `answer_pointers.py`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from rapidfuzz import fuzz

from handlers.acts.dates import find_days
from handlers.acts.postponements import puts_off
from handlers.acts.statements import CommentText, Statement
from handlers.acts.terms import normalize, terms
from handlers.acts.values import AnswerKind, Question
from handlers.acts.word_lists import read_patterns

_SAME_TEXT = 85.0  # of 100, in rapidfuzz's ratio
_MIN_QUOTE, _MIN_PART = 8, 20  # characters of a quotation of a question, and of a part of it
_BUG_COMMENT = re.compile(r"\bbug\s?#?[0-9]+,?\s(?:in\s)?comments?\s?#?[0-9]+", re.IGNORECASE)
_COMMENT = re.compile(
    r"(?<![\w/])(?:comments?|c(?=#?[0-9]))\s?#?[0-9]{1,4}(?:\s?(?:,|and|&|or)\s?#?[0-9]{1,4}(?![0-9-]))*", re.IGNORECASE
)
_NUMBER = re.compile(r"[0-9]+")
ALL_WORDS = 2.0  # the score of a sentence that has every word of a question
_LINK_WORDS = frozenset(("and", "but", "so", "also", "or", "then"))
_AUXILIARY = re.compile(
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must|shall)\b"
)
_WANTS_NUMBER = re.compile(
    r"\bhow (?:many|much|long|often|old|large|big)\b|\bwhen\b|\bsince wh|\bby when\b"
    r"|\bwhich (?:day|date|version|release)\b"
)
_WANTS_DURATION = re.compile(r"\bhow (?:long|old)\b")
_GIVES_DURATION = re.compile(
    r"\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|since|until|till|always|never|from)\b", re.IGNORECASE
)
_WANTS_COUNT = re.compile(r"\bhow (?:many|much)\b")
_DAY = re.compile(r"\b20[0-9]{2}-[0-9]{2}-[0-9]{2}\b")
_GIVES_NUMBER = re.compile(
    r"[0-9]|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|none|no|both|all|half|every)\b",
    re.IGNORECASE,
)
_CHOOSES = re.compile(r"(?:none|nobody|no one|both|all|neither|two|three|four|only|just)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    """A comment of the CA: its number, text, day, the statements that stand outside of a report's form.

    `is_report`: it carries the report that is due. `items` are the texts of the action items, so that their progress is
    not taken for an answer; `changes_items`: it tells of some. `by_ca` are the numbers of the CA's comments, `begun`
    those of comments of which the CA answered other questions before, or that it passed over. `put_off_until` are the
    days named before for answers, by question. `gives_figures`: it tells how far a revocation is.
    """

    comment: int
    text: CommentText
    day: date
    outside_form: Sequence[Statement]
    is_report: bool = False
    items: Sequence[str] = ()
    changes_items: bool = False
    by_ca: frozenset[int] = frozenset()
    begun: frozenset[int] = frozenset()
    put_off_until: Mapping[str, date] = field(default_factory=lambda: MappingProxyType({}))
    gives_figures: bool = False


def is_quotation(question: Question, text: str) -> bool:
    """Return whether a text quotes a question, in any of the words in which it was asked."""
    return any(is_same(wording, text) for wording in (question.text, *question.again))


def is_same(question: str, text: str) -> bool:
    """Return whether a text quotes a question: it contains it, is most of it, or is nearly equal."""
    first, second = normalize(question), normalize(text)
    if len(second) < _MIN_QUOTE:
        return False
    if first in second or (second in first and (len(second) >= _MIN_PART or 2 * len(second) > len(first))):
        return True
    return abs(len(first) - len(second)) < len(first) // 3 + 5 and fuzz.ratio(first, second) >= _SAME_TEXT


def kind_of(
    statements: Sequence[Statement], day: date, questions: Sequence[Question] = ()
) -> tuple[AnswerKind | None, date | None]:
    """Return how sentences answer questions, and the day to which they put the answer off; None if they say nothing."""
    patterns = _patterns()
    sentences = [statement.text for statement in statements if not patterns["courtesies"].search(statement.text)]
    if not sentences:
        return None, None
    put_off = [text for text in sentences if puts_off(text, questions, day)]
    is_later = any(patterns["answers_later"].search(text) and find_days(text, day) for text in put_off)
    if put_off and (is_later or put_off[0] == sentences[0] or len(put_off) == len(sentences)):
        until = latest_day(put_off, day)
        return ("date", until) if until else (None, None)
    if any(patterns["partials"].search(text) for text in sentences):
        return "part", latest_day(put_off, day)
    return "full", None


def latest_day(texts: Sequence[str], day: date) -> date | None:
    """Return the last day from the comment's on that sentences name."""
    days = [named.day for text in texts for named in find_days(text, day) if named.day > day]
    return max(days, default=None)


def best_sentence(
    question: Question, sentences: Sequence[Statement], used: Mapping[int, int], group: Sequence[Question]
) -> tuple[int, float]:
    """Return the sentence that suits a question best, and how well: shared words count one each, a fitting kind one."""
    others = {term for other in group if other is not question for term in terms(other.text)}
    wanted = set(terms(question.text))
    best, best_score, best_rank = 0, 0.0, 0.0
    for index, statement in enumerate(sentences):
        common = wanted.intersection(terms(statement.text))
        score = sum(0.5 if term in others else 1.0 for term in common) + float(fits(question, statement.text))
        # Every word of the question is in it.
        score = max(score, ALL_WORDS) if wanted and common == wanted else score
        # One that answers another question already is the second choice.
        rank = score - (0.75 if used.get(index) else 0.0)
        if rank > best_rank:
            best, best_score, best_rank = index, score, rank
    return best, best_score


def fits(question: Question, text: str) -> bool:
    """Return whether a sentence is of the kind that a question wants: a number, a reason, a yes or no."""
    patterns = _patterns()
    words = [word for word in re.findall(r"[a-z]+", question.text.casefold()) if word not in _LINK_WORDS]
    wording = " ".join(words)
    if _AUXILIARY.match(wording):
        return bool(patterns["yes_no"].search(text))
    if _WANTS_DURATION.search(wording):
        return bool(_GIVES_DURATION.search(text))
    if _WANTS_NUMBER.search(wording):
        # A date is no count.
        return bool(_GIVES_NUMBER.search(_DAY.sub(" ", text) if _WANTS_COUNT.search(wording) else text))
    if "why" in words[:3]:
        return bool(patterns["reasons"].search(text))
    return wording.startswith(("which", "who")) and bool(_CHOOSES.match(text))


def named_comments(text: CommentText) -> frozenset[int]:
    """Return the numbers of the comments of this bug that a comment names."""
    return frozenset(text.replies_to).union(*(mentioned_comments(statement.text) for statement in text.own))


def mentioned_comments(sentence: str) -> frozenset[int]:
    """Return the numbers of the comments of this bug that a sentence mentions."""
    mentions = _COMMENT.finditer(_BUG_COMMENT.sub(" ", sentence))
    return frozenset(int(number) for match in mentions for number in _NUMBER.findall(match.group()))


def _patterns() -> Mapping[str, re.Pattern[str]]:
    return read_patterns("answers.toml")
