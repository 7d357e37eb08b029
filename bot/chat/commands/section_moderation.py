"""Commands that moderate members' sections: rename, describe, merge, retire, sectionrules."""

from collections.abc import Coroutine
from typing import Annotated, Any, Literal

from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_custom_sections
from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.commands.number_option import NumberOrLine
from bot.chat.context import Context, actor_from, defer_if_slow, prefix_of, reply, services, use_cases
from bot.chat.render.message import Answer
from bot.chat.render.proposals import render_vote_rules
from bot.chat.render.sections import render_section_state
from handlers.sections.command_parser import SectionCommandParser, parse_vote_rules
from handlers.sections.vote_rules import RuleChanges
from storage.values.sections import CustomSection


class SectionModerationCommands(commands.Cog):
    """What moderators do with sections; permissions are checked in the section service."""

    @hybrid_command("rename")
    @app_commands.guild_only()
    @app_commands.describe(section="The section", name="Its new name")
    @app_commands.autocomplete(section=suggest_custom_sections)
    async def rename(self, ctx: Context, *, section: str, name: str = "") -> None:
        """Rename a section."""
        sections, actor = use_cases(ctx).custom_sections, actor_from(ctx)
        if name:
            await self._reply(ctx, sections.rename(actor, section, name), "has its new name")
        else:
            await self._reply(ctx, SectionCommandParser(sections).rename(actor, section), "has its new name")

    @hybrid_command("describe")
    @app_commands.guild_only()
    @app_commands.describe(section="The section", description="What it is about, in one line")
    @app_commands.autocomplete(section=suggest_custom_sections)
    async def describe(self, ctx: Context, *, section: str, description: str = "") -> None:
        """Describe what a section is about."""
        sections, actor = use_cases(ctx).custom_sections, actor_from(ctx)
        if description:
            await self._reply(ctx, sections.describe(actor, section, description), "has its new description")
        else:
            await self._reply(ctx, SectionCommandParser(sections).describe(actor, section), "has its new description")

    @hybrid_command("merge")
    @app_commands.guild_only()
    @app_commands.describe(section="The section that ends", into="The section that its incidents move to")
    @app_commands.autocomplete(section=suggest_custom_sections, into=suggest_custom_sections)
    async def merge(self, ctx: Context, *, section: str, into: str = "") -> None:
        """Merge a section into another."""
        sections, actor = use_cases(ctx).custom_sections, actor_from(ctx)
        if into:
            await self._reply(ctx, sections.merge(actor, section, into), "holds both now")
        else:
            await self._reply(ctx, SectionCommandParser(sections).merge(actor, section), "holds both now")

    @hybrid_command("retire")
    @app_commands.guild_only()
    @app_commands.describe(section="The section that ends")
    @app_commands.autocomplete(section=suggest_custom_sections)
    async def retire(self, ctx: Context, *, section: str) -> None:
        """Retire a section."""
        retirement = SectionCommandParser(use_cases(ctx).custom_sections).retire(actor_from(ctx), section)
        await self._reply(ctx, retirement, "was retired")

    @hybrid_command("sectionrules")
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
        votes: Annotated[int | str | None, NumberOrLine] = None,
        majority: int | None = None,
        days: int | None = None,
        decides: Literal["manage-server", "manage-messages", "nobody"] | None = None,
    ) -> None:
        """Show or change how this server decides about sections."""
        changes = parse_vote_rules(votes) if isinstance(votes, str) else RuleChanges(votes, majority, days, decides)
        await reply(ctx, self._build_rules(ctx, changes))

    async def _build_rules(self, ctx: Context, changes: RuleChanges) -> Answer:
        rules = await use_cases(ctx).custom_sections.rules(actor_from(ctx), changes)
        return render_vote_rules(rules, prefix_of(ctx))

    async def _reply(self, ctx: Context, change: Coroutine[Any, Any, CustomSection], sentence: str) -> None:
        """Show the changed section, and update its message if it has one; `sentence` follows its title."""
        section = await defer_if_slow(change, ctx.defer)
        await ctx.send(**render_section_state(section, sentence).options())
        await services(ctx).proposals.refresh(ctx.bot, section.id)
