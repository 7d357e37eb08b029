"""What an alert quotes of a mail: the author's own text on one line, without the addresses that the alert lists."""

import re
from collections.abc import Collection

from handlers.parsing.authored_text import authored_text

MAX_LENGTH = 2_000  # in characters; longer than what is shown of it

_BUG_ADDRESS = re.compile(
    r"<?https?://(?:bugzilla\.mozilla\.org/(?:show_bug\.cgi\?id=)?|bugzil\.la/)([0-9]{4,8})(?![0-9])(?:#c[0-9]{1,6})?>?"
)
# an address of its own line, perhaps as an item of a list
_LIST_MARKS = re.compile(r"[\s\-*+•·,;.()\[\]0-9]*")


def mail_excerpt(body: str, listed_bugs: Collection[int]) -> str:
    """Return the text that the author of a mail wrote, its lines joined.

    Lines with nothing but addresses of `listed_bugs` are left out; within a sentence such an address becomes the
    bug's number. Runs in linear time and never raises.
    """
    listed = frozenset(listed_bugs)
    lines = [_without_addresses(line, listed) for line in authored_text(body).split("\n")]
    return " ".join(" ".join(lines).split())[:MAX_LENGTH]


def _without_addresses(line: str, listed: frozenset[int]) -> str:
    def to_number(match: re.Match[str]) -> str:
        return f"bug {int(match[1])}" if int(match[1]) in listed else match[0]

    rest = _BUG_ADDRESS.sub(lambda match: "" if int(match[1]) in listed else match[0], line)
    if rest != line and _LIST_MARKS.fullmatch(rest):
        return ""
    return _BUG_ADDRESS.sub(to_number, line)
