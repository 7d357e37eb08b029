"""The button "Wrong section" on alerts, the select menus that it opens for whoever pressed it, and the button Undo.

Their ids carry the bug number or the correction; permissions are checked where corrections are saved.
"""

from dataclasses import replace

import discord

from bot.chat.components.persistent import Button, PersistentItem, Select
from bot.chat.context import Interaction, actor_from, prefix_of, replace_message, reply_ephemeral, use_cases
from bot.chat.render.corrections import render_bug_sections, render_undone, state_line, undone_line
from bot.chat.render.escape import MAX_CHOICE, MAX_OPTIONS
from bot.chat.render.message import Answer
from bot.formatting.plain import to_single_line
from storage.values.sections import Section

PLACEHOLDERS = {"out": "It does not belong in …", "in": "It belongs in …"}


class WrongSectionButton(
    PersistentItem[Button], template=r"rw:wrong:(?P<bug>[0-9]{1,9})", operation="The button Wrong section"
):
    """Shows how an incident's sections were found, with menus to correct them."""

    def __init__(self, bug: int) -> None:
        self.bug = bug
        super().__init__(discord.ui.Button(label="Wrong section", custom_id=f"rw:wrong:{bug}"))

    async def on_use(self, interaction: Interaction) -> None:
        """Send the sections and the menus, visible only to the member who pressed the button."""
        await reply_ephemeral(interaction, _build_membership(interaction, self.bug))


class SectionSelect(
    PersistentItem[Select],
    template=r"rw:section:(?P<verdict>in|out):(?P<bug>[0-9]{1,9})",
    operation="The menu of sections",
):
    """Puts an incident into the chosen section ("in") or takes it out ("out")."""

    def __init__(self, bug: int, verdict: str, options: list[discord.SelectOption] | None = None) -> None:
        self.bug = bug
        self.verdict = verdict
        select: Select = discord.ui.Select(
            custom_id=f"rw:section:{verdict}:{bug}", placeholder=PLACEHOLDERS[verdict], options=options or []
        )
        super().__init__(select)

    async def on_use(self, interaction: Interaction) -> None:
        """Save the correction, and replace the menus by those for the new sections."""
        await replace_message(interaction, self._correct(interaction))

    async def _correct(self, interaction: Interaction) -> Answer:
        cases, actor = use_cases(interaction), actor_from(interaction)
        correct = cases.corrections.classify if self.verdict == "in" else cases.corrections.unclassify
        result = await correct(actor, self.bug, next(iter(self.item.values), ""))
        sentence = state_line(result, result.section_titles)
        return await _build_membership(interaction, self.bug, sentence, result.undo)


class UndoButton(PersistentItem[Button], template=r"rw:undo:(?P<token>[a-z0-9:]{2,80})", operation="The button Undo"):
    """Undoes a correction; whoever made it may, and whoever may moderate."""

    def __init__(self, token: str) -> None:
        self.token = token
        super().__init__(discord.ui.Button(label="Undo", custom_id=f"rw:undo:{token}"))

    async def on_use(self, interaction: Interaction) -> None:
        """Undo the correction, and show what holds again in place of it."""
        await replace_message(interaction, self._undo(interaction))

    async def _undo(self, interaction: Interaction) -> Answer:
        cases = use_cases(interaction)
        result = await cases.corrections.undo(actor_from(interaction), self.token)
        if interaction.message and interaction.message.flags.ephemeral:
            return await _build_membership(interaction, result.bug, undone_line(result, result.section_titles))
        return render_undone(result, result.section_titles, cases.bug_url)


async def _build_membership(interaction: Interaction, bug: int, sentence: str = "", undo: str = "") -> Answer:
    cases, actor = use_cases(interaction), actor_from(interaction)
    explanation = await cases.incidents.explain(actor, bug)
    sections = [section for section in await cases.sections.list(actor) if section.state in {"builtin", "active"}]
    current_keys = {assignment.section for assignment in explanation.sections}
    by_confidence = sorted(explanation.suggested, key=lambda suggestion: -suggestion.confidence)
    suggested_keys = [suggestion.section for suggestion in by_confidence]

    def rank(section: Section) -> tuple[int, int]:
        """Sort the suggested sections first, then the largest."""
        position = suggested_keys.index(section.key) if section.key in suggested_keys else len(suggested_keys)
        return position, -section.incidents

    current_sections = [section for section in sections if section.key in current_keys]
    other_sections = sorted((section for section in sections if section.key not in current_keys), key=rank)
    view = discord.ui.View(timeout=None)
    for verdict, choices in (("out", current_sections), ("in", other_sections)):
        if options := _select_options(choices):
            view.add_item(SectionSelect(bug, verdict, options))
    if undo:
        view.add_item(UndoButton(undo))
    omitted = max(len(other_sections) - MAX_OPTIONS, 0)
    answer = render_bug_sections(
        explanation, explanation.section_titles, cases.bug_url, prefix_of(interaction),
        sentence=sentence, omitted=omitted,
    )  # fmt: skip
    return replace(answer, view=view)


def _select_options(sections: list[Section]) -> list[discord.SelectOption]:
    # the key is the option's value: truncated it would name another section
    selectable = [section for section in sections if 0 < len(section.key) <= MAX_CHOICE][:MAX_OPTIONS]
    return [
        discord.SelectOption(label=to_single_line(section.title, MAX_CHOICE) or section.key, value=section.key)
        for section in selectable
    ]
