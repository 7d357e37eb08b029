"""Commands about incidents: incidents, incident, why."""

from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_bugs, suggest_owners, suggest_sections
from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.components.pagination import build_page_view
from bot.chat.context import Context, defer_if_slow, queries_for, reply
from bot.chat.render.incidents import render_explanation, render_incident, render_incidents


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
        page = self._build_page(ctx, ca, section=section, open_=open_ or "", since=since, until=until)
        embed, view = await defer_if_slow(page, ctx.defer)
        if view is None:
            await ctx.send(embed=embed)
        else:
            await ctx.send(embed=embed, view=view)

    async def _build_page(self, ctx: Context, ca: str, **options: Any) -> tuple[discord.Embed, discord.ui.View | None]:
        queries = queries_for(ctx)
        incidents = await queries.incidents(ca, page=0, **options)
        embed = render_incidents(incidents, await queries.section_titles(), queries.bug_url)
        if incidents.page_count <= 1:
            return embed, None
        return embed, build_page_view(await queries.save_button_state(incidents.query_text), incidents)

    @hybrid_command("incident")
    @app_commands.describe(bug="The bug's number or its URL")
    @app_commands.autocomplete(bug=suggest_bugs)
    async def incident(self, ctx: Context, *, bug: str) -> None:
        """Show one incident."""
        await reply(ctx, self._build_incident(ctx, bug))

    async def _build_incident(self, ctx: Context, bug: str) -> discord.Embed:
        queries = queries_for(ctx)
        return render_incident(await queries.incident(bug), await queries.section_titles(), queries.bug_url)

    @hybrid_command("why")
    @app_commands.describe(bug="The bug's number or its URL")
    @app_commands.autocomplete(bug=suggest_bugs)
    async def why(self, ctx: Context, *, bug: str) -> None:
        """Show how an incident's sections were found."""
        await reply(ctx, self._build_explanation(ctx, bug))

    async def _build_explanation(self, ctx: Context, bug: str) -> discord.Embed:
        queries = queries_for(ctx)
        return render_explanation(await queries.explain(bug), await queries.section_titles(), queries.bug_url)
