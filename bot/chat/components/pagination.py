"""Buttons that turn pages. They carry the id of a question and a page, and so outlive a restart."""

import re
from typing import Any, Self

import discord

from bot.chat.context import Interaction, answering, answers_for, in_time
from bot.chat.render.incidents import render_incidents
from handlers.results import UserError, IncidentList

QUESTION_GONE = "I no longer know which question this page belongs to; please ask it again."
# First, previous, next, last; two of them may lead to one page, and Discord wants ids that differ.
WAYS = {"f": "« First", "p": "‹ Previous", "n": "Next ›", "l": "Last »"}


class PageButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"rw:page:(?P<question>[^:]{1,32}):(?P<page>[0-9]{1,6}):(?P<way>[fpnl])",
):
    """Leads to one page of the answer to a question that the database remembers."""

    def __init__(self, question: str, page: int, way: str, *, disabled: bool = False) -> None:
        self.question = question
        self.page = page
        custom_id = f"rw:page:{question}:{page}:{way}"
        super().__init__(discord.ui.Button(label=WAYS[way], custom_id=custom_id, disabled=disabled))

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Build the button again from its id; nothing is asked here, for an error here would answer nobody."""
        return cls(match["question"], int(match["page"]), match["way"])

    async def callback(self, interaction: Interaction) -> None:
        """Show the page in place of the one there was."""
        async with answering(interaction, "A button that turns pages"):
            embed, view = await in_time(self._find_page(interaction), interaction.response.defer)
            if interaction.response.is_done():
                await interaction.edit_original_response(embed=embed, view=view)
            else:
                await interaction.response.edit_message(embed=embed, view=view)

    async def _find_page(self, interaction: Interaction) -> tuple[discord.Embed, discord.ui.View | None]:
        answers = answers_for(interaction)
        question = await answers.load_button_state(self.question)
        if question is None:
            raise UserError(QUESTION_GONE)
        found = await answers.incidents(question, page=self.page)
        # Incidents may have gone meanwhile, and the page with them.
        if found.page >= found.pages:
            found = await answers.incidents(question, page=max(found.pages - 1, 0))
        embed = render_incidents(found, await answers.section_titles(), answers.bug_url)
        return embed, page_buttons(self.question, found)


def page_buttons(question: str, answer: IncidentList) -> discord.ui.View | None:
    """Return the buttons below a page, None where there is but one page."""
    if answer.pages <= 1:
        return None
    last = answer.pages - 1
    view = discord.ui.View(timeout=None)
    for way, page in (("f", 0), ("p", answer.page - 1), ("n", answer.page + 1), ("l", last)):
        nowhere = answer.page <= 0 if way in "fp" else answer.page >= last
        view.add_item(PageButton(question, min(max(page, 0), last), way, disabled=nowhere))
    return view
