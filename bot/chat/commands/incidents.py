"""Commands that ask for incidents: incidents, incident, why."""

from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_bugs, suggest_owners, suggest_sections
from bot.chat.components.pagination import page_buttons
from bot.chat.context import Context, answer, answers_for, command, in_time
from bot.chat.render.incidents import render_incident, render_incidents, render_why


class IncidentCommands(commands.Cog):
    """Lists of incidents, and one of them."""

    # By prefix the whole line is the first keyword-only parameter, so that flags and spaces reach the reader of
    # questions as they were typed; as a slash command each parameter is an option of its own.
    @command("incidents")
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
        asked = self._find_page(ctx, ca, section=section, open_=open_ or "", since=since, until=until)
        embed, view = await in_time(asked, ctx.defer)
        if view is None:
            await ctx.send(embed=embed)
        else:
            await ctx.send(embed=embed, view=view)

    async def _find_page(self, ctx: Context, ca: str, **options: Any) -> tuple[discord.Embed, discord.ui.View | None]:
        answers = answers_for(ctx)
        found = await answers.incidents(ca, page=0, **options)
        embed = render_incidents(found, await answers.section_titles(), answers.bug_url)
        if found.pages <= 1:
            return embed, None
        return embed, page_buttons(await answers.save_button_state(found.question), found)

    @command("incident")
    @app_commands.describe(bug="The bug's number or its address")
    @app_commands.autocomplete(bug=suggest_bugs)
    async def incident(self, ctx: Context, *, bug: str) -> None:
        """Show one incident."""
        await answer(ctx, self._find_incident(ctx, bug))

    async def _find_incident(self, ctx: Context, bug: str) -> discord.Embed:
        answers = answers_for(ctx)
        return render_incident(await answers.incident(bug), await answers.section_titles(), answers.bug_url)

    @command("why")
    @app_commands.describe(bug="The bug's number or its address")
    @app_commands.autocomplete(bug=suggest_bugs)
    async def why(self, ctx: Context, *, bug: str) -> None:
        """Tell how an incident's sections were found."""
        await answer(ctx, self._find_reasons(ctx, bug))

    async def _find_reasons(self, ctx: Context, bug: str) -> discord.Embed:
        answers = answers_for(ctx)
        return render_why(await answers.explain(bug), await answers.section_titles(), answers.bug_url)
