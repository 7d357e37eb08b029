"""The buttons by which a proposed section is voted on and decided.

They carry the section's number alone and so outlive a restart; who may do what is decided where votes are kept.
"""

import re
from typing import Any, Self

import discord

from bot.chat.context import Interaction, answering, answers_for, asker_of, refuse_bots, serving

VOTES = {"for": ("For", discord.ButtonStyle.success), "against": ("Against", discord.ButtonStyle.danger)}
DECISIONS = {"accept": "Accept now", "decline": "Decline now", "withdraw": "Withdraw"}


class VoteButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"rw:vote:(?P<way>for|against):(?P<section>[0-9]{1,12})",
):
    """A member's vote; pressing the other one changes it."""

    def __init__(self, section: int, way: str) -> None:
        self.section = section
        self.way = way
        label, style = VOTES[way]
        super().__init__(discord.ui.Button(label=label, style=style, custom_id=f"rw:vote:{way}:{section}", row=0))

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Build the button again from its id."""
        return cls(int(match["section"]), match["way"])

    async def callback(self, interaction: Interaction) -> None:
        """Keep the vote, and show the tally or the end."""
        async with answering(interaction, "The button of a vote"):
            refuse_bots(interaction)
            await interaction.response.defer()
            await answers_for(interaction).member_sections.vote(
                asker_of(interaction), self.section, in_favour=self.way == "for"
            )
            await serving(interaction).proposals.show_in(interaction, self.section)


class DecisionButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"rw:decide:(?P<way>accept|decline|withdraw):(?P<section>[0-9]{1,12})",
):
    """Decides a proposal at once or takes it back, for those who may."""

    def __init__(self, section: int, way: str) -> None:
        self.section = section
        self.way = way
        super().__init__(discord.ui.Button(label=DECISIONS[way], custom_id=f"rw:decide:{way}:{section}", row=1))

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Build the button again from its id."""
        return cls(int(match["section"]), match["way"])

    async def callback(self, interaction: Interaction) -> None:
        """Decide, and show the end."""
        async with answering(interaction, "The button that decides"):
            refuse_bots(interaction)
            await interaction.response.defer()
            made, asker = answers_for(interaction).member_sections, asker_of(interaction)
            if self.way == "withdraw":
                await made.withdraw(asker, self.section)
            else:
                await made.decide_now(asker, self.section, accept=self.way == "accept")
            await serving(interaction).proposals.show_in(interaction, self.section)
