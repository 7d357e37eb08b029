"""Commands about groups of incidents: sections, section, summary."""

from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_sections, suggest_subjects
from bot.chat.commands.answers import section_answer, summarize
from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.context import Context, actor_from, prefix_of, reply, use_cases
from bot.chat.render.message import Answer
from bot.chat.render.sections import render_sections
from handlers.queries.filters import IncidentQuery, parse_date, parse_query


class SectionCommands(commands.Cog):
    """All sections, one section, and summaries."""

    @hybrid_command("sections")
    async def sections(self, ctx: Context) -> None:
        """List all sections."""
        await reply(ctx, self._build_sections(ctx))

    async def _build_sections(self, ctx: Context) -> Answer:
        return render_sections(await use_cases(ctx).sections.list(actor_from(ctx)), prefix_of(ctx))

    @hybrid_command("section")
    @app_commands.describe(name="The section's name or key")
    @app_commands.autocomplete(name=suggest_sections)
    async def section(self, ctx: Context, *, name: str) -> None:
        """Show one section."""
        await reply(ctx, section_answer(ctx, name))

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
        await reply(ctx, summarize(ctx, parse_query(about).with_options(days)))
