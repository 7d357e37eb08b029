"""Commands about groups of incidents: sections, section, summary."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_sections, suggest_subjects
from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.context import Context, actor_from, defer_if_slow, queries_for, reply
from bot.chat.delivery.proposal_messages import build_proposal_view
from bot.chat.render.sections import render_section, render_sections
from bot.chat.render.summaries import render_summary


class SectionCommands(commands.Cog):
    """All sections, one section, and summaries."""

    @hybrid_command("sections")
    async def sections(self, ctx: Context) -> None:
        """List all sections."""
        await reply(ctx, self._build_sections(ctx))

    async def _build_sections(self, ctx: Context) -> discord.Embed:
        return render_sections(await queries_for(ctx).sections())

    @hybrid_command("section")
    @app_commands.describe(name="The section's name or key")
    @app_commands.autocomplete(name=suggest_sections)
    async def section(self, ctx: Context, *, name: str) -> None:
        """Show one section."""
        embed, view = await defer_if_slow(self._build_section(ctx, name), ctx.defer)
        if view is None:
            await ctx.send(embed=embed)
        else:
            await ctx.send(embed=embed, view=view)

    async def _build_section(self, ctx: Context, name: str) -> tuple[discord.Embed, discord.ui.View | None]:
        queries = queries_for(ctx)
        detail = await queries.section(name)
        embed = render_section(detail, await queries.section_titles(), queries.bug_url)
        if ctx.guild is None or detail.custom is None or not detail.custom.is_open:
            return embed, None
        return embed, build_proposal_view(await queries.section_service.ballot(actor_from(ctx), detail.custom.id))

    @hybrid_command("summary")
    @app_commands.describe(
        about="A CA owner, a bug or a section",
        since="Opened on this day or later, like 2024-03-01",
        until="Opened on this day or earlier, like 2024-06-30",
    )
    @app_commands.autocomplete(about=suggest_subjects)
    async def summary(self, ctx: Context, *, about: str, since: str = "", until: str = "") -> None:
        """Sum up a CA's record, a bug or a section."""
        await reply(ctx, self._build_summary(ctx, about, since, until))

    async def _build_summary(self, ctx: Context, about: str, since: str, until: str) -> discord.Embed:
        queries = queries_for(ctx)
        return render_summary(await queries.summary(about, since, until), queries.bug_url)
