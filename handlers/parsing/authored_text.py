"""Separate what the author of a mail wrote from what the mail quotes, forwards or ends with."""

import re
from collections.abc import Sequence

from handlers.parsing.quotations import find_introduction, is_mobile_signature

_FOOTER = re.compile(r"\s*You received this message because you are subscribed\b", re.IGNORECASE)
_ATTACHMENT = re.compile(r"\s*(?:Attachment:\s|Description:\s?S/MIME|smime\.p7s)", re.IGNORECASE)
# Some archives remove the space of "-- ". A rule between paragraphs looks the same, but more lines follow it.
_MAX_SIGNATURE_LINES = 15


def authored_text(body: str) -> str:
    """Return what the author wrote, without quoted and forwarded text, attributions, footer and signature.

    Text after a quotation counts only if the quoted lines are marked by ">": otherwise nothing tells where they end.
    Returns "" for a message that is only a quotation. Runs in linear time and never raises.
    """
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = lines[: _line_count_before_signature(lines)]
    authored: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        introduction = find_introduction(lines, index)
        if (_is_marked(line) and introduction is None) or _ATTACHMENT.match(line) or is_mobile_signature(line):
            index += 1
            continue
        marked = introduction is not None and _is_marked(_first_text(lines, index + introduction.length))
        if introduction and marked:
            index += introduction.length
        elif introduction and introduction.generated:
            break
        else:
            if line.strip() or (authored and authored[-1]):
                authored.append(line.rstrip())
            index += 1
    return "\n".join(authored).strip()


def _is_marked(line: str) -> bool:
    return line.lstrip().startswith((">", "＞"))


def _first_text(lines: Sequence[str], start: int) -> str:
    """Return the first line with text from `start` on, or ""."""
    return next((lines[index] for index in range(start, len(lines)) if lines[index].strip()), "")


def _line_count_before_signature(lines: Sequence[str]) -> int:
    """Return the number of lines before the list's footer or a signature."""
    non_empty = [bool(line.strip()) for line in lines]
    remaining = sum(non_empty)
    for index, line in enumerate(lines):
        if _FOOTER.match(line) or line == "-- ":
            return index
        if line.rstrip() == "--" and remaining <= _MAX_SIGNATURE_LINES:
            return index
        remaining -= non_empty[index]
    return len(lines)
