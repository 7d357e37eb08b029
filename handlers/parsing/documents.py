"""An incident as it was reported, and the bugs it references: the input of similarity and echoes."""

import re
from dataclasses import dataclass
from datetime import datetime

# Only the beginning is read: it tells what happened, later parts how it went. In characters.
MAX_TITLE_LENGTH, MAX_REPORT_TEXT_LENGTH = 300, 1_000
MAX_REFERENCE_TEXT_LENGTH = 100_000

# Bugs of the component have six or seven digits; longer numbers, and those after "crt.sh/?id=", are certificates.
_BUG_NUMBER = re.compile(r"(?<![\w.])[0-9]{6,7}(?![\w])")
_CERTIFICATE_URL = re.compile(r"crt\.sh/\S{1,300}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class IncidentDocument:
    """One incident as similarity and echoes see it.

    `title` is without the CA owner, `report_text` is from its report (`extract_report_text`), `ca` is the owner's name,
    `opened` is in UTC. `references` are the bugs that title and report text mention, in order (`referenced_bugs`).
    `linked` are those that later comments mention or that Bugzilla's fields link to: they are echoes of this incident
    too, but are not used to find the echoes of others, since they were not in the training data of the weights.
    """

    bug: int
    title: str
    report_text: str
    ca: str | None
    opened: datetime
    references: tuple[int, ...] = ()
    linked: tuple[int, ...] = ()


def referenced_bugs(text: str) -> tuple[int, ...]:
    """Return the numbers in a text that may be bugs, each once, in order: links, "bug N", "#N" and bare numbers.

    The caller decides which of them are incidents. Runs in linear time and never raises.
    """
    numbers = _BUG_NUMBER.findall(_CERTIFICATE_URL.sub(" ", text[:MAX_REFERENCE_TEXT_LENGTH]))
    return tuple(dict.fromkeys(int(number) for number in numbers))
