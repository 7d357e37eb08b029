"""Dates that prose tells: when a CA became aware, when certificates were issued, when the full report is due."""

import re
from datetime import date, datetime

from handlers.reports.moments import Moment, find_first_time, find_moments
from handlers.text.sentences import split_sentences

_MAX_PROSE_LENGTH = 20_000
_FIRST = re.compile(r"\b(?:first|earliest|oldest|between|from)\b", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|from)\b", re.IGNORECASE)
_LAST = re.compile(r"\b(?:last|latest|newest|most recent)\b", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[,;.](?=\s)")
_MAX_CLAUSE_LENGTH = 200
_REPORT = re.compile(r"\b(?:report|answers|details|update|information)\b", re.IGNORECASE)
_LETTER = re.compile(r"\b(?:letter|attestation|audit (?:report|statement))\b", re.IGNORECASE)
_SINCE = re.compile(r"\bsince\s", re.IGNORECASE)
_NOTICED = re.compile(
    r"\b(?:found|find|notic\w+|discover\w+|detect\w+|identif\w+|aware|saw|see|told|inform\w*|notif\w+"
    r"|report\w*|confirm\w*|receiv\w+|learn\w*|realis\w+|realiz\w+)\b",
    re.IGNORECASE,
)


def noticed_at(text: str, near: date, zone: int, *, is_answer: bool = False) -> Moment | None:
    """Return when prose says that the CA became aware: in a sentence that speaks of it if there is one.

    A moment with a time of day goes before a mere day, which only counts in such a sentence; none counts after `near`,
    the day of the text. `zone` is as for `find_moments`; `is_answer` says that the text answers just that.
    """
    sentences = split_sentences(text[:_MAX_PROSE_LENGTH])
    telling = [sentence for sentence in sentences if is_answer or _NOTICED.search(sentence)]
    noticed = [moment for sentence in telling if (moment := _noticed_in(sentence, near, zone))]
    others = [moment for sentence in sentences if (moment := _noticed_in(sentence, near, zone))]
    exact = next((moment for moment in (*noticed, *others) if moment.has_time), None)
    return exact or next(iter(noticed), None)


def span_around(text: str, identified: datetime, near: date, zone: int) -> tuple[datetime | None, datetime | None]:
    """Return the first time before and the last one after the awareness that prose gives, until the day of the text."""
    moments = [moment for moment in find_moments(text[:_MAX_PROSE_LENGTH], near, zone) if moment.has_time]
    before = [moment.time for moment in moments if moment.time < identified]
    after = [moment.time for moment in moments if moment.time > identified and moment.day <= near]
    return min(before, default=None), max(after, default=None)


def begun_on(text: str, near: date) -> date | None:
    """Return the day since which prose says that something was so."""
    match = _SINCE.search(text[:_MAX_PROSE_LENGTH])
    moment = next(find_moments(text[match.end() : match.end() + 40], near), None) if match else None
    return moment.day if moment and moment.start <= 4 else None


def first_issued(text: str, near: date) -> date | None:
    """Return when the first of the certificates was issued, if prose says it."""
    return _issued(text, _FIRST, near)


def last_issued(text: str, near: date) -> date | None:
    """Return when the last of the certificates was issued, if prose says it."""
    return _issued(text, _LAST, near) or _issued(text, _BETWEEN, near, position=1)


def full_report_by(text: str, posted: date) -> date | None:
    """Return the day for which a first word announces the full report."""
    for sentence in split_sentences(text[:_MAX_PROSE_LENGTH]):
        days = [moment.day for moment in find_moments(sentence, posted) if moment.day >= posted]
        if days and _REPORT.search(sentence):
            return days[-1]
    return None


def letter_day(text: str, near: date) -> date | None:
    """Return the day of the auditor's letter, if prose says it."""
    for sentence in split_sentences(text[:_MAX_PROSE_LENGTH]):
        if _LETTER.search(sentence) and (moment := next(find_moments(sentence, near), None)):
            return moment.day
    return None


def _noticed_in(sentence: str, near: date, zone: int) -> Moment | None:
    """Return the moment of a sentence that stands closest to a word of noticing."""
    moments = [moment for moment in find_moments(sentence, near, zone) if moment.day <= near]
    words = [match.start() for match in _NOTICED.finditer(sentence)] or [0]
    moment = min(moments, key=lambda each: min(abs(each.start - word) for word in words[:20]), default=None)
    if moment is None or moment.has_time:
        return moment
    return find_first_time(sentence[moment.end :], moment.day, zone) or moment


def _issued(text: str, words: re.Pattern[str], near: date, position: int = 0) -> date | None:
    for match in words.finditer(text[:_MAX_PROSE_LENGTH]):
        clause = _CLAUSE_END.split(text[match.start() : match.start() + _MAX_CLAUSE_LENGTH])[0]
        moments = tuple(find_moments(clause, near))
        if len(moments) > position:
            return moments[position].day
    return None
