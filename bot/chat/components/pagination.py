"""Buttons that turn the pages of a list. Their ids carry the query and a page number, so nothing is stored for them."""

from collections.abc import Coroutine
from datetime import date
from typing import Any

import discord

from bot.chat.components.persistent import Button, PersistentItem
from bot.chat.context import Context, Interaction, actor_from, defer_if_slow, use_cases
from bot.chat.render.incidents import render_incidents
from handlers.errors import UserError
from handlers.queries.filters import IncidentQuery, parse_query
from handlers.results.incidents import IncidentList
from handlers.use_cases import UseCases
from storage.values.incidents import IncidentFilter

MAX_CUSTOM_ID = 100  # characters (discord.com/developers/docs/components/reference#anatomy-of-a-component-custom-id)
QUERY_EXPIRED = "I no longer know which question this page belongs to; please ask it again."
# Discord requires distinct ids, and two of the buttons may lead to the same page: so the direction is part of the id.
TARGET_LABELS = {"f": "« First", "p": "‹ Previous", "n": "Next ›", "l": "Last »"}

Page = tuple[discord.Embed, discord.ui.View | None]


class PageButton(
    PersistentItem[Button],
    template=r"rw:list:(?P<page>[0-9]{1,6}):(?P<direction>[fpnl]):(?P<query>o?:(?:[0-9]{8})?:(?:[0-9]{8})?:[^:]*:.*)",
    operation="A button that turns pages",
):
    """Shows one page of the list of a query, which is part of its id: "o" for open ones, days, section and CA."""

    def __init__(self, page: int, direction: str, query: str, *, disabled: bool = False) -> None:
        self.page = page
        self.query = query
        custom_id = f"rw:list:{page}:{direction}:{query}"
        super().__init__(discord.ui.Button(label=TARGET_LABELS[direction], custom_id=custom_id, disabled=disabled))

    async def on_use(self, interaction: Interaction) -> None:
        """Replace the page that the message shows."""
        await _replace_page(interaction, build_page(interaction, decode_query(self.query), self.page))


class StoredPageButton(
    PersistentItem[Button],
    template=r"rw:page:(?P<query_id>[^:]{1,32}):(?P<page>[0-9]{1,6}):(?P<direction>[fpnl])",
    operation="A button that turns pages",
):
    """Shows one page of the list of a query in the database, which was too long for an id.

    All buttons that version 0.1.0 posted are of this kind.
    """

    def __init__(self, query_id: str, page: int, direction: str, *, disabled: bool = False) -> None:
        self.query_id = query_id
        self.page = page
        custom_id = f"rw:page:{query_id}:{page}:{direction}"
        super().__init__(discord.ui.Button(label=TARGET_LABELS[direction], custom_id=custom_id, disabled=disabled))

    async def on_use(self, interaction: Interaction) -> None:
        """Replace the page that the message shows."""
        await _replace_page(interaction, self._build_page(interaction))

    async def _build_page(self, interaction: Interaction) -> Page:
        query = await use_cases(interaction).button_states.load(self.query_id)
        if query is None:
            raise UserError(QUERY_EXPIRED)
        return await build_page(interaction, parse_query(query), self.page)


async def build_page(source: Context | Interaction, query: IncidentQuery, page: int) -> Page:
    """Return a page of the incidents that a query finds, and the buttons below it (None if there is only one page).

    After the last page comes the last one again: the list may have become shorter since a button was posted.
    """
    cases = use_cases(source)
    incidents = await cases.incidents.list(actor_from(source), query, page)
    embed = render_incidents(incidents, incidents.section_titles, cases.bug_url)
    return embed, await _build_view(cases, incidents) if incidents.page_count > 1 else None


def encode_query(filters: IncidentFilter) -> str | None:
    """Return a query as part of a button's id; None if it is too long for one."""
    section, ca = filters.section or "", filters.ca or ""
    days = (day.isoformat().replace("-", "") if day else "" for day in (filters.since, filters.until))
    query = ":".join(("o" if filters.open_only else "", *days, section, ca))
    return None if ":" in section or len(f"rw:list:999999:n:{query}") > MAX_CUSTOM_ID else query


def decode_query(text: str) -> IncidentQuery:
    """Return the query of a button's id; raises UserError if it names no days of the calendar."""
    open_only, since, until, section, ca = text.split(":", 4)
    try:
        first, last = (date.fromisoformat(day) if day else None for day in (since, until))
    except ValueError:
        raise UserError(QUERY_EXPIRED) from None
    return IncidentQuery(ca, section, open_only == "o" or None, first, last)


async def _replace_page(interaction: Interaction, building: Coroutine[Any, Any, Page]) -> None:
    embed, view = await defer_if_slow(building, interaction.response.defer)
    if interaction.response.is_done():
        await interaction.edit_original_response(embed=embed, view=view)
    else:
        await interaction.response.edit_message(embed=embed, view=view)


async def _build_view(cases: UseCases, incidents: IncidentList) -> discord.ui.View:
    query = encode_query(incidents.filter)
    query_id = await cases.button_states.save(incidents.query_text) if query is None else ""
    last_page = incidents.page_count - 1
    view = discord.ui.View(timeout=None)
    targets = (("f", 0), ("p", incidents.page - 1), ("n", incidents.page + 1), ("l", last_page))
    for direction, target in targets:
        page = min(max(target, 0), last_page)
        disabled = incidents.page <= 0 if direction in "fp" else incidents.page >= last_page
        if query is None:
            view.add_item(StoredPageButton(query_id, page, direction, disabled=disabled))
        else:
            view.add_item(PageButton(page, direction, query, disabled=disabled))
    return view
