"""The form with which a member proposes a section, and the button that opens it, empty or with a stored draft."""

import json
from functools import partial
from typing import Any, cast

import discord

from bot.chat.components.persistent import Button, PersistentItem
from bot.chat.context import Interaction, services, use_cases
from handlers.errors import UserError

MODAL_ID = "rw:section-form"
FIELDS = ("name", "bugs", "description")
MAX_NAME_LENGTH, MAX_BUGS_LENGTH, MAX_DESCRIPTION_LENGTH = 100, 4000, 300
DRAFT_EXPIRED = "I no longer know what was in that form; please write it again."


class SectionModal(discord.ui.Modal):
    """Asks for a section's name, example bugs and description; the arguments are the initial values of the fields.

    Submitting it proposes the section and shows the proposal to everybody in the channel. If the input is rejected,
    the member alone sees why, with a button that opens the form again as it was filled in.
    """

    def __init__(self, name: str = "", bugs: str = "", description: str = "") -> None:
        super().__init__(title="Propose a section", custom_id=MODAL_ID)
        for label, hint, text_input in (
            ("Name", "A few plain words", _text_input("name", name, MAX_NAME_LENGTH, "geographical")),
            (
                "Example bugs",
                "May be empty: then I suggest incidents that fit the name",
                _text_input("bugs", bugs, MAX_BUGS_LENGTH, "1658792 1658794, links, or a whole mail", multiline=True),
            ),
            (
                "What it is about",
                "One line; may be empty",
                _text_input("description", description, MAX_DESCRIPTION_LENGTH, "Where the subject is said to be"),
            ),
        ):
            self.add_item(discord.ui.Label(text=label, description=hint, component=text_input))

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Do nothing: discord.py loses modals at a restart, so the module's `on_modal_submit` handles all of them."""


async def on_modal_submit(interaction: Interaction) -> None:
    """Propose the section of a submitted form, even if the form was opened before a restart."""
    if interaction.type is not discord.InteractionType.modal_submit or not interaction.data:
        return
    if interaction.data.get("custom_id") != MODAL_ID:
        return
    draft = dict.fromkeys(FIELDS, "")
    draft |= _submitted_values(cast("dict[str, Any]", interaction.data))
    try:
        await services(interaction).proposals.submit(interaction, **draft)
    except Exception as error:  # noqa: BLE001 - discord.py would log it and leave the member without an answer
        await _reopen_with_error(interaction, error, draft)


class SectionModalButton(
    PersistentItem[Button], template=r"rw:form:(?P<draft_id>[0-9a-z]{1,32})", operation="The button that opens a form"
):
    """Opens the form; `draft_id` is the id of a draft stored in the database, or "new"."""

    def __init__(self, draft_id: str = "new", label: str = "Fill in the form") -> None:
        self.draft_id = draft_id
        super().__init__(discord.ui.Button(label=label, custom_id=f"rw:form:{draft_id}"))

    async def on_use(self, interaction: Interaction) -> None:
        """Open the form."""
        draft = {} if self.draft_id == "new" else await _load_draft(interaction, self.draft_id)
        await interaction.response.send_modal(SectionModal(**draft))


async def build_modal_button(interaction: Interaction, draft: dict[str, str], label: str) -> SectionModalButton:
    """Store a draft and return a button that opens the form with it, also after a restart."""
    return SectionModalButton(await use_cases(interaction).button_states.save(json.dumps(draft)), label)


async def _load_draft(interaction: Interaction, draft_id: str) -> dict[str, str]:
    state = await use_cases(interaction).button_states.load(draft_id)
    if state is None:
        raise UserError(DRAFT_EXPIRED)
    draft = json.loads(state)
    return {field: str(draft[field]) for field in FIELDS}


async def _reopen_with_error(interaction: Interaction, error: Exception, draft: dict[str, str]) -> None:
    """Send the error message with a button that opens the form as it was filled in."""
    errors = services(interaction).errors
    message = errors.message_for(error, "The form for a section")
    try:
        view = discord.ui.View(timeout=None)
        view.add_item(await build_modal_button(interaction, draft, "Open the form again"))
        send = interaction.followup.send if interaction.response.is_done() else interaction.response.send_message
        await partial(send, message, view=view, ephemeral=True)()
    except Exception as button_error:  # noqa: BLE001 - discord.py would log it and leave the member without an answer
        await errors.handle_interaction_error(interaction, button_error, "The form for a section")


def _text_input(
    name: str, value: str, max_length: int, example: str, *, multiline: bool = False
) -> discord.ui.TextInput[Any]:
    return discord.ui.TextInput(
        custom_id=name,
        style=discord.TextStyle.paragraph if multiline else discord.TextStyle.short,
        placeholder=example,
        default=value[:max_length] or None,
        required=name == "name",
        max_length=max_length,
    )


def _submitted_values(data: dict[str, Any]) -> dict[str, str]:
    """Return the text of a submitted form's fields by their ids."""
    fields = [row.get("component") or {} for row in data.get("components", [])]
    return {str(field["custom_id"]): str(field.get("value") or "") for field in fields if "custom_id" in field}
