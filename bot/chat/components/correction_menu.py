"""The button "Wrong section" on alerts, and the menus that it opens for the one who pressed it.

Their ids carry the bug's number alone, so that they outlive a restart; who may correct what is decided where
corrections are kept.
"""

import re
from typing import Any, Self

import discord

from bot.chat.context import Interaction, answer_alone, answering, answers_for, asker_of, in_time
from bot.chat.render.corrections import correction_sentence, render_placing
from bot.chat.render.escape import CHOICE, plain
from handlers.queries.service import Queries
from storage.values.incidents import Section

MOST_OPTIONS = 25
WAYS = {"out": "It does not belong in …", "in": "It belongs in …"}

Shown = tuple[discord.Embed, discord.ui.View]


class WrongSectionButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"rw:wrong:(?P<bug>[0-9]{1,9})"
):
    """Tells how an incident's sections were found and lets whoever pressed it say which are wrong."""

    def __init__(self, bug: int) -> None:
        self.bug = bug
        super().__init__(discord.ui.Button(label="Wrong section", custom_id=f"rw:wrong:{bug}"))

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Build the button again from its id."""
        return cls(int(match["bug"]))

    async def callback(self, interaction: Interaction) -> None:
        """Answer to who pressed it alone: how the sections were found, and the menus."""
        async with answering(interaction, "The button Wrong section"):
            await answer_alone(interaction, _find_placing(answers_for(interaction), self.bug))


class SectionMenu(
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]],
    template=r"rw:section:(?P<way>in|out):(?P<bug>[0-9]{1,9})",
):
    """Puts an incident into the section that is chosen, or takes it out."""

    def __init__(self, bug: int, way: str, options: list[discord.SelectOption]) -> None:
        self.bug = bug
        self.way = way
        menu: discord.ui.Select[discord.ui.View] = discord.ui.Select(
            custom_id=f"rw:section:{way}:{bug}", placeholder=WAYS[way], options=options
        )
        super().__init__(menu)

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Build the menu again from its id; its options stand in the message, the choice comes with the interaction."""
        return cls(int(match["bug"]), match["way"], [])

    async def callback(self, interaction: Interaction) -> None:
        """Keep what was chosen, and show in place of the menus what holds now."""
        async with answering(interaction, "The menu of sections"):
            response = interaction.response
            embed, view = await in_time(self._correct(interaction), response.defer)
            if response.is_done():
                await interaction.edit_original_response(embed=embed, view=view)
            else:
                await response.edit_message(embed=embed, view=view)

    async def _correct(self, interaction: Interaction) -> Shown:
        answers = answers_for(interaction)
        line = f"{self.bug} {next(iter(self.item.values), '')}"
        found = await (answers.classify if self.way == "in" else answers.unclassify)(asker_of(interaction), line)
        sentence = correction_sentence(found, await answers.section_titles(), answers.bug_url)
        return await _find_placing(answers, self.bug, sentence)


async def _find_placing(answers: Queries, bug: int, sentence: str = "") -> Shown:
    why = await answers.explain(str(bug))
    sections = [one for one in await answers.sections() if one.state in {"builtin", "active"}]
    inside = {one.section for one in why.sections}
    likeliest = [one.section for one in sorted(why.suggested, key=lambda one: -one.confidence)]
    # after what the text suggests, the largest first
    others = sorted(
        (one for one in sections if one.key not in inside),
        key=lambda one: (likeliest.index(one.key) if one.key in likeliest else len(likeliest), -one.incidents),
    )
    view = discord.ui.View(timeout=None)
    for way, options in (("out", [one for one in sections if one.key in inside]), ("in", others)):
        if choices := _choices(options):
            view.add_item(SectionMenu(bug, way, choices))
    left = max(len(others) - MOST_OPTIONS, 0)
    return render_placing(why, await answers.section_titles(), answers.bug_url, sentence=sentence, left=left), view


def _choices(sections: list[Section]) -> list[discord.SelectOption]:
    # a key is what is sent back: cut short it would name another section
    fitting = [one for one in sections if 0 < len(one.key) <= CHOICE][:MOST_OPTIONS]
    return [discord.SelectOption(label=plain(one.title, CHOICE) or one.key, value=one.key) for one in fitting]
