"""What a comment is besides its answers: a first word, the update for a date, a wish to close, a last call."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from handlers.acts.dates import find_days
from handlers.acts.statements import CommentText, Statement
from handlers.acts.word_lists import read_patterns

_MAX_RECEIPT = 4  # sentences of a mere receipt
_SUBSTANCE = re.compile(
    r"\b(?:certificates?|crls?|ocsp|keys?|issued|misissued|revoked|contained|locked|stopped|because|caused?|affected"
    r"|error|bug in|[0-9]+ (?:of|\w+s))\b",
    re.IGNORECASE,
)
_BEFORE_DATE = 80  # characters
_NEAR_DAYS = 7
_MAX_STATEMENTS = 400


def asks_closure(text: CommentText) -> bool:
    """Return whether a comment of the CA asks for the bug to be closed."""
    return any(_patterns()["closure_asked"].search(statement.text) for statement in text.own)


def announces_closing(text: CommentText) -> bool:
    """Return whether a comment of staff says that the bug will be closed."""
    patterns = _patterns()
    return any(
        patterns["last_call"].search(statement.text) and not patterns["no_last_call"].search(statement.text)
        for statement in text.own
    )


def asked_next_update(text: CommentText, day: date) -> date | None:
    """Return the date that the CA asks to be set as the Next update, None if it asks for none."""
    patterns = _patterns()
    for statement in text.own[:_MAX_STATEMENTS]:
        if patterns["asks_next"].search(statement.text) and patterns["wishes"].search(statement.text):
            days = [named.day for named in find_days(statement.text, day) if named.day > day]
            if days:
                return days[0]
    return None


def update_stands_for(text: CommentText, day: date) -> date | None:
    """Return the date of the update for which a comment says it stands, None if it says so of none."""
    patterns = _patterns()
    for statement in text.own[:_MAX_STATEMENTS]:
        sentence = statement.text
        if patterns["no_stand"].search(sentence) and not patterns["stands_for"].search(sentence):
            continue
        for named in find_days(sentence, day):
            if not patterns["update_for"].search(sentence[max(0, named.start - _BEFORE_DATE) : named.start]):
                continue
            is_near = 0 <= (named.day - day).days <= _NEAR_DAYS
            if is_near or patterns["stands_for"].search(sentence):
                return named.day
    return None


def discloses(sentences: Sequence[Statement], text: CommentText) -> bool:
    """Return whether a comment of the CA says something of the matter; a receipt alone does not.

    A comment without any words, an attachment for instance, counts: what it holds is not known.
    """
    own = [statement.text for statement in sentences]
    if len(own) > _MAX_RECEIPT or len(text.own) > _MAX_RECEIPT or not own:
        return True
    patterns = _patterns()
    return any(not patterns["receipts"].search(sentence) or _SUBSTANCE.search(sentence) for sentence in own)


def audit_letter_day(text: CommentText, day: date) -> date | None:
    """Return the day of the audit letter that a comment names, None if it names none."""
    for statement in text.own[:_MAX_STATEMENTS]:
        match = _patterns()["audit_letter"].search(statement.text)
        if not match:
            continue
        days = [named.day for named in find_days(statement.text, day) if named.day <= day]
        if days:
            return days[-1]
    return None


def _patterns() -> Mapping[str, re.Pattern[str]]:
    return read_patterns("updates.toml")
