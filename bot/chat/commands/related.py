"""The command for related incidents: similar."""

import io
from dataclasses import dataclass

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_bugs
from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.context import Context, actor_from, defer_if_slow, use_cases
from bot.chat.render.escape import MAX_MESSAGE
from bot.chat.render.related import render_related
from bot.formatting.related_table import code_block, related_rows
from handlers.parsing.bug_references import require_bug_number

TO_PASTE = "Related incidents of the two years before, to paste into a report:"
NOT_ALL = "\n{omitted} more did not fit, and I may not attach files here; grant Attach Files to get them all."
INTRODUCTION_LENGTH = 250


@dataclass(frozen=True, slots=True)
class _Reply:
    """The rendered related incidents of a bug, and the rows of the table for a report."""

    embed: discord.Embed
    bug: int
    rows: tuple[str, ...]


class RelatedCommands(commands.Cog):
    """Earlier incidents that an incident refers to or resembles."""

    @hybrid_command("similar")
    @app_commands.describe(bug="The bug's number or its URL")
    @app_commands.autocomplete(bug=suggest_bugs)
    async def similar(self, ctx: Context, *, bug: str) -> None:
        """Show earlier incidents similar to one, and the table of them for a report."""
        related = await defer_if_slow(self._build_related(ctx, bug), ctx.defer)
        if not related.rows:
            await ctx.send(embed=related.embed)
            return
        block, omitted = code_block(related.rows, MAX_MESSAGE - INTRODUCTION_LENGTH)
        if omitted and ctx.bot_permissions.attach_files:
            text = io.BytesIO("\n".join((*related.rows, "")).encode())
            file = discord.File(text, f"related-incidents-{related.bug}.md")
            await ctx.send(TO_PASTE, embed=related.embed, file=file)
            return
        note = NOT_ALL.format(omitted=omitted) if omitted else ""
        await ctx.send(f"{TO_PASTE}\n{block}{note}", embed=related.embed)

    async def _build_related(self, ctx: Context, bug: str) -> _Reply:
        cases = use_cases(ctx)
        related = await cases.incidents.related(actor_from(ctx), require_bug_number(bug))
        embed = render_related(related, cases.bug_url)
        return _Reply(embed, related.incident.bug.id, related_rows(related, cases.bug_url))
