"""The button "What it would hold" below a proposed section."""

import discord

from bot.chat.components.persistent import Button, PersistentItem
from bot.chat.context import Interaction, actor_from, prefix_of, reply_ephemeral, services, use_cases
from bot.chat.render.message import Answer
from bot.chat.render.previews import render_preview
from handlers.errors import UserError


class PreviewButton(
    PersistentItem[Button], template=r"rw:holds:(?P<section_id>[0-9]{1,12})", operation="The button What it would hold"
):
    """Shows which incidents a section would hold, with their titles, visible only to the member who pressed it."""

    def __init__(self, section_id: int) -> None:
        self.section_id = section_id
        super().__init__(discord.ui.Button(label="What it would hold", custom_id=f"rw:holds:{section_id}", row=0))

    async def on_use(self, interaction: Interaction) -> None:
        """Send the preview; it counts like the command, for it ranks all incidents too."""
        services(interaction).check_limit(interaction, "preview")
        await reply_ephemeral(interaction, self._build(interaction))

    async def _build(self, interaction: Interaction) -> Answer:
        cases, actor = use_cases(interaction), actor_from(interaction)
        section = (await cases.custom_sections.ballot(actor, self.section_id)).section
        if not section.is_open:
            raise UserError(f"{section.title} is {section.state}, so it holds nothing.")
        preview = await cases.custom_sections.preview_section(actor, self.section_id)
        return render_preview(preview, section, preview.section_titles, cases.bug_url, prefix_of(interaction))
