"""What is below an offer of examples: a menu to tick them, and buttons to propose without or to write more.

The database remembers the name, the description and who was offered them; the parts carry its id alone.
"""

import json
import re
from typing import Any, Self

import discord

from bot.chat.components.section_modal import FORM_GONE, FormButton
from bot.chat.context import Interaction, answering, answers_for, asker_of, serving
from bot.chat.render.escape import CHOICE, plain
from handlers.queries.service import Queries
from handlers.results import UserError
from handlers.sections.example_suggestions import Offer
from handlers.sections.preview import Preview
from handlers.sections.ranking import Match

MOST_OPTIONS = 25


class ExamplesMenu(
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=r"rw:examples:(?P<offer>[0-9a-z]{1,32})"
):
    """Proposes a section with the incidents that are ticked as its examples."""

    def __init__(self, offer: str, options: list[discord.SelectOption]) -> None:
        self.offer = offer
        menu: discord.ui.Select[discord.ui.View] = discord.ui.Select(
            custom_id=f"rw:examples:{offer}",
            placeholder="These belong …",
            options=options,
            max_values=len(options) or 1,
        )
        super().__init__(menu)

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Build the menu again from its id; what was ticked comes with the interaction."""
        return cls(match["offer"], [])

    async def callback(self, interaction: Interaction) -> None:
        """Propose with what was ticked."""
        async with answering(interaction, "The menu of examples"):
            await _propose(interaction, self.offer, " ".join(self.item.values))


class WithoutExamplesButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"rw:noexamples:(?P<offer>[0-9a-z]{1,32})"
):
    """Proposes a section by its name alone."""

    def __init__(self, offer: str) -> None:
        self.offer = offer
        super().__init__(discord.ui.Button(label="Propose without examples", custom_id=f"rw:noexamples:{offer}"))

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Build the button again from its id."""
        return cls(match["offer"])

    async def callback(self, interaction: Interaction) -> None:
        """Propose with the name alone."""
        async with answering(interaction, "The button without examples"):
            await _propose(interaction, self.offer, "")


async def offer_parts(answers: Queries, offer: Offer, member: int) -> discord.ui.View:
    """Return what is below an offer to a member."""
    kept = {"name": offer.name, "bugs": "", "description": offer.description}
    number = await answers.save_button_state(json.dumps(kept | {"member": member}))
    view = discord.ui.View(timeout=None)
    if options := options_of(offer.preview.matches[:MOST_OPTIONS], offer.preview):
        view.add_item(ExamplesMenu(number, options))
    view.add_item(WithoutExamplesButton(number))
    view.add_item(FormButton(number))
    return view


def options_of(matches: tuple[Match, ...], preview: Preview) -> list[discord.SelectOption]:
    """Return incidents as the options of a menu: number, whom and what it is about, and the words that decided."""
    known = {one.bug.id: one for one in preview.incidents}
    options = []
    for match in matches:
        one = known.get(match.bug)
        title = f"{one.ca}: {one.title}" if one and one.ca else one.title if one else ""
        opened = f"{one.bug.created:%Y-%m-%d} " if one else ""
        options.append(
            discord.SelectOption(
                label=plain(f"{match.bug} {title}", CHOICE),
                value=str(match.bug),
                description=plain(f"{opened}{', '.join(match.why)}", CHOICE) or None,
            )
        )
    return options


async def _propose(interaction: Interaction, offer: str, bugs: str) -> None:
    answers = answers_for(interaction)
    words = await answers.load_button_state(offer)
    if words is None:
        raise UserError(FORM_GONE)
    kept = json.loads(words)
    asker = asker_of(interaction)
    if kept.get("member") != asker.member:
        raise UserError("Whoever asked chooses here; addsection proposes a section of your own.")
    await interaction.response.defer()
    proposal = await answers.member_sections.addsection(
        asker, name=kept["name"], bugs=bugs, description=kept["description"]
    )
    await interaction.edit_original_response(view=None)
    await serving(interaction).proposals.post(interaction, proposal)
