"""Commands with which members of a server correct an incident's sections: classify, unclassify."""

from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_bugs, suggest_sections
from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.components.correction_menu import UndoButton
from bot.chat.context import Context, actor_from, defer_if_slow, use_cases
from bot.chat.render.corrections import render_correction
from handlers.parsing.bug_references import parse_classify, parse_unclassify, require_bug_number
from handlers.results.corrections import CorrectionResult


class CorrectionCommands(commands.Cog):
    """Corrections by members; permissions are checked where they are saved."""

    # By prefix a bug may be more than one word ("bug 1897630"): both parameters are parsed as one line.
    @hybrid_command("classify")
    @app_commands.guild_only()
    @app_commands.describe(bug="The bug's number or its URL", section="The section that it belongs in")
    @app_commands.autocomplete(bug=suggest_bugs, section=suggest_sections)
    async def classify(self, ctx: Context, bug: str, *, section: str) -> None:
        """Put an incident into a section."""
        if ctx.interaction:
            number, name = require_bug_number(bug), section
        else:
            number, name = parse_classify(f"{bug} {section}")
        await self._reply(ctx, use_cases(ctx).corrections.classify(actor_from(ctx), number, name))

    @hybrid_command("unclassify")
    @app_commands.guild_only()
    @app_commands.describe(
        bug="The bug's number or its URL",
        section="The section that it does not belong in; may be omitted if it is in only one",
    )
    @app_commands.autocomplete(bug=suggest_bugs, section=suggest_sections)
    async def unclassify(self, ctx: Context, bug: str, *, section: str = "") -> None:
        """Take an incident out of a section."""
        if ctx.interaction and section:
            number, name = require_bug_number(bug), section
        else:
            number, name = parse_unclassify(f"{bug} {section}")
        await self._reply(ctx, use_cases(ctx).corrections.unclassify(actor_from(ctx), number, name))

    async def _reply(self, ctx: Context, correction: Coroutine[Any, Any, CorrectionResult]) -> None:
        result = await defer_if_slow(correction, ctx.defer)
        answer = render_correction(result, result.section_titles, use_cases(ctx).bug_url)
        if result.undo:
            view = discord.ui.View(timeout=None)
            view.add_item(UndoButton(result.undo))
            answer = replace(answer, view=view)
        await ctx.send(**answer.options())
