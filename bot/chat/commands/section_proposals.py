"""Commands to propose sections and decide about them: addsection, preview, judge, vote, accept, decline, withdraw."""

from collections.abc import Coroutine
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_bug_lists, suggest_custom_sections, suggest_proposals
from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.components.labelling import LabelButton, build_batch
from bot.chat.components.section_modal import SectionModal, SectionModalButton
from bot.chat.context import Context, actor_from, defer_if_slow, prefix_of, services, use_cases
from bot.chat.render.previews import render_preview
from bot.chat.render.proposals import render_label_result, render_vote
from handlers.errors import UserError
from handlers.parsing.proposal_parser import MAX_TEXT_LENGTH
from handlers.results.votes import Ballot
from handlers.sections.command_parser import SectionCommandParser, parse_verdicts

FORM_INTRODUCTION = (
    "A name, example bugs and a line of what it is about make a section; or write them after `addsection`."
)
MAX_ATTACHMENT_BYTES = 100_000  # Discord turns a paste that is longer than a message into a text file
ATTACHMENT_NOT_READ = (
    f"I read only the first {MAX_TEXT_LENGTH:,} characters of text files of up to {MAX_ATTACHMENT_BYTES // 1000} kB; "
    "attach less, or paste only the lines that name the bugs."
)


