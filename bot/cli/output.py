"""What commands write: only their result goes to standard output."""

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # it loads every library that Rootwatch has
    from bot.app import App


def show(app: "App", *results: object) -> int:
    """Write results as text; return the exit code of a success."""
    from bot.terminal.layout import style_for
    from bot.terminal.render.dispatch import render

    style = style_for(sys.stdout, app.use_cases.bug_url)
    write("\n\n".join(render(result, style) for result in results))
    return 0


def write(text: str) -> None:
    """Write a line, or several."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def write_json(document: dict[str, Any]) -> int:
    """Write one document; return the exit code of a success."""
    # ASCII with escapes is readable in every locale and contains no control characters
    write(json.dumps(document, ensure_ascii=True, indent=2 if sys.stdout.isatty() else None))
    return 0


def print_error(message: str) -> int:
    """Print a message on standard error without control characters, and return the exit code of a failure."""
    sys.stderr.write("".join(char if char.isprintable() else " " for char in message) + "\n")
    return 1
