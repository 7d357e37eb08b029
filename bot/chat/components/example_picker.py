"""The components below suggested examples: a select menu to pick them, and buttons to propose without or by form.

The database stores the name, the description and the member they were suggested to; the custom ids carry its id only.
"""

import json

import discord

from bot.chat.components.persistent import Button, PersistentItem, Select
from bot.chat.components.section_modal import DRAFT_EXPIRED, SectionModalButton
from bot.chat.context import Interaction, actor_from, services, use_cases
from bot.chat.render.escape import MAX_CHOICE, MAX_OPTIONS
from bot.formatting.plain import to_single_line
from bot.formatting.wording import long_day
from handlers.button_states import ButtonStates
from handlers.errors import UserError
from handlers.results.proposals import ExampleSuggestions, Preview
from handlers.sections.ranking import Match


class ExampleSelect(
    PersistentItem[Select], template=r"rw:examples:(?P<draft_id>[0-9a-z]{1,32})", operation="The menu of examples"
):
    """Proposes a section with the chosen incidents as its examples."""

    def __init__(self, draft_id: str, options: list[discord.SelectOption] | None = None) -> None:
        self.draft_id = draft_id
        select: Select = discord.ui.Select(
            custom_id=f"rw:examples:{draft_id}",
            placeholder="These belong …",
            options=options or [],
            max_values=len(options or []) or 1,
        )
        super().__init__(select)

    async def on_use(self, interaction: Interaction) -> None:
        """Propose the section with the chosen examples."""
        await _propose(interaction, self.draft_id, " ".join(self.item.values))


class WithoutExamplesButton(
    PersistentItem[Button],
    template=r"rw:noexamples:(?P<draft_id>[0-9a-z]{1,32})",
    operation="The button without examples",
):
    """Proposes a section by its name alone."""

    def __init__(self, draft_id: str) -> None:
        self.draft_id = draft_id
        super().__init__(discord.ui.Button(label="Propose without examples", custom_id=f"rw:noexamples:{draft_id}"))

    async def on_use(self, interaction: Interaction) -> None:
        """Propose the section without examples."""
        await _propose(interaction, self.draft_id, "")


async def build_example_view(states: ButtonStates, suggestions: ExampleSuggestions, member: int) -> discord.ui.View:
    """Store a draft of the proposal for a member and return the components that propose it."""
    draft = {"name": suggestions.name, "bugs": "", "description": suggestions.description}
    draft_id = await states.save(json.dumps(draft | {"member": member}))
    view = discord.ui.View(timeout=None)
    if options := select_options(suggestions.preview.matches[:MAX_OPTIONS], suggestions.preview):
        view.add_item(ExampleSelect(draft_id, options))
    view.add_item(WithoutExamplesButton(draft_id))
    view.add_item(SectionModalButton(draft_id))
    return view


def select_options(matches: tuple[Match, ...], preview: Preview) -> list[discord.SelectOption]:
    """Return incidents as options of a select menu: bug number, CA and title, date and the decisive words."""
    incidents = {incident.bug.id: incident for incident in preview.incidents}
    options = []
    for match in matches:
        incident = incidents.get(match.bug)
        title = ""
        opened = ""
        if incident:
            title = f"{incident.ca}: {incident.title}" if incident.ca else incident.title
            opened = f"{long_day(incident.bug.created)} · "
        options.append(
            discord.SelectOption(
                label=to_single_line(f"{match.bug} {title}", MAX_CHOICE),
                value=str(match.bug),
                description=to_single_line(f"{opened}{', '.join(match.reasons)}", MAX_CHOICE) or None,
            )
        )
    return options


async def _propose(interaction: Interaction, draft_id: str, bugs: str) -> None:
    """Propose the section of a stored draft; only the member whom the examples were suggested to may do so."""
    cases = use_cases(interaction)
    state = await cases.button_states.load(draft_id)
    if state is None:
        raise UserError(DRAFT_EXPIRED)
    draft = json.loads(state)
    actor = actor_from(interaction)
    if draft.get("member") != actor.member:
        raise UserError(
            "Only the member who used the command can choose here; `addsection` proposes a section of your own."
        )
    await interaction.response.defer()
    proposal = await cases.custom_sections.propose(
        actor, name=draft["name"], bugs=bugs, description=draft["description"]
    )
    await interaction.edit_original_response(view=None)
    await services(interaction).proposals.post(interaction, proposal)