class SectionProposalCommands(commands.Cog):
    """What members do with a proposed section, from its proposal to the decision."""

    # By prefix the whole line becomes the first keyword-only parameter, as in incidents.
    @hybrid_command("addsection")
    @app_commands.guild_only()
    @app_commands.describe(
        name="What the section is to be called; without one a form opens",
        bugs="Example bugs: numbers, links, or a whole mail with links",
        description="What it is about, in one line",
    )
    @app_commands.autocomplete(bugs=suggest_bug_lists)
    async def addsection(self, ctx: Context, *, name: str = "", bugs: str = "", description: str = "") -> None:
        """Propose a section; for a name alone, suggest examples."""
        pasted_text, note = ("", "") if ctx.interaction else await _read_text_attachments(ctx.message)
        if note:
            await ctx.send(note)
        if name.strip() or pasted_text:
            # the option is parsed for bugs unless these have an option of their own
            fields = {"name": name} if bugs.strip() else {"text": f"{name}\n{pasted_text}"}
            await services(ctx).proposals.submit(ctx, **fields, bugs=bugs, description=description)
        elif ctx.interaction:
            await ctx.interaction.response.send_modal(SectionModal(bugs=bugs, description=description))
        else:
            view = discord.ui.View(timeout=None)
            view.add_item(SectionModalButton())
            await ctx.send(FORM_INTRODUCTION, view=view)

    @hybrid_command("preview")
    @app_commands.guild_only()
    @app_commands.describe(
        name="The name of a section, whether it is proposed or not",
        bugs="Bugs that would belong",
        against="Bugs that would not",
        description="What it is about, in one line",
    )
    @app_commands.autocomplete(name=suggest_custom_sections, bugs=suggest_bug_lists, against=suggest_bug_lists)
    async def preview(
        self, ctx: Context, *, name: str, bugs: str = "", against: str = "", description: str = ""
    ) -> None:
        """Show which incidents a section would contain."""
        cases, actor = use_cases(ctx), actor_from(ctx)
        sections = cases.custom_sections
        if bugs or against or description:
            coro = sections.preview(actor, name=name, bugs=bugs, against=against, description=description)
        else:
            coro = SectionCommandParser(sections).preview(actor, name)
        preview = await defer_if_slow(coro, ctx.defer)
        if preview.section is None:
            answer = render_preview(preview, None, preview.section_titles, cases.bug_url, prefix_of(ctx))
            await ctx.send(**answer.options())
            return
        section = (await sections.ballot(actor, preview.section.id)).section
        if section.state == "proposed" and section.message is None:
            await services(ctx).proposals.repost(ctx, section.id)
            return
        answer = render_preview(preview, section, preview.section_titles, cases.bug_url, prefix_of(ctx))
        view = discord.ui.View(timeout=None)
        view.add_item(LabelButton(section.id))
        await ctx.send(**replace(answer, view=view).options())

    @hybrid_command("judge")
    @app_commands.guild_only()
    @app_commands.describe(
        section="The section", belong="Bugs that belong; without any, a batch is shown", do_not="Bugs that do not"
    )
    @app_commands.autocomplete(section=suggest_custom_sections, belong=suggest_bug_lists, do_not=suggest_bug_lists)
    async def judge(self, ctx: Context, *, section: str, belong: str = "", do_not: str = "") -> None:
        """Say which incidents belong in a section, or get a batch to label."""
        cases, actor = use_cases(ctx), actor_from(ctx)
        sections = cases.custom_sections
        if belong or do_not:
            labelling = sections.label_incidents(actor, section, parse_verdicts(("yes", belong), ("no", do_not)))
        elif await self._is_name(ctx, section):
            defer = partial(ctx.defer, ephemeral=True)
            answer = await defer_if_slow(build_batch(cases, actor, section.strip()), defer)
            await ctx.send(**answer.options(), ephemeral=True)
            return
        else:
            labelling = SectionCommandParser(sections).judge(actor, section)
        result = await defer_if_slow(labelling, ctx.defer)
        await ctx.send(**render_label_result(result, cases.bug_url).options())
        await services(ctx).proposals.refresh(ctx.bot, result.section.id)

    async def _is_name(self, ctx: Context, line: str) -> bool:
        """Return whether a line is a section's name alone, or is at least without the words yes and no."""
        try:
            await use_cases(ctx).custom_sections.ballot(actor_from(ctx), line.strip())
        except UserError:
            return not {"yes", "no"} & set(line.casefold().replace(":", " ").split())
        return True

    @hybrid_command("vote")
    @app_commands.guild_only()
    @app_commands.describe(section="The proposed section", vote="yes: for it; no: against it")
    @app_commands.autocomplete(section=suggest_proposals)
    async def vote(self, ctx: Context, *, section: str, vote: Literal["yes", "no"] | None = None) -> None:
        """Vote on a proposed section."""
        sections, actor = use_cases(ctx).custom_sections, actor_from(ctx)
        if vote:
            await self._show_ballot(ctx, sections.vote(actor, section, in_favour=vote == "yes"))
        else:
            await self._show_ballot(ctx, SectionCommandParser(sections).vote(actor, section))

    @hybrid_command("accept")
    @app_commands.guild_only()
    @app_commands.describe(section="The proposed section")
    @app_commands.autocomplete(section=suggest_proposals)
    async def accept(self, ctx: Context, *, section: str) -> None:
        """Accept a proposed section at once."""
        decision = use_cases(ctx).custom_sections.decide_now(actor_from(ctx), section, accept=True)
        await self._show_ballot(ctx, decision)

    @hybrid_command("decline")
    @app_commands.guild_only()
    @app_commands.describe(section="The proposed section")
    @app_commands.autocomplete(section=suggest_proposals)
    async def decline(self, ctx: Context, *, section: str) -> None:
        """Decline a proposed section at once."""
        decision = use_cases(ctx).custom_sections.decide_now(actor_from(ctx), section, accept=False)
        await self._show_ballot(ctx, decision)

    @hybrid_command("withdraw")
    @app_commands.guild_only()
    @app_commands.describe(section="The proposed section")
    @app_commands.autocomplete(section=suggest_proposals)
    async def withdraw(self, ctx: Context, *, section: str) -> None:
        """Withdraw a proposal."""
        await self._show_ballot(ctx, use_cases(ctx).custom_sections.withdraw(actor_from(ctx), section))

    async def _show_ballot(self, ctx: Context, decision: Coroutine[Any, Any, Ballot]) -> None:
        """Show the ballot after a vote or decision, and update the section's message."""
        ballot = await defer_if_slow(decision, ctx.defer)
        await ctx.send(**render_vote(ballot, prefix_of(ctx)).options())
        await services(ctx).proposals.refresh(ctx.bot, ballot.section.id)


async def _read_text_attachments(message: discord.Message) -> tuple[str, str]:
    """Return the content of a message's text files, which may be a long paste that Discord turned into a file.

    The second text tells the member that not all of it was read, and is empty otherwise.
    """
    pasted_text, note = "", ""
    for attachment in message.attachments:
        if not (attachment.content_type or "").startswith("text/"):
            continue
        if attachment.size > MAX_ATTACHMENT_BYTES or len(pasted_text) >= MAX_TEXT_LENGTH:
            note = ATTACHMENT_NOT_READ
            continue
        content = (await attachment.read()).decode("utf-8", "replace")
        pasted_text = f"{pasted_text}\n{content}" if pasted_text else content
    if len(pasted_text) > MAX_TEXT_LENGTH:
        note = ATTACHMENT_NOT_READ
    return pasted_text[:MAX_TEXT_LENGTH], note
