"""Pages of list messages: buttons that turn them, and a menu that shows a mail's whole thread."""

from collections.abc import Coroutine
from typing import Any

import discord

from bot.chat.components.persistent import Button, PersistentItem, Select
from bot.chat.context import Context, Interaction, actor_from, replace_message, reply_ephemeral, use_cases
from bot.chat.render.escape import MAX_CHOICE, MAX_CUSTOM_ID, MAX_ID_ARGUMENT
from bot.chat.render.message import Answer
from bot.chat.render.messages import render_messages
from bot.formatting.plain import to_single_line
from bot.formatting.wording import count_of, long_day
from handlers.errors import UserError
from handlers.queries.message_filters import MessageQuery, parse_message_query
from handlers.results.messages import MessageList
from handlers.use_cases import UseCases

QUERY_EXPIRED = "I no longer know which question this page belongs to; please ask it again."
STORED = "="  # stands before the id of a query that is too long for a button's id
LABELS = {"p": "‹", "n": "›"}


class MessagePageButton(
    PersistentItem[Button],
    template=rf"rw:mails:(?P<page>[0-9]{{1,6}}):(?P<direction>[pn]):(?P<query>.{{0,{MAX_ID_ARGUMENT}}})",
    operation="A button that turns pages of mails",
):
    """Shows one page of the mails of a query, which is part of its id, or stored under an id after "="."""

    def __init__(self, page: int, direction: str, query: str, *, disabled: bool = False) -> None:
        self.page = page
        self.query = query
        custom_id = _page_id(page, direction, query)
        super().__init__(discord.ui.Button(label=LABELS[direction], custom_id=custom_id, disabled=disabled))

    async def on_use(self, interaction: Interaction) -> None:
        """Replace the page that the message shows."""
        await replace_message(interaction, self._build_page(interaction))

    async def _build_page(self, interaction: Interaction) -> Answer:
        query: str | None = self.query
        if self.query.startswith(STORED):
            query = await use_cases(interaction).button_states.load(self.query.removeprefix(STORED))
        if query is None:
            raise UserError(QUERY_EXPIRED, example="list Entrust")
        return await build_message_page(interaction, parse_message_query(query), self.page)


class ThreadSelect(PersistentItem[Select], template=r"rw:thread", operation="The menu of threads"):
    """Shows the mails of the chosen thread to the member who chose it."""

    def __init__(self, options: list[discord.SelectOption] | None = None) -> None:
        select: Select = discord.ui.Select(
            custom_id="rw:thread", placeholder="Show one of these threads", options=options or []
        )
        super().__init__(select)

    async def on_use(self, interaction: Interaction) -> None:
        """Send the first page of the thread."""
        await reply_ephemeral(interaction, self._build_thread(interaction))

    def _build_thread(self, interaction: Interaction) -> Coroutine[Any, Any, Answer]:
        query = MessageQuery(thread_id=next(iter(self.item.values), ""))
        return build_message_page(interaction, query, 0)


async def build_message_page(source: Context | Interaction, query: MessageQuery, page: int) -> Answer:
    """Return a page of the mails that a query finds, with its menu and buttons."""
    cases = use_cases(source)
    messages = await cases.messages.list(actor_from(source), query, page)
    answer = render_messages(messages, cases.bug_url)
    return Answer(answer.content, answer.embed, await _build_view(cases, messages))


async def _build_view(cases: UseCases, page: MessageList) -> discord.ui.View | None:
    view = discord.ui.View(timeout=None)
    if options := _thread_options(page):
        view.add_item(ThreadSelect(options))
    if page.page_count > 1:
        query, last = page.query_text, page.page_count - 1
        if len(_page_id(999_999, "n", query)) > MAX_CUSTOM_ID:
            query = f"{STORED}{await cases.button_states.save(query)}"
        view.add_item(MessagePageButton(max(page.page - 1, 0), "p", query, disabled=page.page <= 0))
        label = f"{page.page + 1}/{page.page_count}"
        view.add_item(discord.ui.Button(label=label, disabled=True, custom_id="rw:position"))
        view.add_item(MessagePageButton(min(page.page + 1, last), "n", query, disabled=page.page >= last))
    return view if view.children else None


def _thread_options(page: MessageList) -> list[discord.SelectOption]:
    """Return the threads of a page that have more mails, each once; none if the page is of one thread already."""
    if page.filter.thread is not None:
        return []
    options = {}
    for listed in page.messages:
        if listed.thread_size > 1 and listed.thread_id not in options:
            message = listed.message
            newest = f", newest here {long_day(message.posted)}" if message.posted else ""
            options[listed.thread_id] = discord.SelectOption(
                label=to_single_line(message.thread, MAX_CHOICE) or "(no subject)",
                value=listed.thread_id,
                description=to_single_line(f"{count_of(listed.thread_size, 'mail')}{newest}", MAX_CHOICE),
            )
    return list(options.values())


def _page_id(page: int, direction: str, query: str) -> str:
    return f"rw:mails:{page}:{direction}:{query}"
