"""Buttons that turn the pages of a list. Their ids carry the id of a stored query and a page number."""

import discord

from bot.chat.components.persistent import Button, PersistentItem
from bot.chat.context import Interaction, actor_from, defer_if_slow, use_cases
from bot.chat.render.incidents import render_incidents
from handlers.errors import UserError
from handlers.queries.filters import parse_query
from handlers.results.incidents import IncidentList

QUERY_EXPIRED = "I no longer know which question this page belongs to; please ask it again."
# Discord requires distinct ids, and two of the buttons may lead to the same page: so the direction is part of the id.
TARGET_LABELS = {"f": "« First", "p": "‹ Previous", "n": "Next ›", "l": "Last »"}


class PageButton(
    PersistentItem[Button],
    template=r"rw:page:(?P<query_id>[^:]{1,32}):(?P<page>[0-9]{1,6}):(?P<direction>[fpnl])",
    operation="A button that turns pages",
):
    """Shows one page of a list of incidents whose query is stored in the database."""

    def __init__(self, query_id: str, page: int, direction: str, *, disabled: bool = False) -> None:
        self.query_id = query_id
        self.page = page
        custom_id = f"rw:page:{query_id}:{page}:{direction}"
        super().__init__(discord.ui.Button(label=TARGET_LABELS[direction], custom_id=custom_id, disabled=disabled))

    async def on_use(self, interaction: Interaction) -> None:
        """Replace the page that the message shows."""
        embed, view = await defer_if_slow(self._build_page(interaction), interaction.response.defer)
        if interaction.response.is_done():
            await interaction.edit_original_response(embed=embed, view=view)
        else:
            await interaction.response.edit_message(embed=embed, view=view)

    async def _build_page(self, interaction: Interaction) -> tuple[discord.Embed, discord.ui.View | None]:
        cases = use_cases(interaction)
        query = await cases.button_states.load(self.query_id)
        if query is None:
            raise UserError(QUERY_EXPIRED)
        # If the list has become shorter since the button was posted, this is its last page.
        incidents = await cases.incidents.list(actor_from(interaction), parse_query(query), self.page)
        embed = render_incidents(incidents, incidents.section_titles, cases.bug_url)
        return embed, build_page_view(self.query_id, incidents)


def build_page_view(query_id: str, incidents: IncidentList) -> discord.ui.View | None:
    """Return the buttons below a page, None if there is only one page."""
    if incidents.page_count <= 1:
        return None
    last_page = incidents.page_count - 1
    view = discord.ui.View(timeout=None)
    targets = (("f", 0), ("p", incidents.page - 1), ("n", incidents.page + 1), ("l", last_page))
    for direction, page in targets:
        disabled = incidents.page <= 0 if direction in "fp" else incidents.page >= last_page
        view.add_item(PageButton(query_id, min(max(page, 0), last_page), direction, disabled=disabled))
    return view
