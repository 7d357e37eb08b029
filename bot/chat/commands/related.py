"""The command that asks for echoes: similar."""

import io
from dataclasses import dataclass

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_bugs
from bot.chat.context import Context, answers_for, command, in_time
from bot.chat.render.escape import MESSAGE
from bot.chat.render.related import render_similar
from bot.formatting.related_table import code_block, related_rows

TO_PASTE = "Related incidents of the two years before, to paste into a report:"
NOT_ALL = "\n{left} more did not fit, and I may not attach files here; grant Attach Files to get them all."
INTRODUCTION_LENGTH = 250


@dataclass(frozen=True, slots=True)
class _Found:
    embed: discord.Embed
    bug: int
    rows: tuple[str, ...]


class SimilarCommands(commands.Cog):
    """Earlier incidents that one refers to or resembles."""

    @command("similar")
    @app_commands.describe(bug="The bug's number or its address")
    @app_commands.autocomplete(bug=suggest_bugs)
    async def similar(self, ctx: Context, *, bug: str) -> None:
        """Show earlier incidents like one, and the table of them for a report."""
        found = await in_time(self._find_similar(ctx, bug), ctx.defer)
        if not found.rows:
            await ctx.send(embed=found.embed)
            return
        block, left = code_block(found.rows, MESSAGE - INTRODUCTION_LENGTH)
        if left and ctx.bot_permissions.attach_files:
            text = io.BytesIO("\n".join((*found.rows, "")).encode())
            file = discord.File(text, f"related-incidents-{found.bug}.md")
            await ctx.send(TO_PASTE, embed=found.embed, file=file)
            return
        await ctx.send(f"{TO_PASTE}\n{block}" + (NOT_ALL.format(left=left) if left else ""), embed=found.embed)

    async def _find_similar(self, ctx: Context, bug: str) -> _Found:
        answers = answers_for(ctx)
        found = await answers.related(bug)
        return _Found(
            render_similar(found, answers.bug_url), found.incident.bug.id, related_rows(found, answers.bug_url)
        )
