"""Hints of errors, the same in both chats: a named command is one that can be pasted where it is read."""

import re
from collections.abc import Iterator

from bot.formatting.command_specs import find_spec
from handlers.errors import UserError

_COMMAND = re.compile(r"\\?`([a-z]+(?: [a-z]+)*)\\?`")  # a chat may have escaped the backticks


def name_commands(text: str, call: str) -> str:
    """Return a sentence with `call` before each command that it names between backticks, such as "`!sections`"."""
    return _COMMAND.sub(lambda match: f"`{call}{match[1]}`" if find_spec(match[1].split()[0]) else match[0], text)


def error_lines(error: UserError, call: str = "") -> Iterator[str]:
    """Yield the sentence of an error as lines for a terminal, then its example and what may have been meant.

    `call` precedes a command.
    """
    yield name_commands(str(error), call)
    if error.example:
        yield f"For example: {call}{error.example}"
    yield from (f"  {call}{question.command} {question.argument}" for question in error.suggestions)
