"""Labelling incidents for a section: the button that shows a batch, and the menus with which a member labels it.

Each label trains the section's ranking at once. The menus themselves contain the incidents that remain, so nothing has
to be stored: a chosen incident is removed from both menus, and when they are empty the next batch is shown.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import discord

from bot.chat.components.example_picker import select_options
from bot.chat.components.persistent import Button, PersistentItem, Select
from bot.chat.context import Interaction, actor_from, reply_ephemeral, services, use_cases
from bot.chat.render.message import Answer
from bot.chat.render.previews import render_batch
from handlers.actor import Actor
from handlers.errors import UserError
from handlers.parsing.bug_references import require_bug_number
from handlers.sections.ranking import Match
from handlers.use_cases import UseCases

SELECT_PLACEHOLDERS = {"in": "These belong …", "out": "These do not …"}
REST_LABELS = {"in": "The rest belongs", "out": "The rest does not", "next": "Others"}
_BUG = re.compile(r"[0-9]{1,9}")


class LabelButton(
    PersistentItem[Button], template=r"rw:judge:(?P<section_id>[0-9]{1,12})", operation="The button Check some"
):
    """Shows a batch of incidents to label."""

    def __init__(self, section_id: int) -> None:
        self.section_id = section_id
        super().__init__(discord.ui.Button(label="Check some", custom_id=f"rw:judge:{section_id}", row=0))

    async def on_use(self, interaction: Interaction) -> None:
        """Send a batch, visible only to the member who pressed the button; it counts like the command `judge`."""
        services(interaction).check_limit(interaction, "judge")
        batch = build_batch(use_cases(interaction), actor_from(interaction), self.section_id)
        await reply_ephemeral(interaction, batch)


class LabelSelect(
    PersistentItem[Select],
    template=r"rw:verdict:(?P<verdict>in|out):(?P<section_id>[0-9]{1,12})",
    operation="The menu of incidents to check",
):
    """Labels the chosen incidents as belonging ("in") or not ("out")."""

    def __init__(self, section_id: int, verdict: str, options: list[discord.SelectOption] | None = None) -> None:
        self.section_id = section_id
        self.verdict = verdict
        select: Select = discord.ui.Select(
            custom_id=f"rw:verdict:{verdict}:{section_id}",
            placeholder=SELECT_PLACEHOLDERS[verdict],
            options=options or [],
            max_values=len(options or []) or 1,
        )
        super().__init__(select)

    async def on_use(self, interaction: Interaction) -> None:
        """Save the labels, and show the rest of the batch or the next one."""
        labels = {require_bug_number(bug): self.verdict == "in" for bug in self.item.values}
        remaining = [bug for bug in _remaining_in_message(interaction) if bug not in labels]
        await _label(interaction, self.section_id, labels, remaining)


class LabelRestButton(
    PersistentItem[Button],
    template=r"rw:rest:(?P<choice>in|out|next):(?P<section_id>[0-9]{1,12})",
    operation="The button for the rest",
):
    """Gives the rest of a batch the same label, or skips it ("next")."""

    def __init__(self, section_id: int, choice: str) -> None:
        self.section_id = section_id
        self.choice = choice
        super().__init__(discord.ui.Button(label=REST_LABELS[choice], custom_id=f"rw:rest:{choice}:{section_id}"))

    async def on_use(self, interaction: Interaction) -> None:
        """Save the labels, and show the next batch."""
        remaining = _remaining_in_message(interaction)
        if self.choice == "next":
            await _label(interaction, self.section_id, {}, [], skipped=remaining)
        else:
            await _label(interaction, self.section_id, dict.fromkeys(remaining, self.choice == "in"), [])


async def build_batch(
    cases: UseCases,
    actor: Actor,
    name_or_id: str | int,
    *,
    remaining: Sequence[int] = (),
    skipped: Sequence[int] = (),
    sentence: str = "",
) -> Answer:
    """Return what `remaining` contains of a batch, else the next batch without the incidents `skipped`.

    Raises UserError if the section is closed.
    """
    sections = cases.custom_sections
    section = (await sections.ballot(actor, name_or_id)).section
    if not section.is_open:
        raise UserError(f"{section.title} is {section.state}, so its examples can no longer change.")
    preview = await sections.preview_section(actor, section.id, skipped=skipped, shown=remaining)
    matches = {match.bug: match for match in preview.matches}
    batch: tuple[Match, ...] = tuple(matches[bug] for bug in remaining if bug in matches) or preview.batch
    view = discord.ui.View(timeout=None)
    if batch:
        for verdict in SELECT_PLACEHOLDERS:
            view.add_item(LabelSelect(section.id, verdict, select_options(batch, preview)))
        for choice in REST_LABELS:
            view.add_item(LabelRestButton(section.id, choice))
    return replace(render_batch(section, preview, batch, cases.bug_url, sentence), view=view)


async def _label(
    interaction: Interaction,
    section_id: int,
    labels: Mapping[int, bool],
    remaining: Sequence[int],
    *,
    skipped: Sequence[int] = (),
) -> None:
    """Save labels, if any, and replace the message by what remains of the batch or by the next one."""
    await interaction.response.defer()
    cases, actor = use_cases(interaction), actor_from(interaction)
    sentence = ""
    if labels:
        changed = (await cases.custom_sections.label_incidents(actor, section_id, labels)).changed
        answers = ", ".join(f"{bug} {'belongs' if labels[bug] else 'does not'}" for bug in changed)
        sentence = f"Noted: {answers}." if answers else "That was noted already."
    answer = await build_batch(cases, actor, section_id, remaining=remaining, skipped=skipped, sentence=sentence)
    await interaction.edit_original_response(**answer.edit_options())
    if labels:
        await services(interaction).proposals.refresh(interaction.client, section_id)


def _remaining_in_message(interaction: Interaction) -> list[int]:
    """Return the bug numbers of the incidents that the message's menus contain."""
    rows = interaction.message.components if interaction.message else []
    components = [component for row in rows if isinstance(row, discord.ActionRow) for component in row.children]
    menus = (component for component in components if isinstance(component, discord.SelectMenu))
    values = (option.value for menu in menus for option in menu.options)
    return list(dict.fromkeys(int(value) for value in values if _BUG.fullmatch(value)))
