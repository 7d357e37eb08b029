"""Commands about incidents: incidents, incident, why."""

from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_bugs, suggest_owners, suggest_sections
from bot.chat.commands.answers import incident_answer, why_answer
from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.components.pagination import build_page
from bot.chat.context import Context, reply
from handlers.queries.filters import IncidentQuery, parse_date, parse_query, parse_state


class IncidentCommands(commands.Cog):
    """Lists of incidents, and one incident."""

    # By prefix the whole line becomes the first keyword-only parameter, so the query parser gets flags and spaces as
    # they were typed; as a slash command each parameter is an option of its own.
    @hybrid_command("incidents")
    @app_commands.rename(open_="open")
    @app_commands.describe(
        ca="The CA owner as people call it, or several; also 2024, 30d or a section; nothing for all",
        section="Only incidents of this section",
        open_="Only open ones, closed ones too, or only these",
        since="Opened on this day or later, like 2024-03-01",
        until="Opened on this day or earlier, like 2024-06-30",
    )
    @app_commands.choices(
        open_=[
            app_commands.Choice(name="only open ones", value="yes"),
            app_commands.Choice(name="open and closed ones", value="no"),
            app_commands.Choice(name="only closed ones", value="closed"),
        ]
    )
    @app_commands.autocomplete(ca=suggest_owners, section=suggest_sections)
    async def incidents(
        self,
        ctx: Context,
        *,
        ca: str = "",
        section: str = "",
        open_: str = "",
        since: str = "",
        until: str = "",
    ) -> None:
        """List incidents, newest first, a page at a time."""
        query = parse_query(ca)
        if ctx.interaction:
            options = IncidentQuery(
                section=section,
                state=parse_state(open_),
                since=parse_date(since, "since"),
                until=parse_date(until, "until"),
            )
            query = query.with_options(options)
        await reply(ctx, build_page(ctx, query, 0))

    @hybrid_command("incident")
    @app_commands.describe(bug="The bug's number or its URL")
    @app_commands.autocomplete(bug=suggest_bugs)
    async def incident(self, ctx: Context, *, bug: str) -> None:
        """Show one incident."""
        await reply(ctx, incident_answer(ctx, bug))

    @hybrid_command("why")
    @app_commands.describe(bug="The bug's number or its URL")
    @app_commands.autocomplete(bug=suggest_bugs)
    async def why(self, ctx: Context, *, bug: str) -> None:
        """Show how an incident's sections were found."""
        await reply(ctx, why_answer(ctx, bug))
