"""What echoes are found by: one incident as it was reported, and the bugs that it names."""

import re
from dataclasses import dataclass
from datetime import datetime

# Beyond these nothing is looked at: openings tell what happened, timelines how it went.
TITLE_READ, TEXT_READ = 300, 1_000
REFERENCES_READ = 100_000

# Bugs of the component have six or seven digits; longer numbers are certificates, and so is what follows "crt.sh/?id=".
_BUG_NUMBER = re.compile(r"(?<![\w.])[0-9]{6,7}(?![\w])")
_CERTIFICATE = re.compile(r"crt\.sh/\S{1,300}", re.IGNORECASE)
_FOLLOWS = re.compile(
    r"(?:delay|\blate\b|fail|\bnot\b|untimely|timely|within [0-9]|beyond).{0,50}"
    r"(?:revo[ck]|report|respon|updat|answer|communicat)"
    r"|revo[ck]\w{0,8}.{0,40}(?:delay|\blate\b|time|fail)|\bdelayed\b|follow-up"
)


@dataclass(frozen=True, slots=True)
class Subject:
    """One incident as echoes see it.

    `title` is without the CA owner, `text` the opening of its report (`opening_of`), `ca` the owner's name, `opened`
    in UTC; `refers_to` are the bugs that it names or that Bugzilla's fields link it to: see `references_in`.
    """

    bug: int
    title: str
    text: str
    ca: str | None
    opened: datetime
    refers_to: tuple[int, ...] = ()


def references_in(text: str) -> tuple[int, ...]:
    """Return the numbers in a text that may be bugs, each once, in order: links, "bug N", "#N" and bare numbers.

    Which of them are incidents is known only to who has them all. Linear, and never raises.
    """
    found = _BUG_NUMBER.findall(_CERTIFICATE.sub(" ", text[:REFERENCES_READ]))
    return tuple(dict.fromkeys(int(number) for number in found))


def follows(title: str) -> bool:
    """Tell whether a title speaks of what a CA did about another incident: a late revocation, report or answer."""
    return _FOLLOWS.search(title[:TITLE_READ].lower()) is not None
