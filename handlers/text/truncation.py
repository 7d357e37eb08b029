"""The one cutter: what is too long ends with an ellipsis, at a word where there are words."""

import re
from collections.abc import Iterable

ELLIPSIS = "…"

# Words and what is between them; a code span is part of a word.
_WORD = re.compile(r"(?:`[^`]*`|[^\s`])+|`[^`\s]*|\s+")
_CLOSING = {"(": ")", "[": "]", "{": "}", "“": "”", "„": "“", "«": "»"}


def truncate(pieces: Iterable[str], limit: int) -> str:
    """Join pieces that must not be divided; if they do not all fit, an ellipsis takes the last position."""
    fitting: list[str] = []
    size = 0
    for piece in pieces:
        if size + len(piece) > limit:
            while fitting and (size + 1 > limit or fitting[-1].isspace()):
                size -= len(fitting.pop())
            return "".join(fitting) + ELLIPSIS if limit > 0 else ""
        fitting.append(piece)
        size += len(piece)
    return "".join(fitting)


def truncate_at_word(text: str, limit: int) -> str:
    """Cut a text of one line at a word and never within a code span; what is left open by the cut is closed."""
    text = text.strip()
    if len(text) <= limit:
        return text
    words = [match.group() for match in _WORD.finditer(text)]
    # a first word that is too long would leave nothing
    pieces = words if words and len(words[0]) < limit else list(text.replace("`", "'"))
    head = _head(pieces, limit)
    closing = _missing_brackets(head)
    if len(head) + 1 + len(closing) > limit:
        head = _head(pieces, limit - len(closing))
        closing = _missing_brackets(head)
    return head + ELLIPSIS + closing


def _head(pieces: Iterable[str], limit: int) -> str:
    return truncate(pieces, limit).removesuffix(ELLIPSIS).rstrip(" \t,;:–—-([{“„«…")


def _missing_brackets(text: str) -> str:
    """Return what closes the brackets and quotes that are open at the end of a text, the innermost three at most."""
    missing: list[str] = []
    straight_quotes = 0
    in_code = False
    for letter in text:
        if letter == "`":
            in_code = not in_code
        elif in_code:
            continue
        elif missing and letter == missing[-1]:
            missing.pop()
        elif letter in _CLOSING:
            missing.append(_CLOSING[letter])
        elif letter == '"':
            straight_quotes += 1
    return ('"' if straight_quotes % 2 else "") + "".join(reversed(missing[-3:]))
