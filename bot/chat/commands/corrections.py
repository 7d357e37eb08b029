"""Commands with which members of a server correct an incident's sections: classify, unclassify."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_bugs, suggest_sections
from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.context import Context, actor_from, queries_for, reply
from bot.chat.render.corrections import render_correction


class CorrectionCommands(commands.Cog):
    """Corrections by members; permissions are checked where they are saved."""

    # By prefix a bug may be more than one word ("bug 1897630"): both parameters are read as one line.
    @hybrid_command("classify")
    @app_commands.guild_only()
    @app_commands.describe(bug="The bug's number or its URL", section="The section that it belongs in")
    @app_commands.autocomplete(bug=suggest_bugs, section=suggest_sections)
    async def classify(self, ctx: Context, bug: str, *, section: str) -> None:
        """Put an incident into a section."""
        await reply(ctx, self._classify(ctx, f"{bug} {section}"))

    async def _classify(self, ctx: Context, line: str) -> discord.Embed:
        queries = queries_for(ctx)
        result = await queries.classify(actor_from(ctx), line)
        return render_correction(result, await queries.section_titles(), queries.bug_url)

    @hybrid_command("unclassify")
    @app_commands.guild_only()
    @app_commands.describe(
        bug="The bug's number or its URL",
        section="The section that it does not belong in; may be omitted if it is in only one",
    )
    @app_commands.autocomplete(bug=suggest_bugs, section=suggest_sections)
    async def unclassify(self, ctx: Context, bug: str, *, section: str = "") -> None:
        """Take an incident out of a section."""
        await reply(ctx, self._unclassify(ctx, f"{bug} {section}"))

    async def _unclassify(self, ctx: Context, line: str) -> discord.Embed:
        queries = queries_for(ctx)
        result = await queries.unclassify(actor_from(ctx), line)
        return render_correction(result, await queries.section_titles(), queries.bug_url)
