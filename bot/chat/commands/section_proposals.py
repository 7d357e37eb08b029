"""Commands that propose sections and decide about them: addsection, preview, judge, vote, accept, decline, withdraw."""

from functools import partial
from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import suggest_bug_lists, suggest_made_sections, suggest_proposals
from bot.chat.components.labelling import find_batch
from bot.chat.components.section_modal import FormButton, SectionForm
from bot.chat.context import Context, answer, answers_for, asker_of, command, in_time, serving
from bot.chat.render.sections import render_judged, render_preview, render_vote
from handlers.results import UserError
from handlers.sections.command_parser import SectionLines

FORM = "A name, example bugs and a line of what it is about make a section; or write them after `addsection`."
LONGEST_FILE = 100_000  # bytes; Discord makes a file of a paste that is longer than a message


class ProposingCommands(commands.Cog):
    """What leads from an idea to a section, or to its end."""

    # By prefix the whole line is the first keyword-only parameter, as in incidents.
    @command("addsection")
    @app_commands.guild_only()
    @app_commands.describe(
        name="What the section is to be called; without one a form opens",
        bugs="Example bugs: numbers, links, or a whole mail with links",
        description="A line of what it is about",
    )
    @app_commands.autocomplete(bugs=suggest_bug_lists)
    async def addsection(self, ctx: Context, *, name: str = "", bugs: str = "", description: str = "") -> None:
        """Propose a section; of a name alone, offer what may be its examples."""
        pasted = "" if ctx.interaction else await _files_of(ctx.message)
        if name.strip() or pasted:
            # an option is a name as it stands only where the bugs are elsewhere
            written = {"name": name} if bugs.strip() else {"text": f"{name}\n{pasted}"}
            await serving(ctx).proposals.begin(ctx, **written, bugs=bugs, description=description)
        elif ctx.interaction:
            await ctx.interaction.response.send_modal(SectionForm(bugs=bugs, description=description))
        else:
            view = discord.ui.View(timeout=None)
            view.add_item(FormButton())
            await ctx.send(FORM, view=view)

    @command("preview")
    @app_commands.guild_only()
    @app_commands.describe(
        name="A section's name, proposed or only thought of",
        bugs="Bugs that would belong",
        against="Bugs that would not",
        description="A line of what it is about",
    )
    @app_commands.autocomplete(name=suggest_made_sections, bugs=suggest_bug_lists, against=suggest_bug_lists)
    async def preview(
        self, ctx: Context, *, name: str, bugs: str = "", against: str = "", description: str = ""
    ) -> None:
        """Show what a section would hold."""
        made, asker = answers_for(ctx).member_sections, asker_of(ctx)
        if bugs or against or description:
            asked = made.preview(asker, name=name, bugs=bugs, against=against, description=description)
        else:
            asked = SectionLines(made).preview(asker, name)
        found = await in_time(asked, ctx.defer)
        if found.number:
            await serving(ctx).proposals.show_again(ctx, found.number)
            return
        answers = answers_for(ctx)
        await ctx.send(embed=render_preview(found, await answers.section_titles(), answers.bug_url))

    @command("judge")
    @app_commands.guild_only()
    @app_commands.describe(
        section="The section", belong="Bugs that belong; without any, a batch is shown", do_not="Bugs that do not"
    )
    @app_commands.autocomplete(section=suggest_made_sections, belong=suggest_bug_lists, do_not=suggest_bug_lists)
    async def judge(self, ctx: Context, *, section: str, belong: str = "", do_not: str = "") -> None:
        """Say which incidents belong into a section, or be shown some to judge."""
        line = section + (f" yes {belong}" if belong else "") + (f" no {do_not}" if do_not else "")
        answers, asker = answers_for(ctx), asker_of(ctx)
        if await self._is_name(ctx, line):
            defer = partial(ctx.defer, ephemeral=True)
            embed, view = await in_time(find_batch(answers, asker, line.strip()), defer)
            await ctx.send(embed=embed, view=view, ephemeral=True)
            return
        judged = await in_time(SectionLines(answers.member_sections).judge(asker, line), ctx.defer)
        await ctx.send(embed=render_judged(judged, answers.bug_url))
        await serving(ctx).proposals.refresh(ctx.bot, judged.section.id)

    async def _is_name(self, ctx: Context, line: str) -> bool:
        try:
            await answers_for(ctx).member_sections.ballot(asker_of(ctx), line.strip())
        except UserError:
            return not {"yes", "no"} & set(line.casefold().replace(":", " ").split())
        return True

    @command("vote")
    @app_commands.guild_only()
    @app_commands.describe(section="The proposed section", vote="yes: for it; no: against it")
    @app_commands.autocomplete(section=suggest_proposals)
    async def vote(self, ctx: Context, *, section: str, vote: Literal["yes", "no"] | None = None) -> None:
        """Vote on a proposed section."""
        await self._decide(ctx, "vote", f"{section} {vote or ''}".strip())

    @command("accept")
    @app_commands.guild_only()
    @app_commands.describe(section="The proposed section")
    @app_commands.autocomplete(section=suggest_proposals)
    async def accept(self, ctx: Context, *, section: str) -> None:
        """Accept a proposed section at once."""
        await self._decide(ctx, "accept", section)

    @command("decline")
    @app_commands.guild_only()
    @app_commands.describe(section="The proposed section")
    @app_commands.autocomplete(section=suggest_proposals)
    async def decline(self, ctx: Context, *, section: str) -> None:
        """Decline a proposed section at once."""
        await self._decide(ctx, "decline", section)

    @command("withdraw")
    @app_commands.guild_only()
    @app_commands.describe(section="The proposed section")
    @app_commands.autocomplete(section=suggest_proposals)
    async def withdraw(self, ctx: Context, *, section: str) -> None:
        """Take a proposal back."""
        await self._decide(ctx, "withdraw", section)

    async def _decide(self, ctx: Context, name: str, line: str) -> None:
        numbers: list[int] = []
        await answer(ctx, self._decided(ctx, name, line, numbers))
        await serving(ctx).proposals.refresh(ctx.bot, numbers[0])

    async def _decided(self, ctx: Context, name: str, line: str, numbers: list[int]) -> discord.Embed:
        made, asker = answers_for(ctx).member_sections, asker_of(ctx)
        found: Any = await SectionLines(made).commands[name](asker, line)
        numbers.append(found.id if name == "withdraw" else found.section.id)
        return render_vote(await made.ballot(asker, numbers[0]))


async def _files_of(message: discord.Message) -> str:
    """Give the text of a paste that Discord made a file of."""
    files = [
        await file.read()
        for file in message.attachments
        if (file.content_type or "").startswith("text/") and file.size <= LONGEST_FILE
    ]
    return "\n".join(text.decode("utf-8", "replace") for text in files)
