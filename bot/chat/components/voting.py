"""The buttons with which members vote on a proposed section and decide about it.

Their ids carry the section's id; permissions are checked where votes are stored.
"""

import discord

from bot.chat.components.persistent import Button, PersistentItem
from bot.chat.context import Interaction, actor_from, reject_bots, services, use_cases

VOTE_BUTTONS = {"for": ("For", discord.ButtonStyle.success), "against": ("Against", discord.ButtonStyle.danger)}
DECISION_LABELS = {"accept": "Accept now", "decline": "Decline now", "withdraw": "Withdraw"}


class VoteButton(
    PersistentItem[Button],
    template=r"rw:vote:(?P<choice>for|against):(?P<section_id>[0-9]{1,12})",
    operation="The button of a vote",
):
    """Casts a member's vote; pressing the other button changes it. `count` is how many voted like this so far."""

    def __init__(self, section_id: int, choice: str, count: int | None = None) -> None:
        self.section_id = section_id
        self.choice = choice
        name, style = VOTE_BUTTONS[choice]
        label = name if count is None else f"{name} · {count}"
        super().__init__(discord.ui.Button(label=label, style=style, custom_id=f"rw:vote:{choice}:{section_id}", row=0))

    async def on_use(self, interaction: Interaction) -> None:
        """Store the vote and update the message with the tally or the result."""
        reject_bots(interaction)
        await interaction.response.defer()
        sections = use_cases(interaction).custom_sections
        await sections.vote(actor_from(interaction), self.section_id, in_favour=self.choice == "for")
        await services(interaction).proposals.update_pressed(interaction, self.section_id)


class DecisionButton(
    PersistentItem[Button],
    template=r"rw:decide:(?P<decision>accept|decline|withdraw):(?P<section_id>[0-9]{1,12})",
    operation="The button that decides",
):
    """Accepts, declines or withdraws a proposal at once, for members with the permission.

    Proposals name the commands instead; the buttons below older messages still work.
    """

    def __init__(self, section_id: int, decision: str) -> None:
        self.section_id = section_id
        self.decision = decision
        label = DECISION_LABELS[decision]
        super().__init__(discord.ui.Button(label=label, custom_id=f"rw:decide:{decision}:{section_id}", row=1))

    async def on_use(self, interaction: Interaction) -> None:
        """Decide and update the message with the result."""
        reject_bots(interaction)
        await interaction.response.defer()
        sections, actor = use_cases(interaction).custom_sections, actor_from(interaction)
        if self.decision == "withdraw":
            await sections.withdraw(actor, self.section_id)
        else:
            await sections.decide_now(actor, self.section_id, accept=self.decision == "accept")
        await services(interaction).proposals.update_pressed(interaction, self.section_id)
