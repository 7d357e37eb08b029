"""The decorator that makes a method a command, with its description from the table of commands."""

from collections.abc import Callable, Coroutine
from typing import Any

from discord.ext import commands

from bot.formatting.command_specs import find_spec

Callback = Callable[..., Coroutine[Any, Any, None]]


def hybrid_command(name: str) -> Callable[[Callback], commands.HybridCommand[Any, ..., None]]:
    """Make a method a command by prefix, mention and slash, described by its CommandSpec.

    Used instead of discord.py's own decorator, whose type only Pyright can infer.
    """

    def decorate(callback: Callback) -> commands.HybridCommand[Any, ..., None]:
        spec = find_spec(name)
        return commands.HybridCommand(callback, name=name, description=spec.summary if spec else name)

    return decorate
