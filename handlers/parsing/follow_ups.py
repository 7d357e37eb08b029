"""Recognise incidents about what a CA owner did about another incident."""

import re

from handlers.parsing.documents import MAX_TITLE_LENGTH

_FOLLOW_UP = re.compile(
    r"(?:delay|\blate\b|fail|\bnot\b|untimely|timely|within [0-9]|beyond).{0,50}"
    r"(?:revo[ck]|report|respon|updat|answer|communicat)"
    r"|revo[ck]\w{0,8}.{0,40}(?:delay|\blate\b|time|fail)|\bdelayed\b|follow-up"
)


def is_follow_up(title: str) -> bool:
    """Return whether a title is about the handling of another incident: a late revocation, report or answer.

    Runs in linear time and never raises.
    """
    return _FOLLOW_UP.search(title[:MAX_TITLE_LENGTH].lower()) is not None
