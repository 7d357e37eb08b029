"""Parse the bug that a member names, and the line "BUG SECTION" of the commands that correct sections."""

import re

from handlers.errors import UserError

_BUG = re.compile(
    r"(?:https?://\S*?show_bug\.cgi\?id=|https?://bugzil\.la/|bug\s*#?\s*|#)?(\d{1,9})(?:#c\d+)?", re.IGNORECASE
)
_BUG_FIRST = re.compile(rf"(<?{_BUG.pattern}>?|\S+)(?: (.*))?", re.IGNORECASE)


def parse_bug_number(text: str) -> int | None:
    """Return the bug number in a number, "bug 123", "#123" or a link; None if the text is none of these."""
    match = _BUG.fullmatch(text.strip().strip("<>"))
    return int(match[1]) if match else None


def require_bug_number(text: str) -> int:
    """Return the bug number in a text; raises UserError if it names no bug."""
    number = parse_bug_number(text)
    if number is None:
        raise UserError(f"“{text[:80]}” is not a bug number; write the number or a link.", example="incident 1897630")
    return number


def split_bug_and_section(text: str) -> tuple[str, str]:
    """Split "1897630 EV mis-issuance" into the bug, in any of its spellings, and the rest."""
    match = _BUG_FIRST.fullmatch(" ".join(text.split()))
    return (match[1], match[3] or "") if match else ("", "")


def parse_classify(text: str) -> tuple[int, str]:
    """Return bug and section of a line such as "1897630 EV mis-issuance"; raises UserError if either is missing."""
    bug, section = split_bug_and_section(text)
    if not section:
        raise UserError("Say which section the bug belongs in.", example="classify 1897630 ev-misissuance")
    return require_bug_number(bug), section


def parse_unclassify(text: str) -> tuple[int, str]:
    """Return bug and section of a line; the section may be missing (""). Raises UserError without a bug."""
    bug, section = split_bug_and_section(text)
    if not bug:
        raise UserError("Say which bug and which section.", example="unclassify 1897630 ev-misissuance")
    return require_bug_number(bug), section
