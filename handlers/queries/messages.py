"""Answers about list messages: those about a CA or a bug, of a month, of a thread."""

from dataclasses import replace

from handlers.actor import Actor
from handlers.errors import UserError
from handlers.parsing.bug_references import parse_bug_number
from handlers.parsing.messages import base_subject
from handlers.parsing.owners import OwnerDirectory
from handlers.queries.message_filters import MessageQuery, make_thread_id
from handlers.queries.owner_search import require_owner
from handlers.results.messages import ListedMessage, MessageList
from storage import incidents
from storage.database import Database, Transaction
from storage.message_pages import find_message_page, find_threads
from storage.values.messages import ListMessage, MessageFilter, MessagePage

PAGE_SIZE = 6
THREAD_EXPIRED = "I no longer know the thread that this belongs to; please ask for the list again."


class MessageQueries:
    """Answers about list messages, each from one snapshot of the stored data.

    Raises UserError if a request cannot be fulfilled.
    """

    def __init__(self, database: Database, owners: OwnerDirectory) -> None:
        self._database = database
        self._owners = owners

    async def list(self, actor: Actor, query: MessageQuery, page: int | None = None) -> MessageList:
        """Return the messages that a query finds, newest first; one page of six if `page` is given."""
        async with self._database.read() as transaction:
            filters, resolved = await self._resolve(transaction, query)
            message_page = await find_message_page(transaction, filters, None if page is None else PAGE_SIZE, page or 0)
            messages = await _with_incidents(transaction, message_page, actor.community)
        return MessageList(
            filters,
            resolved.as_text,
            message_page.total,
            messages,
            message_page.number,
            message_page.page_count,
        )

    async def _resolve(self, transaction: Transaction, query: MessageQuery) -> tuple[MessageFilter, MessageQuery]:
        """Return the conditions of a query, and the query with the names that they stand for."""
        filters = MessageFilter(since=query.since, until=query.until)
        if query.thread_id:
            threads = await find_threads(transaction)
            thread = next((thread for thread in threads if make_thread_id(thread) == query.thread_id), None)
            if thread is None:
                raise UserError(THREAD_EXPIRED)
            return replace(filters, thread=thread), replace(query, about="")
        if not query.about:
            return filters, query
        if (bug := parse_bug_number(query.about)) is not None:
            return replace(filters, bug=bug), replace(query, about=str(bug))
        if owner := self._owners.find(query.about):
            return replace(filters, ca=owner.name), replace(query, about=owner.name)
        if thread := await _find_thread(transaction, query.about):
            return replace(filters, thread=thread), replace(query, about="", thread_id=make_thread_id(thread))
        name = (await require_owner(transaction, self._owners, query.about)).name
        return replace(filters, ca=name), replace(query, about=name)


async def _find_thread(transaction: Transaction, text: str) -> str | None:
    """Return the newest thread of this subject, or else one whose subject contains it; None if there is none."""
    subject = base_subject(text).casefold()
    threads = await find_threads(transaction)
    same = (thread for thread in threads if thread.casefold() == subject)
    containing = (thread for thread in threads if " " in subject and subject in thread.casefold())
    return next(same, None) or next(containing, None)


async def _with_incidents(transaction: Transaction, page: MessagePage, community: int) -> tuple[ListedMessage, ...]:
    named = dict.fromkeys(bug for message in page.messages for bug in message.bugs)
    known = await incidents.find_by_bugs(transaction, named, community)
    public = {bug: incident for bug, incident in known.items() if incident.visibility == "here"}

    def to_listed(message: ListMessage) -> ListedMessage:
        of_message = tuple(public[bug] for bug in message.bugs if bug in public)
        size = page.thread_sizes.get(message.thread, 1) if message.thread else 1
        return ListedMessage(message, of_message, make_thread_id(message.thread), size)

    return tuple(to_listed(message) for message in page.messages)
