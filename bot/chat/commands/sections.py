"""Commands that ask for groups of incidents: sections, section, summary."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_sections, suggest_subjects
from bot.chat.context import Context, answer, answers_for, asker_of, command, in_time
from bot.chat.delivery.proposal_messages import buttons_of
from bot.chat.render.incidents import render_sections, render_summary
from bot.chat.render.section_detail import render_section


class SectionCommands(commands.Cog):
    """All sections, one of them, and summaries."""

    @command("sections")
    async def sections(self, ctx: Context) -> None:
        """List all sections."""
        await answer(ctx, self._find_sections(ctx))

    async def _find_sections(self, ctx: Context) -> discord.Embed:
        return render_sections(await answers_for(ctx).sections())

    @command("section")
    @app_commands.describe(name="The section's name or key")
    @app_commands.autocomplete(name=suggest_sections)
    async def section(self, ctx: Context, *, name: str) -> None:
        """Show one section."""
        embed, view = await in_time(self._find_section(ctx, name), ctx.defer)
        if view is None:
            await ctx.send(embed=embed)
        else:
            await ctx.send(embed=embed, view=view)

    async def _find_section(self, ctx: Context, name: str) -> tuple[discord.Embed, discord.ui.View | None]:
        answers = answers_for(ctx)
        found = await answers.section(name)
        embed = render_section(found, await answers.section_titles(), answers.bug_url)
        if ctx.guild is None or found.made is None or not found.made.is_open:
            return embed, None
        return embed, buttons_of(await answers.member_sections.ballot(asker_of(ctx), found.made.id))

    @command("summary")
    @app_commands.describe(
        about="A CA owner, a bug or a section",
        since="Opened on this day or later, like 2024-03-01",
        until="Opened on this day or earlier, like 2024-06-30",
    )
    @app_commands.autocomplete(about=suggest_subjects)
    async def summary(self, ctx: Context, *, about: str, since: str = "", until: str = "") -> None:
        """Sum up a CA's record, a bug or a section."""
        await answer(ctx, self._find_summary(ctx, about, since, until))

    async def _find_summary(self, ctx: Context, about: str, since: str, until: str) -> discord.Embed:
        answers = answers_for(ctx)
        return render_summary(await answers.summary(about, since, until), answers.bug_url)
