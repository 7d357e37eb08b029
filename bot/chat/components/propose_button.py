"""The button "Propose this section" on the alert of a list message that asks for one.

Its id carries the number of the alert's event, so that it outlives a restart; what the message asks for is read anew.
"""

import asyncio
import re
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

import discord

from bot.chat.components.section_modal import SectionForm
from bot.chat.context import Interaction, answering, answers_for, asker_of
from handlers.results import UserError

# A form must be the first response, and nothing can be sent before it to win time: Discord waits 3 s.
SECONDS_FOR_A_FORM = 2.0

T = TypeVar("T")


class ProposeSectionButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"rw:propose:(?P<event>[0-9]{1,18})"
):
    """Opens the form that proposes the section a list message asks for, filled in with what the message says."""

    def __init__(self, event: int) -> None:
        self.event = event
        button: discord.ui.Button[discord.ui.View] = discord.ui.Button(
            label="Propose this section", custom_id=f"rw:propose:{event}"
        )
        super().__init__(button)

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Build the button again from its id."""
        return cls(int(match["event"]))

    async def callback(self, interaction: Interaction) -> None:
        """Open the form, or say to who pressed it alone why there is nothing to propose."""
        async with answering(interaction, "The button Propose this section"):
            draft = await _at_once(answers_for(interaction).member_sections.draft(asker_of(interaction), self.event))
            bugs = " ".join(map(str, draft.bugs))
            await interaction.response.send_modal(SectionForm(name=draft.name, bugs=bugs, description=""))


async def _at_once(work: Coroutine[Any, Any, T]) -> T:
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=SECONDS_FOR_A_FORM)
        if not done:
            raise UserError(
                "Reading that message took too long for a form to open; press the button once more, or write "
                "`addsection` with a name and bugs."
            )
        return await task
    finally:
        task.cancel()
