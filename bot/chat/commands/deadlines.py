"""Commands about clocks: deadlines, history."""

from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_owners
from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.components.deadline_pages import build_deadline_page, build_history_page
from bot.chat.context import Context, reply
from handlers.queries.deadline_filters import parse_deadline_query


class DeadlineCommands(commands.Cog):
    """What is due or appears overdue, and what was missed in the past."""

    # by prefix the whole line becomes the first keyword-only parameter
    @hybrid_command("deadlines")
    @app_commands.describe(
        ca="A CA owner or a bug; nothing for all",
        only="Only what appears overdue, or what is due within 7 or 30 days",
    )
    @app_commands.choices(
        only=[
            app_commands.Choice(name="what appears overdue", value="overdue"),
            app_commands.Choice(name="due within 7 days", value="7d"),
            app_commands.Choice(name="due within 30 days", value="30d"),
            app_commands.Choice(name="also what is met or unknown", value="all"),
        ]
    )
    @app_commands.autocomplete(ca=suggest_owners)
    async def deadlines(self, ctx: Context, *, ca: str = "", only: str = "") -> None:
        """List clocks, what counts most first, a page at a time."""
        await reply(ctx, build_deadline_page(ctx, parse_deadline_query(f"{ca} {only}"), 0))

    @hybrid_command("history")
    @app_commands.describe(ca="A CA owner as people call it")
    @app_commands.autocomplete(ca=suggest_owners)
    async def history(self, ctx: Context, *, ca: str) -> None:
        """Show the clocks that a CA missed, by year and rule."""
        await reply(ctx, build_history_page(ctx, ca, 0))
