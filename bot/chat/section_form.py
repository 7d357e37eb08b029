"""The form in which a member proposes a section, and the button that opens it, filled in where something is known."""

import json
import re
from functools import partial
from typing import Any, Self

import discord

from bot.chat.commands.asking import Interaction, answers_for, serving
from handlers.answers import CannotAnswer

LONGEST_NAME, LONGEST_BUGS, LONGEST_DESCRIPTION = 100, 4000, 300
FORM_GONE = "I no longer know what stood in that form; please write it again."


class SectionForm(discord.ui.Modal):
    """Asks for a section's name, example bugs and a description; what is given stands in the fields already.

    Sent back, it proposes the section and shows the proposal to everybody in the channel. What cannot be taken is told
    to the member alone, with a button that opens the form again as it was filled in.
    """

    def __init__(self, name: str = "", bugs: str = "", description: str = "") -> None:
        super().__init__(title="Propose a section", custom_id="rw:section-form")
        self.name = _field("name", name, LONGEST_NAME, "geographical")
        self.bugs = _field("bugs", bugs, LONGEST_BUGS, "1658792 1658794, links, or a whole mail", long=True)
        self.description = _field("description", description, LONGEST_DESCRIPTION, "Where the subject is said to be")
        for text, hint, field in (
            ("Name", "A few plain words", self.name),
            ("Example bugs", "May stay empty: then I offer what fits the name", self.bugs),
            ("What it is about", "In a line; may stay empty", self.description),
        ):
            self.add_item(discord.ui.Label(text=text, description=hint, component=field))

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Propose what was written."""
        written = (self.name.value, self.bugs.value, self.description.value)
        try:
            await serving(interaction).proposals.begin(
                interaction, name=written[0], bugs=written[1], description=written[2]
            )
        except Exception as error:  # noqa: BLE001 - discord.py would log it and leave the member without an answer
            await _hand_back(interaction, error, written)


class FormButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"rw:form:(?P<filled>[0-9a-z]{1,32})"
):
    """Opens the form; `filled` is the id under which the database remembers what stood in it, or "new"."""

    def __init__(self, filled: str = "new", label: str = "Fill in the form") -> None:
        self.filled = filled
        super().__init__(discord.ui.Button(label=label, custom_id=f"rw:form:{filled}"))

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Build the button again from its id."""
        return cls(match["filled"])

    async def callback(self, interaction: Interaction) -> None:
        """Open the form."""
        try:
            written = {} if self.filled == "new" else await _recalled(interaction, self.filled)
            await interaction.response.send_modal(SectionForm(**written))
        except Exception as error:  # noqa: BLE001 - as above
            await serving(interaction).errors.interaction_failed(interaction, error, "The button that opens a form")


async def form_button(interaction: Interaction, name: str, bugs: str, description: str, label: str) -> FormButton:
    """Make a button that opens the form filled in like this, also after a restart."""
    kept = json.dumps({"name": name, "bugs": bugs, "description": description})
    return FormButton(await answers_for(interaction).remember_question(kept), label)


async def _recalled(interaction: Interaction, key: str) -> dict[str, str]:
    kept = await answers_for(interaction).recall_question(key)
    if kept is None:
        raise CannotAnswer(FORM_GONE)
    found = json.loads(kept)
    return {part: str(found[part]) for part in ("name", "bugs", "description")}


async def _hand_back(interaction: Interaction, error: Exception, written: tuple[str, str, str]) -> None:
    """Say why nothing was proposed, and offer the form as it was filled in."""
    errors = serving(interaction).errors
    sentence = errors.explain(error, "The form for a section")
    try:
        view = discord.ui.View(timeout=None)
        view.add_item(await form_button(interaction, *written, label="Open the form again"))
        send = interaction.followup.send if interaction.response.is_done() else interaction.response.send_message
        await partial(send, sentence, view=view, ephemeral=True)()
    except Exception as second:  # noqa: BLE001 - what was wrong first is what the member has to hear
        await errors.interaction_failed(interaction, second, "The form for a section")


def _field(name: str, given: str, longest: int, example: str, *, long: bool = False) -> discord.ui.TextInput[Any]:
    return discord.ui.TextInput(
        custom_id=name,
        style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
        placeholder=example,
        default=given[:longest] or None,
        required=name == "name",
        max_length=longest,
    )
