"""Staff's announcement that a bug will be closed, in their own words."""

import re

_ANNOUNCEMENT = re.compile(
    r"\b(?:last|final) call\b"
    r"|\b(?:will|plan|plans|intend|intends|intention|mean|going|propose|scheduled|expect|before i)\b"
    r"[^.?!\n]{0,60}\bclos(?:e|ing|ure of) (?:this|it|the|bug|on)\b",
    re.IGNORECASE,
)


def announces_closing(text: str) -> bool:
    """Return whether a comment of staff says that the bug will be closed.

    Guidelines 1.0 end the weekly updates with it. Runs in linear time and never raises; quoted lines do not count.
    """
    own = (line for line in text.splitlines() if not line.lstrip().startswith(">"))
    return any(_ANNOUNCEMENT.search(line) for line in own)
