"""The form in which a member proposes a section, and the button that opens it, filled in where something is known."""

import json
import re
from functools import partial
from typing import Any, Self, cast

import discord

from bot.chat.context import Interaction, answering, answers_for, serving
from handlers.results import UserError

FORM = "rw:section-form"
LONGEST_NAME, LONGEST_BUGS, LONGEST_DESCRIPTION = 100, 4000, 300
FORM_GONE = "I no longer know what stood in that form; please write it again."


class SectionForm(discord.ui.Modal):
    """Asks for a section's name, example bugs and a description; what is given stands in the fields already.

    Sent back, it proposes the section and shows the proposal to everybody in the channel. What cannot be taken is told
    to the member alone, with a button that opens the form again as it was filled in.
    """

    def __init__(self, name: str = "", bugs: str = "", description: str = "") -> None:
        super().__init__(title="Propose a section", custom_id=FORM)
        for text, hint, field in (
            ("Name", "A few plain words", _field("name", name, LONGEST_NAME, "geographical")),
            (
                "Example bugs",
                "May stay empty: then I offer what fits the name",
                _field("bugs", bugs, LONGEST_BUGS, "1658792 1658794, links, or a whole mail", long=True),
            ),
            (
                "What it is about",
                "In a line; may stay empty",
                _field("description", description, LONGEST_DESCRIPTION, "Where the subject is said to be"),
            ),
        ):
            self.add_item(discord.ui.Label(text=text, description=hint, component=field))

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Do nothing: discord.py forgets a form with a restart, so `form_sent` takes them all."""


async def form_sent(interaction: Interaction) -> None:
    """Propose what stands in a form that was sent back, also one that was opened before a restart."""
    if interaction.type is not discord.InteractionType.modal_submit or not interaction.data:
        return
    if interaction.data.get("custom_id") != FORM:
        return
    written = dict.fromkeys(("name", "bugs", "description"), "")
    written |= _values(cast("dict[str, Any]", interaction.data))
    try:
        await serving(interaction).proposals.begin(interaction, **written)
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
        async with answering(interaction, "The button that opens a form"):
            written = {} if self.filled == "new" else await _recalled(interaction, self.filled)
            await interaction.response.send_modal(SectionForm(**written))


async def form_button(interaction: Interaction, written: dict[str, str], label: str) -> FormButton:
    """Make a button that opens the form filled in like this, also after a restart."""
    return FormButton(await answers_for(interaction).save_button_state(json.dumps(written)), label)


async def _recalled(interaction: Interaction, key: str) -> dict[str, str]:
    kept = await answers_for(interaction).load_button_state(key)
    if kept is None:
        raise UserError(FORM_GONE)
    found = json.loads(kept)
    return {part: str(found[part]) for part in ("name", "bugs", "description")}


async def _hand_back(interaction: Interaction, error: Exception, written: dict[str, str]) -> None:
    """Say why nothing was proposed, and offer the form as it was filled in."""
    errors = serving(interaction).errors
    sentence = errors.explain(error, "The form for a section")
    try:
        view = discord.ui.View(timeout=None)
        view.add_item(await form_button(interaction, written, "Open the form again"))
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


def _values(data: dict[str, Any]) -> dict[str, str]:
    """Give what was written into a form's fields, by their ids."""
    fields = [row.get("component") or {} for row in data.get("components", [])]
    return {str(field["custom_id"]): str(field.get("value") or "") for field in fields if "custom_id" in field}
