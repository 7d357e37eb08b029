"""The button "Propose this section" on the alert of a list message that requests one.

Its id carries the id of the alert's event; the request is read again when the button is pressed.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import discord

from bot.chat.components.persistent import Button, PersistentItem
from bot.chat.components.section_modal import SectionModal
from bot.chat.context import Interaction, actor_from, use_cases
from handlers.errors import UserError

# A modal must be the first response within Discord's 3 s; the interaction cannot be deferred before it.
MODAL_DEADLINE_SECONDS = 2.0

T = TypeVar("T")


class ProposeSectionButton(
    PersistentItem[Button],
    template=r"rw:propose:(?P<event_id>[0-9]{1,18})",
    operation="The button Propose this section",
):
    """Opens the form that proposes the section which a list message requests, filled in from that message."""

    def __init__(self, event_id: int) -> None:
        self.event_id = event_id
        button: Button = discord.ui.Button(label="Propose this section", custom_id=f"rw:propose:{event_id}")
        super().__init__(button)

    async def on_use(self, interaction: Interaction) -> None:
        """Open the form."""
        sections = use_cases(interaction).custom_sections
        draft = await _before_modal_deadline(sections.draft(actor_from(interaction), self.event_id))
        bugs = " ".join(map(str, draft.bugs))
        await interaction.response.send_modal(SectionModal(name=draft.name, bugs=bugs, description=""))


async def _before_modal_deadline(coro: Coroutine[Any, Any, T]) -> T:
    """Await a result; raise UserError if it takes longer than MODAL_DEADLINE_SECONDS."""
    task = asyncio.ensure_future(coro)
    try:
        done, _ = await asyncio.wait({task}, timeout=MODAL_DEADLINE_SECONDS)
        if not done:
            raise UserError(
                "Reading that message took too long for a form to open; press the button once more, or write "
                "`addsection` with a name and bugs."
            )
        return await task
    finally:
        task.cancel()
