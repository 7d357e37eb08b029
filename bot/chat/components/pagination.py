"""Lists of incidents with buttons that turn their pages. Their ids carry the query, so nothing is stored for them."""

from dataclasses import replace
from datetime import date

import discord

from bot.chat.components.incident_menu import add_incident_menu
from bot.chat.components.persistent import Button, PersistentItem
from bot.chat.context import Context, Interaction, actor_from, replace_message, use_cases
from bot.chat.render.escape import MAX_CUSTOM_ID
from bot.chat.render.incidents import render_incidents, render_list_headline
from bot.chat.render.message import Answer
from handlers.errors import UserError
from handlers.queries.filters import IncidentQuery, StateFilter, parse_query
from handlers.results.incidents import IncidentList
from handlers.use_cases import UseCases
from storage.values.incidents import IncidentFilter

QUERY_EXPIRED = "I no longer know which question this list belongs to; please ask it again."
QUERY_EXAMPLE = "incidents Entrust open"
# Discord requires distinct ids, and several buttons may lead to the same page: so what they are for is part of the id.
# Version 0.1.0 posted buttons for the first and the last page too.
TARGET_LABELS = {
    "f": "« First", "p": "‹", "n": "›", "l": "Last »", "o": "Open only", "a": "Closed too",
}  # fmt: skip
STATE_LETTERS: dict[str, StateFilter] = {"o": "open", "c": "closed"}


class PageButton(
    PersistentItem[Button],
    template=(
        r"rw:list:(?P<page>[0-9]{1,6}):(?P<target>[fpnloa]):"
        r"(?P<query>[oc]?:(?:[0-9]{8})?:(?:[0-9]{8})?:[^:]*:.*)"
    ),
    operation="A button that turns pages",
):
    """Shows one page of the list of a query, which is part of its id: "o" or "c", two days, a section and the CAs."""

    def __init__(self, page: int, target: str, query: str, *, disabled: bool = False) -> None:
        self.page = page
        self.query = query
        custom_id = f"rw:list:{page}:{target}:{query}"
        super().__init__(discord.ui.Button(label=TARGET_LABELS[target], custom_id=custom_id, disabled=disabled))

    async def on_use(self, interaction: Interaction) -> None:
        """Replace the page that the message shows."""
        await replace_message(interaction, build_page(interaction, decode_query(self.query), self.page))


class StoredPageButton(
    PersistentItem[Button],
    template=r"rw:page:(?P<query_id>[^:]{1,32}):(?P<page>[0-9]{1,6}):(?P<target>[fpnloa])",
    operation="A button that turns pages",
):
    """Shows one page of the list of a query in the database, which was too long for an id.

    All buttons that version 0.1.0 posted are of this kind.
    """

    def __init__(self, query_id: str, page: int, target: str, *, disabled: bool = False) -> None:
        self.query_id = query_id
        self.page = page
        self.target = target
        custom_id = f"rw:page:{query_id}:{page}:{target}"
        super().__init__(discord.ui.Button(label=TARGET_LABELS[target], custom_id=custom_id, disabled=disabled))

    async def on_use(self, interaction: Interaction) -> None:
        """Replace the page that the message shows."""
        await replace_message(interaction, self._build_page(interaction))

    async def _build_page(self, interaction: Interaction) -> Answer:
        text = await use_cases(interaction).button_states.load(self.query_id)
        if text is None:
            raise UserError(QUERY_EXPIRED, example=QUERY_EXAMPLE)
        query = parse_query(text)
        if self.target in "oa":
            query = replace(query, state="open" if self.target == "o" else None)
        return await build_page(interaction, query, self.page)


async def build_page(source: Context | Interaction, query: IncidentQuery, page: int) -> Answer:
    """Return a page of the incidents that a query finds, with a menu of these and the buttons below it.

    After the last page comes the last one again: the list may have become shorter since a button was posted.
    """
    cases = use_cases(source)
    incidents = await cases.incidents.list(actor_from(source), query, page)
    embed = render_incidents(incidents, cases.bug_url) if incidents.incidents else None
    return Answer(render_list_headline(incidents), embed, await _build_view(cases, incidents))


def encode_query(filters: IncidentFilter) -> str | None:
    """Return a query as part of a button's id; None if it is too long for one."""
    section, cas = filters.section or "", ", ".join(filters.cas)
    days = (day.isoformat().replace("-", "") if day else "" for day in (filters.since, filters.until))
    query = ":".join(((filters.state or "")[:1], *days, section, cas))
    return None if ":" in section or len(f"rw:list:999999:n:{query}") > MAX_CUSTOM_ID else query


def decode_query(text: str) -> IncidentQuery:
    """Return the query of a button's id; raises UserError if it names no days of the calendar."""
    state, since, until, section, cas = text.split(":", 4)
    try:
        first, last = (date.fromisoformat(day) if day else None for day in (since, until))
    except ValueError:
        raise UserError(QUERY_EXPIRED, example=QUERY_EXAMPLE) from None
    return IncidentQuery(cas, section, STATE_LETTERS.get(state), first, last)


async def _build_view(cases: UseCases, incidents: IncidentList) -> discord.ui.View | None:
    view = discord.ui.View(timeout=None)
    add_incident_menu(view, incidents)
    last_page, state = incidents.page_count - 1, incidents.filter.state
    targets = [("p", incidents.page - 1), ("n", incidents.page + 1)] if last_page else []
    has_both = 0 < incidents.counts.open_count < incidents.counts.total
    if state is not None or has_both:
        targets.append(("o" if state is None else "a", 0))
    if not targets:
        return view if view.children else None
    query = encode_query(incidents.filter)
    query_id = await cases.button_states.save(incidents.query_text) if query is None else ""
    for target, number in targets:
        page = min(max(number, 0), last_page)
        disabled = incidents.page <= 0 if target == "p" else incidents.page >= last_page if target == "n" else False
        if query is None:
            view.add_item(StoredPageButton(query_id, page, target, disabled=disabled))
        else:
            changed = query if target in "pn" else _with_state(incidents.filter, target)
            view.add_item(PageButton(page, target, changed, disabled=disabled))
        if target == "p":
            view.add_item(_page_number(incidents))
    return view


def _with_state(filters: IncidentFilter, target: str) -> str:
    return encode_query(replace(filters, state="open" if target == "o" else None)) or ""


def _page_number(incidents: IncidentList) -> Button:
    """Return a button that only says which page this is."""
    label = f"{incidents.page + 1}/{incidents.page_count}"
    return discord.ui.Button(label=label, custom_id="rw:list:number", disabled=True)
