"""Tell an answer from a word that puts it off: by a day, without one, or because the work still goes on."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from handlers.acts.dates import find_days
from handlers.acts.values import Question
from handlers.acts.word_lists import read_patterns

# A question for a day to come, which the day itself answers.
_WANTS_DAY = re.compile(
    r"(?<!since )\b(?:when|how soon|(?:what|which) (?:date|day))\b(?!,? (?:did|was|were|has|had|have)\b)", re.IGNORECASE
)


def puts_off(text: str, questions: Sequence[Question], day: date) -> bool:
    """Return whether a sentence of the CA of a day puts off the answer to questions."""
    patterns = _patterns()
    tells_later = patterns["telling"].search(text) and any(named.day > day for named in find_days(text, day))
    if not (patterns["deferrals"].search(text) or patterns["under_way"].search(text) or tells_later):
        return False
    return not (gives_day(text, questions, day) or _asks_for_work(text, questions))


def gives_day(text: str, questions: Sequence[Question], day: date) -> bool:
    """Return whether a sentence names the day to come that a question asks for."""
    if not any(_WANTS_DAY.search(question.text) for question in questions) or _patterns()["of_answering"].search(text):
        return False
    return any(named.day > day for named in find_days(text, day))


def _asks_for_work(text: str, questions: Sequence[Question]) -> bool:
    """Return whether that something goes on is what a question asks for."""
    patterns = _patterns()
    if patterns["deferrals"].search(text):
        return False
    return any(patterns["asks_for_work"].search(question.text) for question in questions)


def _patterns() -> Mapping[str, re.Pattern[str]]:
    return read_patterns("answers.toml")
