"""The command about list messages: list."""

from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_list_subjects
from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.components.message_pages import build_message_page
from bot.chat.context import Context, reply
from handlers.queries.message_filters import parse_message_query


class MessageCommands(commands.Cog):
    """Lists of list messages."""

    # by prefix the whole line becomes the first keyword-only parameter
    @hybrid_command("list")
    @app_commands.describe(
        about="A CA, a bug, a month like 2024-05, or a subject; without it, the newest mails",
        since="Posted on this day or later, like 2024-03-01",
        until="Posted on this day or earlier, like 2024-06-30",
    )
    @app_commands.autocomplete(about=suggest_list_subjects)
    async def list_messages(self, ctx: Context, *, about: str = "", since: str = "", until: str = "") -> None:
        """List mails, newest first, a page at a time."""
        flags = "".join(f" {name}:{day}" for name, day in (("since", since), ("until", until)) if day)
        await reply(ctx, build_message_page(ctx, parse_message_query(about + flags), 0))
