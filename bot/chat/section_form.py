"""The form that proposes a section (stands here until the sections branch brings its own)."""

import discord

from bot.chat.commands.asking import Interaction, answers_for, asker_of, serving


class SectionForm(discord.ui.Modal, title="Propose a section"):
    """A form."""

    def __init__(self, *, name: str = "", bugs: str = "", description: str = "") -> None:
        super().__init__()
        self.fields: list[discord.ui.TextInput[discord.ui.View]] = [
            discord.ui.TextInput(label="Name", default=name, custom_id="name"),
            discord.ui.TextInput(label="Example bugs", default=bugs, required=False, custom_id="bugs"),
            discord.ui.TextInput(label="Description", default=description, required=False, custom_id="description"),
        ]
        for one in self.fields:
            self.add_item(one)

    async def on_submit(self, interaction: Interaction) -> None:
        """Propose."""
        try:
            name, bugs, description = (one.value for one in self.fields)
            done = await answers_for(interaction).member_sections.addsection(
                asker_of(interaction), name=name, bugs=bugs, description=description
            )
            await interaction.response.send_message(f"{done.section.title} is proposed: {done.examples} examples.")
        except Exception as error:  # noqa: BLE001
            await serving(interaction).errors.interaction_failed(interaction, error, "The form")
