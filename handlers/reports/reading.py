"""Read the report that one text holds."""

import re
from datetime import datetime

from handlers.reports.content import read_content
from handlers.reports.detection import detect_form
from handlers.reports.outline import read_outline
from handlers.reports.values import Report

_DELAY = re.compile(
    r"revocation[- ]delay|delayed[- ]revocation|\b(?:delay(?:ed)?|late|failure to|failed to"
    r"|not) (?:in )?(?:the )?revo(?:k|cation)|revocation (?:was )?delay",
    re.IGNORECASE,
)


def is_delay_report(text: str) -> bool:
    """Return whether a title, tag or whiteboard tells of a delayed revocation."""
    return _DELAY.search(text) is not None


def read_report(
    text: str, posted: datetime, *, bug: int = 0, comment: int = 0, by_ca_first: bool = False, is_delay: bool = False
) -> Report | None:
    """Return the report that a text holds, None if it is none. Never raises, takes linear time.

    `by_ca_first` says that it is a CA's own comment before any report: prose may then be a first word, and numbers may
    stand for the questions of 2017. `is_delay` says that the bug is about a delayed revocation. Action items are
    numbered from 1.
    """
    day, is_opening = posted.date(), comment == 0
    outline = read_outline(text)
    form = detect_form(outline, day, by_ca_first=by_ca_first, is_opening=is_opening)
    if by_ca_first and (form is None or form.id.endswith("-first")):
        numbered = read_outline(text, is_numbered=True)
        answers = detect_form(numbered, day, by_ca_first=by_ca_first, is_opening=is_opening)
        if answers and answers.id == "seven":
            outline, form = numbered, answers
    return read_content(form, outline, posted, bug=bug, comment=comment, is_delay=is_delay) if form else None
