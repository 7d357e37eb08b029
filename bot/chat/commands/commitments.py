"""The command about promises: commitments."""

from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_owners
from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.components.commitment_pages import build_commitment_page
from bot.chat.context import Context, reply
from handlers.queries.commitment_filters import parse_commitment_query


class CommitmentCommands(commands.Cog):
    """What CAs promised, and what became of it."""

    # by prefix the whole line becomes the first keyword-only parameter
    @hybrid_command("commitments")
    @app_commands.describe(ca="A CA owner or a bug", only="Only the open ones, or only the broken ones")
    @app_commands.choices(
        only=[
            app_commands.Choice(name="open: whose end was not told yet", value="open"),
            app_commands.Choice(name="broken: late, never, or past the date", value="broken"),
        ]
    )
    @app_commands.autocomplete(ca=suggest_owners)
    async def commitments(self, ctx: Context, *, ca: str, only: str = "") -> None:
        """List promises with what became of them, a page at a time."""
        await reply(ctx, build_commitment_page(ctx, parse_commitment_query(f"{ca} {only}"), 0))
