"""The excerpt of a report in Discord: its code as code, everything else as written."""

import re

from bot.chat.render.escape import escape_markdown
from bot.formatting.plain import normalize
from handlers.text.truncation import truncate_at_word
from storage.values.incidents import MAX_EXCERPT_LENGTH

_CODE = re.compile(r"`([^`]*)`")


def render_excerpt(excerpt: str, limit: int = MAX_EXCERPT_LENGTH) -> str:
    """Return an excerpt for a message or embed, at most `limit` characters as they are seen; "" if there is none.

    Between backticks nothing acts but a backtick, which code has none of.
    """
    plain = truncate_at_word(normalize(excerpt, one_line=True), limit)
    rendered = ""
    for index, piece in enumerate(_CODE.split(plain)):
        if index % 2 == 0:
            rendered += _escape(piece)
        elif piece.strip():
            # two marks in a row would begin another kind of code
            rendered += f" `{piece}`" if rendered.endswith("`") else f"`{piece}`"
    return rendered.strip()


def _escape(text: str) -> str:
    """Escape text and keep the spaces around it."""
    escaped = escape_markdown(text, 2 * len(text) + 1, one_line=True)
    before = " " if text.startswith(" ") and escaped else ""
    after = " " if text.endswith(" ") else ""
    return f"{before}{escaped}{after}"
