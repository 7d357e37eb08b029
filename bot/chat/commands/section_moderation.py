"""Commands that keep members' sections in order: rename, describe, merge, retire, sectionrules."""

from collections.abc import Awaitable
from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_made_sections
from bot.chat.context import Context, answer, answers_for, asker_of, command, serving
from bot.chat.render.sections import render_made, render_rules
from handlers.sections.command_parser import SectionLines
from handlers.sections.service import MemberSections
from storage.values.sections import MadeSection


class KeepingCommands(commands.Cog):
    """What moderators do with sections in use; who may do what is decided where they are kept."""

    @command("rename")
    @app_commands.guild_only()
    @app_commands.describe(section="The section", name="Its new name")
    @app_commands.autocomplete(section=suggest_made_sections)
    async def rename(self, ctx: Context, *, section: str, name: str = "") -> None:
        """Give a section another name."""
        made, asker = self._made(ctx), asker_of(ctx)
        done = made.rename(asker, section, name) if name else SectionLines(made).rename(asker, section)
        await self._answer(ctx, done)

    @command("describe")
    @app_commands.guild_only()
    @app_commands.describe(section="The section", description="A line of what it is about")
    @app_commands.autocomplete(section=suggest_made_sections)
    async def describe(self, ctx: Context, *, section: str, description: str = "") -> None:
        """Say what a section is about."""
        made, asker = self._made(ctx), asker_of(ctx)
        said = (
            made.describe(asker, section, description) if description else SectionLines(made).describe(asker, section)
        )
        await self._answer(ctx, said)

    @command("merge")
    @app_commands.guild_only()
    @app_commands.describe(section="The section that ends", into="The one that takes what it holds")
    @app_commands.autocomplete(section=suggest_made_sections, into=suggest_made_sections)
    async def merge(self, ctx: Context, *, section: str, into: str = "") -> None:
        """Put a section into another."""
        made, asker = self._made(ctx), asker_of(ctx)
        done = made.merge(asker, section, into) if into else SectionLines(made).merge(asker, section)
        await self._answer(ctx, done)

    @command("retire")
    @app_commands.guild_only()
    @app_commands.describe(section="The section that ends")
    @app_commands.autocomplete(section=suggest_made_sections)
    async def retire(self, ctx: Context, *, section: str) -> None:
        """End a section."""
        await self._answer(ctx, SectionLines(self._made(ctx)).retire(asker_of(ctx), section))

    @command("sectionrules")
    @app_commands.guild_only()
    @app_commands.describe(
        votes="How many votes are needed",
        majority="More than how many percent must be in favour",
        days="How long a vote lasts",
        decides="Who may decide without a vote",
    )
    async def sectionrules(
        self,
        ctx: Context,
        *,
        votes: str = "",
        majority: str = "",
        days: str = "",
        decides: Literal["manage-server", "manage-messages", "nobody"] | None = None,
    ) -> None:
        """Show or change how this server decides about sections."""
        line = votes
        if ctx.interaction:
            given = {"votes": votes, "majority": majority, "days": days, "decides": decides or ""}
            line = " ".join(f"{name}:{value}" for name, value in given.items() if value)
        await answer(ctx, self._rules(ctx, line))

    async def _rules(self, ctx: Context, line: str) -> discord.Embed:
        return render_rules(await SectionLines(self._made(ctx)).sectionrules(asker_of(ctx), line))

    def _made(self, ctx: Context) -> MemberSections:
        return answers_for(ctx).member_sections

    async def _answer(self, ctx: Context, work: Awaitable[MadeSection]) -> None:
        numbers: list[int] = []
        await answer(ctx, self._changed(work, numbers))
        await serving(ctx).proposals.refresh(ctx.bot, numbers[0])

    async def _changed(self, work: Awaitable[MadeSection], numbers: list[int]) -> discord.Embed:
        section = await work
        numbers.append(section.id)
        return render_made(section)
