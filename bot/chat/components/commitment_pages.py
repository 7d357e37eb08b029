"""Pages of promises: buttons that turn them, whose ids carry the query."""

import discord

from bot.chat.components.incident_menu import IncidentSelect
from bot.chat.components.persistent import Button, PersistentItem
from bot.chat.context import Context, Interaction, actor_from, replace_message, services, use_cases
from bot.chat.render.commitments import render_commitments
from bot.chat.render.escape import MAX_CHOICE, MAX_ID_ARGUMENT
from bot.chat.render.message import Answer
from bot.formatting.plain import to_single_line
from handlers.queries.commitment_filters import CommitmentQuery, parse_commitment_query
from handlers.results.commitments import CommitmentList

LABELS = {"p": "‹", "n": "›", "o": "Open", "b": "Broken", "a": "All"}
FILTERS = {"o": "open", "b": "broken", "a": ""}


class CommitmentPageButton(
    PersistentItem[Button],
    template=rf"rw:vow:(?P<page>[0-9]{{1,6}}):(?P<target>[pnoba]):(?P<query>.{{0,{MAX_ID_ARGUMENT}}})",
    operation="A button that turns pages of promises",
):
    """Shows one page of the promises of a query, which is part of its id."""

    def __init__(self, page: int, target: str, query: str, *, disabled: bool = False) -> None:
        self.page = page
        self.query = query
        custom_id = f"rw:vow:{page}:{target}:{query}"
        super().__init__(discord.ui.Button(label=LABELS[target], custom_id=custom_id, disabled=disabled))

    async def on_use(self, interaction: Interaction) -> None:
        """Replace the page that the message shows."""
        services(interaction).check_limit(interaction, "commitments")
        query = parse_commitment_query(self.query)
        await replace_message(interaction, build_commitment_page(interaction, query, self.page))


async def build_commitment_page(source: Context | Interaction, query: CommitmentQuery, page: int) -> Answer:
    """Return a page of the promises that a query asks for, with a menu of their incidents and the buttons below it."""
    cases = use_cases(source)
    listed = await cases.commitments.list(actor_from(source), query, page)
    answer = render_commitments(listed, cases.bug_url)
    return Answer(answer.content, answer.embed, _build_view(listed))


def _build_view(listed: CommitmentList) -> discord.ui.View | None:
    view = discord.ui.View(timeout=None)
    by_bug = {row.incident.bug.id: row.incident for row in listed.rows}
    if by_bug and listed.bug is None:
        options = [
            discord.SelectOption(label=to_single_line(f"{bug} {incident.title}", MAX_CHOICE), value=str(bug))
            for bug, incident in by_bug.items()
        ]
        view.add_item(IncidentSelect(options))
    subject = str(listed.bug) if listed.bug is not None else listed.owners[0].name if listed.owners else ""
    if len(subject) <= MAX_ID_ARGUMENT - len(" broken"):
        _add_buttons(view, listed, subject)
    return view if view.children else None


def _add_buttons(view: discord.ui.View, listed: CommitmentList, subject: str) -> None:
    query, page, last = listed.query_text, listed.page, listed.page_count - 1
    if last:
        view.add_item(CommitmentPageButton(max(page - 1, 0), "p", query, disabled=page <= 0))
        label = f"{page + 1}/{listed.page_count}"
        view.add_item(discord.ui.Button(label=label, custom_id="rw:vow:number", disabled=True))
        view.add_item(CommitmentPageButton(min(page + 1, last), "n", query, disabled=page >= last))
    counts = listed.counts
    has_broken = bool(counts.past or counts.late or counts.never)
    available = {"o": counts.open not in {0, counts.total}, "b": has_broken, "a": True}
    for target, name in FILTERS.items():
        if available[target] and (name or "all") != listed.scope and counts.total:
            view.add_item(CommitmentPageButton(0, target, f"{subject} {name}".strip()))
