"""One incident as it was reported, and the bugs that it names: what likeness and echoes are found by."""

import re
from dataclasses import dataclass
from datetime import datetime

# Beyond these nothing is looked at: openings tell what happened, timelines how it went.
TITLE_READ, TEXT_READ = 300, 1_000
REFERENCES_READ = 100_000

# Bugs of the component have six or seven digits; longer numbers are certificates, and so is what follows "crt.sh/?id=".
_BUG_NUMBER = re.compile(r"(?<![\w.])[0-9]{6,7}(?![\w])")
_CERTIFICATE = re.compile(r"crt\.sh/\S{1,300}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Subject:
    """One incident as likeness and echoes see it.

    `title` is without the CA owner, `text` the opening of its report (`opening_of`), `ca` the owner's name, `opened`
    in UTC; `refers_to` are the bugs that title and opening name, in order: see `references_in`. `also` are those that
    later comments name or Bugzilla's fields link it to: echoes of it as well, but no clue to those of others, since
    the weights were learned without them.
    """

    bug: int
    title: str
    text: str
    ca: str | None
    opened: datetime
    refers_to: tuple[int, ...] = ()
    also: tuple[int, ...] = ()


def references_in(text: str) -> tuple[int, ...]:
    """Return the numbers in a text that may be bugs, each once, in order: links, "bug N", "#N" and bare numbers.

    Which of them are incidents is known only to who has them all. Linear, and never raises.
    """
    found = _BUG_NUMBER.findall(_CERTIFICATE.sub(" ", text[:REFERENCES_READ]))
    return tuple(dict.fromkeys(int(number) for number in found))
