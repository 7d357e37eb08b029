"""Pages of clocks and of missed clocks: buttons that turn them, whose ids carry the query."""

from collections.abc import Iterable

import discord

from bot.chat.components.incident_menu import IncidentSelect
from bot.chat.components.persistent import Button, PersistentItem
from bot.chat.context import Context, Interaction, actor_from, replace_message, services, use_cases
from bot.chat.render.deadlines import render_deadlines, render_history
from bot.chat.render.escape import MAX_CHOICE, MAX_ID_ARGUMENT
from bot.chat.render.message import Answer
from bot.formatting.plain import to_single_line
from handlers.queries.deadline_filters import DeadlineQuery, parse_deadline_query
from handlers.results.deadlines import DeadlineList, MissedHistory
from storage.values.incidents import Incident

LABELS = {"p": "‹", "n": "›", "o": "Overdue", "w": "7d", "a": "All"}
WEEK_DAYS = 7


class DeadlinePageButton(
    PersistentItem[Button],
    template=rf"rw:due:(?P<page>[0-9]{{1,6}}):(?P<target>[pnowa]):(?P<query>.{{0,{MAX_ID_ARGUMENT}}})",
    operation="A button that turns pages of clocks",
):
    """Shows one page of the clocks of a query, which is part of its id."""

    def __init__(self, page: int, target: str, query: str, *, disabled: bool = False) -> None:
        self.page = page
        self.query = query
        custom_id = f"rw:due:{page}:{target}:{query}"
        super().__init__(discord.ui.Button(label=LABELS[target], custom_id=custom_id, disabled=disabled))

    async def on_use(self, interaction: Interaction) -> None:
        """Replace the page that the message shows."""
        query = parse_deadline_query(self.query)
        await replace_message(interaction, build_deadline_page(interaction, query, self.page))


class HistoryPageButton(
    PersistentItem[Button],
    template=rf"rw:missed:(?P<page>[0-9]{{1,6}}):(?P<target>[pn]):(?P<ca>.{{1,{MAX_ID_ARGUMENT}}})",
    operation="A button that turns pages of missed clocks",
):
    """Shows one page of the missed clocks of a CA, whose name is part of its id."""

    def __init__(self, page: int, target: str, ca: str, *, disabled: bool = False) -> None:
        self.page = page
        self.ca = ca
        custom_id = f"rw:missed:{page}:{target}:{ca}"
        super().__init__(discord.ui.Button(label=LABELS[target], custom_id=custom_id, disabled=disabled))

    async def on_use(self, interaction: Interaction) -> None:
        """Replace the page that the message shows."""
        services(interaction).check_limit(interaction, "history")
        await replace_message(interaction, build_history_page(interaction, self.ca, self.page))


async def build_deadline_page(source: Context | Interaction, query: DeadlineQuery, page: int) -> Answer:
    """Return a page of the clocks that a query asks for, with a menu of their incidents and the buttons below it."""
    cases = use_cases(source)
    listed = await cases.deadlines.list(actor_from(source), query, page)
    answer = render_deadlines(listed, cases.bug_url)
    return Answer(answer.content, answer.embed, _deadline_view(listed))


async def build_history_page(source: Context | Interaction, ca: str, page: int) -> Answer:
    """Return a page of the clocks that a CA missed, with a menu of their incidents and the buttons below it."""
    cases = use_cases(source)
    history = await cases.missed_clocks.history(actor_from(source), ca, page)
    answer = render_history(history, cases.bug_url)
    return Answer(answer.content, answer.embed, _history_view(history))


def _deadline_view(listed: DeadlineList) -> discord.ui.View | None:
    view = discord.ui.View(timeout=None)
    query, last = listed.query_text, listed.page_count - 1
    if listed.bug is None:
        _add_menu(view, (row.incident for row in listed.rows))
    if len(query) > MAX_ID_ARGUMENT - len(" overdue"):
        return view if view.children else None
    if last:
        view.add_item(DeadlinePageButton(max(listed.page - 1, 0), "p", query, disabled=listed.page <= 0))
        view.add_item(_page_number(listed.page, listed.page_count))
        view.add_item(DeadlinePageButton(min(listed.page + 1, last), "n", query, disabled=listed.page >= last))
    if listed.bug is None:
        subject = listed.owners[0].name if listed.owners else ""
        is_running = listed.days is None and listed.scope == "running"
        if listed.counts.overdue and listed.counts.due and is_running:
            view.add_item(DeadlinePageButton(0, "o", f"{subject} overdue".strip()))
        if listed.counts.due and listed.days is None:
            view.add_item(DeadlinePageButton(0, "w", f"{subject} {WEEK_DAYS}d".strip()))
        if not is_running and (listed.counts.overdue or listed.counts.due):
            view.add_item(DeadlinePageButton(0, "a", subject))
    return view if view.children else None


def _history_view(history: MissedHistory) -> discord.ui.View | None:
    view = discord.ui.View(timeout=None)
    _add_menu(view, (miss.incident for miss in history.missed))
    name, last = history.owner.name, history.page_count - 1
    if last and len(name) <= MAX_ID_ARGUMENT:
        view.add_item(HistoryPageButton(max(history.page - 1, 0), "p", name, disabled=history.page <= 0))
        view.add_item(_page_number(history.page, history.page_count))
        view.add_item(HistoryPageButton(min(history.page + 1, last), "n", name, disabled=history.page >= last))
    return view if view.children else None


def _add_menu(view: discord.ui.View, incidents: Iterable[Incident]) -> None:
    """Add the menu that shows one of these incidents, each once."""
    by_bug = {incident.bug.id: incident for incident in incidents}
    options = [
        discord.SelectOption(label=to_single_line(f"{bug} {incident.title}", MAX_CHOICE), value=str(bug))
        for bug, incident in by_bug.items()
    ]
    if options:
        view.add_item(IncidentSelect(options))


def _page_number(page: int, page_count: int) -> Button:
    return discord.ui.Button(label=f"{page + 1}/{page_count}", custom_id="rw:due:number", disabled=True)
