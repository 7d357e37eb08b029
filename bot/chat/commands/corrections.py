"""Commands that correct sections: classify, unclassify. For members of a server, each for their own."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_bugs, suggest_sections
from bot.chat.context import Context, answer, answers_for, asker_of, command
from bot.chat.render.corrections import render_correction


class CorrectionCommands(commands.Cog):
    """What members say of sections; who may say what is decided where it is kept."""

    # By prefix a bug may be more than one word ("bug 1897630"): both parameters are read as one line.
    @command("classify")
    @app_commands.guild_only()
    @app_commands.describe(bug="The bug's number or its address", section="The section that it belongs in")
    @app_commands.autocomplete(bug=suggest_bugs, section=suggest_sections)
    async def classify(self, ctx: Context, bug: str, *, section: str) -> None:
        """Put an incident into a section."""
        await answer(ctx, self._classify(ctx, f"{bug} {section}"))

    async def _classify(self, ctx: Context, line: str) -> discord.Embed:
        answers = answers_for(ctx)
        found = await answers.classify(asker_of(ctx), line)
        return render_correction(found, await answers.section_titles(), answers.bug_url)

    @command("unclassify")
    @app_commands.guild_only()
    @app_commands.describe(
        bug="The bug's number or its address",
        section="The section that it does not belong in; may be left out where it is in one only",
    )
    @app_commands.autocomplete(bug=suggest_bugs, section=suggest_sections)
    async def unclassify(self, ctx: Context, bug: str, *, section: str = "") -> None:
        """Take an incident out of a section."""
        await answer(ctx, self._unclassify(ctx, f"{bug} {section}"))

    async def _unclassify(self, ctx: Context, line: str) -> discord.Embed:
        answers = answers_for(ctx)
        found = await answers.unclassify(asker_of(ctx), line)
        return render_correction(found, await answers.section_titles(), answers.bug_url)
