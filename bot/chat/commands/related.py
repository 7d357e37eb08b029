"""The command for related incidents: similar."""

from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_bugs
from bot.chat.commands.answers import similar_answer
from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.context import Context, reply


class RelatedCommands(commands.Cog):
    """Earlier incidents that an incident refers to or resembles."""

    @hybrid_command("similar")
    @app_commands.describe(bug="The bug's number or its URL")
    @app_commands.autocomplete(bug=suggest_bugs)
    async def similar(self, ctx: Context, *, bug: str) -> None:
        """Show earlier incidents similar to one."""
        await reply(ctx, similar_answer(ctx, bug))
