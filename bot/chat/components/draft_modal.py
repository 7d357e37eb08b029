"""The form into which a member pastes the draft of a report; the answer is for that member alone."""

from typing import Any, cast

import discord

from bot.chat.context import Context, Interaction, actor_from, reply_ephemeral, services, use_cases
from bot.chat.render.draft_checks import render_draft_check
from bot.chat.render.message import Answer

MODAL_ID = "rw:draft-form"
FIELDS = ("title", "draft", "rest")
# discord.com/developers/docs/components/reference#text-input
MAX_TEXT = 4_000
MAX_TITLE = 255


class DraftModal(discord.ui.Modal):
    """Asks for a draft, which may be longer than one field of Discord's can hold, and for the title of its bug."""

    def __init__(self, title: str = "") -> None:
        super().__init__(title="Check a draft of a report", custom_id=MODAL_ID)
        for label, hint, name, limit in (
            ("The draft", "Nothing of it is stored, and only you see the answer", "draft", MAX_TEXT),
            ("The rest of it", "What does not fit above; longer ones: /checkreport with a file", "rest", MAX_TEXT),
            ("The bug's title", "May be empty; with it I find more related incidents", "title", MAX_TITLE),
        ):
            is_title = name == "title"
            text_input: discord.ui.TextInput[Any] = discord.ui.TextInput(
                custom_id=name,
                style=discord.TextStyle.short if is_title else discord.TextStyle.paragraph,
                default=(title[:MAX_TITLE] or None) if is_title else None,
                required=name == "draft",
                max_length=limit,
            )
            self.add_item(discord.ui.Label(text=label, description=hint, component=text_input))

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Do nothing: discord.py loses modals at a restart, so the module's `on_draft_submit` handles all of them."""


async def on_draft_submit(interaction: Interaction) -> None:
    """Check the draft of a submitted form, even if the form was opened before a restart."""
    if interaction.type is not discord.InteractionType.modal_submit or not interaction.data:
        return
    if interaction.data.get("custom_id") != MODAL_ID:
        return
    values = _submitted_values(cast("dict[str, Any]", interaction.data))
    text = "\n".join(filter(None, (values.get("draft"), values.get("rest"))))
    try:
        await reply_ephemeral(interaction, check_draft(interaction, text, values.get("title", "")))
    except Exception as error:  # noqa: BLE001 - discord.py would log it and leave the member without an answer
        await services(interaction).errors.handle_interaction_error(interaction, error, "The form for a draft")


async def check_draft(source: Context | Interaction, text: str, title: str = "") -> Answer:
    """Return the check of a draft. Raises UserError if it is empty, or the member asked too often."""
    cases = use_cases(source)
    if isinstance(source, discord.Interaction):  # a command by prefix is counted when it is called
        services(source).check_limit(source, "checkreport")
    draft = await cases.drafts.check(actor_from(source), text, title)
    return render_draft_check(draft, cases.bug_url)


def _submitted_values(data: dict[str, Any]) -> dict[str, str]:
    """Return the text of a submitted form's fields by their ids."""
    fields = [row.get("component") or {} for row in data.get("components", [])]
    return {str(field.get("custom_id")): str(field.get("value") or "") for field in fields}
