"""Lines of styled parts, and how they are written to a terminal or a pipe.

A terminal gets colours and lines cut or wrapped to its width; a pipe gets every line whole, so that `grep` and `cut`
work.
"""

import io
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TextIO

from bot.formatting.links import BugUrl
from bot.formatting.plain import to_single_line

MAX_TEXT_LENGTH = 2000
STYLES = {"bug": "bold cyan", "link": "blue", "head": "bold", "quiet": "dim", "open": "yellow", "bad": "red"}

Part = str | tuple[str, str]  # a text, or a text with a key of STYLES


@dataclass(frozen=True, slots=True)
class OutputStyle:
    """How to write results: `width` in columns (None for a pipe: no colours, no cutting) and the link of a bug."""

    bug_url: BugUrl
    width: int | None = None
    colour: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One line in styled parts; on a terminal `truncate` cuts it to one row, `indent` also applies to wrapped rows.

    `no_wrap` leaves wrapping to the terminal, so that the line can be copied as one.
    """

    parts: tuple[Part, ...]
    truncate: bool = False
    indent: int = 0
    no_wrap: bool = False


def line(*parts: Part) -> Line:
    """Return a line that wraps without indentation."""
    return Line(parts)


def style_for(stream: TextIO, bug_url: BugUrl) -> OutputStyle:
    """Return the style for a stream in its present state: a terminal's width may change between two results."""
    if not stream.isatty():
        return OutputStyle(bug_url)
    # no-color.org: set and not empty means no colours
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return OutputStyle(bug_url, shutil.get_terminal_size().columns, colour)


def sanitize(text: str, limit: int = MAX_TEXT_LENGTH) -> str:
    """Return third-party text on one line, without control characters and invisible characters."""
    return to_single_line(text, limit)


def to_text(lines: Sequence[Line], style: OutputStyle) -> str:
    """Return lines as text without a final line break."""
    if style.width is None:
        texts = ("".join(part if isinstance(part, str) else part[0] for part in row.parts) for row in lines)
        return "\n".join((" " * row.indent + text).rstrip() for row, text in zip(lines, texts, strict=True))
    return _render_rich(lines, style.width, colour=style.colour)


def _render_rich(lines: Iterable[Line], width: int, *, colour: bool) -> str:
    # imported late: a pipe does not need it
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    buffer = io.StringIO()
    console = Console(file=buffer, width=width, force_terminal=colour, color_system="standard" if colour else None)
    for row in lines:
        parts = (part if isinstance(part, str) else (part[0], STYLES[part[1]]) for part in row.parts)
        text = Text.assemble(*parts)
        if row.no_wrap:
            console.print(text, soft_wrap=True)
            continue
        text.no_wrap, text.overflow = row.truncate, "ellipsis" if row.truncate else "fold"
        console.print(Padding(text, (0, 0, 0, row.indent)), crop=False)
    return "\n".join(row.rstrip() for row in buffer.getvalue().splitlines())
