"""Judging what a section finds: the button below it, and the menus by which a member says what belongs.

Each answer teaches at once. The menus hold what is still to be judged, so that nothing has to be remembered: what was
chosen in one is taken out of both, and when they are empty the next batch comes.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Self

import discord

from bot.chat.components.example_picker import options_of
from bot.chat.context import Interaction, answer_alone, answering, answers_for, asker_of, serving
from bot.chat.render.sections import render_batch
from handlers.queries.service import Queries
from handlers.results import Actor, UserError
from handlers.sections.ranking import Match

MENUS = {"in": "These belong …", "out": "These do not …"}
REST = {"in": "The rest belongs", "out": "The rest does not", "next": "Others"}
_BUG = re.compile(r"[0-9]{1,9}")

Shown = tuple[discord.Embed, discord.ui.View]


class JudgeButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"rw:judge:(?P<section>[0-9]{1,12})"
):
    """Shows whoever presses it a batch of incidents to judge."""

    def __init__(self, section: int) -> None:
        self.section = section
        style = discord.ButtonStyle.primary
        super().__init__(discord.ui.Button(label="Judge", style=style, custom_id=f"rw:judge:{section}", row=0))

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Build the button again from its id."""
        return cls(int(match["section"]))

    async def callback(self, interaction: Interaction) -> None:
        """Answer to who pressed it alone."""
        async with answering(interaction, "The button Judge"):
            await answer_alone(interaction, find_batch(answers_for(interaction), asker_of(interaction), self.section))


class VerdictMenu(
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]],
    template=r"rw:verdict:(?P<way>in|out):(?P<section>[0-9]{1,12})",
):
    """Says of the incidents that are chosen that they belong, or that they do not."""

    def __init__(self, section: int, way: str, options: list[discord.SelectOption]) -> None:
        self.section = section
        self.way = way
        menu: discord.ui.Select[discord.ui.View] = discord.ui.Select(
            custom_id=f"rw:verdict:{way}:{section}",
            placeholder=MENUS[way],
            options=options,
            max_values=len(options) or 1,
        )
        super().__init__(menu)

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Build the menu again from its id; what was chosen comes with the interaction."""
        return cls(int(match["section"]), match["way"], [])

    async def callback(self, interaction: Interaction) -> None:
        """Keep the verdicts, and show what is left of the batch or the next one."""
        async with answering(interaction, "The menu that judges"):
            chosen = {int(bug): self.way == "in" for bug in self.item.values}
            left = [bug for bug in _asked(interaction) if bug not in chosen]
            await _judge(interaction, self.section, chosen, left)


class RestButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"rw:rest:(?P<way>in|out|next):(?P<section>[0-9]{1,12})",
):
    """Judges all that is left of a batch alike, or leaves it for others."""

    def __init__(self, section: int, way: str) -> None:
        self.section = section
        self.way = way
        super().__init__(discord.ui.Button(label=REST[way], custom_id=f"rw:rest:{way}:{section}"))

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Build the button again from its id."""
        return cls(int(match["section"]), match["way"])

    async def callback(self, interaction: Interaction) -> None:
        """Keep the verdicts, and show the next batch."""
        async with answering(interaction, "The button for the rest"):
            asked = _asked(interaction)
            if self.way == "next":
                await _judge(interaction, self.section, {}, [], passed=asked)
            else:
                await _judge(interaction, self.section, dict.fromkeys(asked, self.way == "in"), [])


async def find_batch(
    answers: Queries,
    asker: Actor,
    which: str | int,
    *,
    left: Sequence[int] = (),
    passed: Sequence[int] = (),
    sentence: str = "",
) -> Shown:
    """Give what is to be judged: what is `left` of a batch, else the next one, without what was `passed` over."""
    made = answers.member_sections
    section = (await made.ballot(asker, which)).section
    if not section.is_open:
        raise UserError(f"{section.title} is {section.state}, so its examples stay as they are.")
    preview = await made.preview_of(asker, section.id, passed=passed)
    by_bug = {match.bug: match for match in preview.matches}
    batch: tuple[Match, ...] = tuple(by_bug[bug] for bug in left if bug in by_bug) or preview.batch
    view = discord.ui.View(timeout=None)
    if batch:
        for way in MENUS:
            view.add_item(VerdictMenu(section.id, way, options_of(batch, preview)))
        for way in REST:
            view.add_item(RestButton(section.id, way))
    return render_batch(section, preview, batch, answers.bug_url, sentence), view


async def _judge(
    interaction: Interaction,
    number: int,
    verdicts: Mapping[int, bool],
    left: Sequence[int],
    *,
    passed: Sequence[int] = (),
) -> None:
    await interaction.response.defer()
    answers, asker = answers_for(interaction), asker_of(interaction)
    sentence = ""
    if verdicts:
        changed = (await answers.member_sections.judge(asker, number, verdicts)).changed
        learned = ", ".join(f"{bug} {'belongs' if verdicts[bug] else 'does not'}" for bug in changed)
        sentence = f"Learned: {learned}." if learned else "That was known already."
    embed, view = await find_batch(answers, asker, number, left=left, passed=passed, sentence=sentence)
    await interaction.edit_original_response(embed=embed, view=view)
    if verdicts:
        await serving(interaction).proposals.refresh(interaction.client, number)


def _asked(interaction: Interaction) -> list[int]:
    """Give the incidents that the menus of a message still hold."""
    rows = interaction.message.components if interaction.message else []
    parts = [part for row in rows if isinstance(row, discord.ActionRow) for part in row.children]
    menus = (part for part in parts if isinstance(part, discord.SelectMenu))
    values = (option.value for menu in menus for option in menu.options)
    return list(dict.fromkeys(int(value) for value in values if _BUG.fullmatch(value)))
