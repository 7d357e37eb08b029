"""Pages of the queue of moderators, and the buttons that turn them."""

import discord

from bot.chat.components.incident_menu import IncidentSelect
from bot.chat.components.persistent import Button, PersistentItem
from bot.chat.context import Context, Interaction, actor_from, replace_message, services, use_cases
from bot.chat.render.escape import MAX_CHOICE
from bot.chat.render.message import Answer
from bot.chat.render.queue import render_queue
from bot.formatting.plain import to_single_line
from handlers.results.queue import Queue

LABELS = {"p": "‹", "n": "›"}


class QueuePageButton(
    PersistentItem[Button],
    template=r"rw:queue:(?P<page>[0-9]{1,6}):(?P<target>[pn])",
    operation="A button that turns pages of the queue",
):
    """Shows one page of the queue, to who may moderate."""

    def __init__(self, page: int, target: str, *, disabled: bool = False) -> None:
        self.page = page
        custom_id = f"rw:queue:{page}:{target}"
        super().__init__(discord.ui.Button(label=LABELS[target], custom_id=custom_id, disabled=disabled))

    async def on_use(self, interaction: Interaction) -> None:
        """Replace the page that the message shows."""
        services(interaction).check_limit(interaction, "queue")
        await replace_message(interaction, build_queue_page(interaction, self.page))


async def build_queue_page(source: Context | Interaction, page: int) -> Answer:
    """Return a page of the queue, with a menu of its incidents and the buttons below it."""
    cases = use_cases(source)
    queue = await cases.queue.list(actor_from(source), page)
    answer = render_queue(queue, cases.bug_url)
    return Answer(answer.content, answer.embed, _build_view(queue))


def _build_view(queue: Queue) -> discord.ui.View | None:
    view = discord.ui.View(timeout=None)
    options = [
        discord.SelectOption(
            label=to_single_line(f"{entry.incident.bug.id} {entry.incident.title}", MAX_CHOICE),
            value=str(entry.incident.bug.id),
        )
        for entry in queue.entries
    ]
    if options:
        view.add_item(IncidentSelect(options))
    page, last = queue.page, queue.page_count - 1
    if last:
        view.add_item(QueuePageButton(max(page - 1, 0), "p", disabled=page <= 0))
        label = f"{page + 1}/{queue.page_count}"
        view.add_item(discord.ui.Button(label=label, custom_id="rw:queue:number", disabled=True))
        view.add_item(QueuePageButton(min(page + 1, last), "n", disabled=page >= last))
    return view if view.children else None
