"""The command that explains a term: explain."""

from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_terms
from bot.chat.commands.answers import explain_answer
from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.context import Context, reply


class ExplanationCommands(commands.Cog):
    """What a tag, a clock or a form of reports is."""

    @hybrid_command("explain")
    @app_commands.describe(term="A tag, a clock or a form, such as leaf-revocation-delay, last call or full report")
    @app_commands.autocomplete(term=suggest_terms)
    async def explain(self, ctx: Context, *, term: str) -> None:
        """Explain a term in two sentences with its source."""
        await reply(ctx, explain_answer(ctx, term))
