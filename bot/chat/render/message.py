"""An answer as it is sent: a line of content, an embed, and what belongs to them."""

from dataclasses import dataclass
from typing import Any

import discord


@dataclass(frozen=True, slots=True)
class Answer:
    """A message of the bot.

    `content` is the answer in one line: push notifications show it, and so do clients whose embeds are switched off.
    The embed does not repeat it.
    """

    content: str = ""
    embed: discord.Embed | None = None
    view: discord.ui.View | None = None
    file: discord.File | None = None

    def __post_init__(self) -> None:
        # all buttons and menus are registered with the client by their ids; a view that has not ended would be kept by
        # discord.py for as long as the program runs
        if self.view is not None:
            self.view.stop()

    def options(self) -> dict[str, Any]:
        """Return the parts that are there, as keyword arguments for sending a new message."""
        parts = {"content": self.content or None, "embed": self.embed, "view": self.view, "file": self.file}
        return {name: part for name, part in parts.items() if part is not None}

    def edit_options(self) -> dict[str, Any]:
        """Return all parts as keyword arguments for editing a message: what is not there is removed from it."""
        attachments = [self.file] if self.file else []
        return {
            "content": self.content or None,
            "embed": self.embed,
            "view": self.view,
            "attachments": attachments,
        }
