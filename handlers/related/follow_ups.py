"""Which incidents are about what a CA did about another one."""

import re

from handlers.parsing.documents import TITLE_READ

_FOLLOWS = re.compile(
    r"(?:delay|\blate\b|fail|\bnot\b|untimely|timely|within [0-9]|beyond).{0,50}"
    r"(?:revo[ck]|report|respon|updat|answer|communicat)"
    r"|revo[ck]\w{0,8}.{0,40}(?:delay|\blate\b|time|fail)|\bdelayed\b|follow-up"
)


def follows(title: str) -> bool:
    """Tell whether a title speaks of what a CA did about another incident: a late revocation, report or answer."""
    return _FOLLOWS.search(title[:TITLE_READ].lower()) is not None
