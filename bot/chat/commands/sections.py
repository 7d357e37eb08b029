"""Commands about groups of incidents: sections, section, summary."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_sections, suggest_subjects
from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.context import Context, actor_from, defer_if_slow, reply, use_cases
from bot.chat.delivery.proposal_messages import build_proposal_view
from bot.chat.render.sections import render_section, render_sections
from bot.chat.render.summaries import render_summary
from handlers.queries.filters import IncidentQuery, parse_date, parse_query


class SectionCommands(commands.Cog):
    """All sections, one section, and summaries."""

    @hybrid_command("sections")
    async def sections(self, ctx: Context) -> None:
        """List all sections."""
        await reply(ctx, self._build_sections(ctx))

    async def _build_sections(self, ctx: Context) -> discord.Embed:
        return render_sections(await use_cases(ctx).sections.list(actor_from(ctx)))

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
        cases = use_cases(ctx)
        detail = await cases.sections.detail(actor_from(ctx), name)
        embed = render_section(detail, detail.section_titles, cases.bug_url)
        if ctx.guild is None or detail.ballot is None:
            return embed, None
        return embed, build_proposal_view(detail.ballot)

    @hybrid_command("summary")
    @app_commands.describe(
        about="A CA owner, a bug or a section",
        since="Opened on this day or later, like 2024-03-01",
        until="Opened on this day or earlier, like 2024-06-30",
    )
    @app_commands.autocomplete(about=suggest_subjects)
    async def summary(self, ctx: Context, *, about: str, since: str = "", until: str = "") -> None:
        """Sum up a CA's record, a bug or a section."""
        days = IncidentQuery(since=parse_date(since, "since"), until=parse_date(until, "until"))
        await reply(ctx, self._build_summary(ctx, parse_query(about).with_options(days)))

    async def _build_summary(self, ctx: Context, query: IncidentQuery) -> discord.Embed:
        cases = use_cases(ctx)
        return render_summary(await cases.summaries.summarize(actor_from(ctx), query), cases.bug_url)
