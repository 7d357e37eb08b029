"""Commands about incidents: incidents, incident, why."""

from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_bugs, suggest_owners, suggest_sections
from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.components.pagination import build_page
from bot.chat.context import Context, actor_from, defer_if_slow, reply, use_cases
from bot.chat.render.incidents import render_explanation, render_incident
from handlers.parsing.bug_references import require_bug_number
from handlers.queries.filters import IncidentQuery, parse_date, parse_query


class IncidentCommands(commands.Cog):
    """Lists of incidents, and one incident."""

    # By prefix the whole line becomes the first keyword-only parameter, so the query parser gets flags and spaces as
    # they were typed; as a slash command each parameter is an option of its own.
    @hybrid_command("incidents")
    @app_commands.rename(open_="open")
    @app_commands.describe(
        ca="The CA owner, as people call it; without one, all incidents",
        section="Only incidents of this section",
        open_="yes: only those still open; no: closed ones too",
        since="Opened on this day or later, like 2024-03-01",
        until="Opened on this day or earlier, like 2024-06-30",
    )
    @app_commands.autocomplete(ca=suggest_owners, section=suggest_sections)
    async def incidents(
        self,
        ctx: Context,
        *,
        ca: str = "",
        section: str = "",
        open_: Literal["yes", "no"] | None = None,
        since: str = "",
        until: str = "",
    ) -> None:
        """List incidents, newest first, a page at a time."""
        query = parse_query(ca)
        if ctx.interaction:
            options = IncidentQuery(
                section=section,
                open_only=None if open_ is None else open_ == "yes",
                since=parse_date(since, "since"),
                until=parse_date(until, "until"),
            )
            query = query.with_options(options)
        embed, view = await defer_if_slow(build_page(ctx, query, 0), ctx.defer)
        if view is None:
            await ctx.send(embed=embed)
        else:
            await ctx.send(embed=embed, view=view)

    @hybrid_command("incident")
    @app_commands.describe(bug="The bug's number or its URL")
    @app_commands.autocomplete(bug=suggest_bugs)
    async def incident(self, ctx: Context, *, bug: str) -> None:
        """Show one incident."""
        await reply(ctx, self._build_incident(ctx, bug))

    async def _build_incident(self, ctx: Context, bug: str) -> discord.Embed:
        cases = use_cases(ctx)
        detail = await cases.incidents.detail(actor_from(ctx), require_bug_number(bug))
        return render_incident(detail, detail.section_titles, cases.bug_url)

    @hybrid_command("why")
    @app_commands.describe(bug="The bug's number or its URL")
    @app_commands.autocomplete(bug=suggest_bugs)
    async def why(self, ctx: Context, *, bug: str) -> None:
        """Show how an incident's sections were found."""
        await reply(ctx, self._build_explanation(ctx, bug))

    async def _build_explanation(self, ctx: Context, bug: str) -> discord.Embed:
        cases = use_cases(ctx)
        explanation = await cases.incidents.explain(actor_from(ctx), require_bug_number(bug))
        return render_explanation(explanation, explanation.section_titles, cases.bug_url)
