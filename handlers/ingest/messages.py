"""Stores the messages of mailing lists and feeds, with their mentions, events and deliveries.

Whatever the feed contains at the first poll is backlog; anything later is new, whatever date it bears.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from handlers.alerts.outbox import enqueue_events
from handlers.parsing.messages import parse_message
from handlers.parsing.owners import OwnerDirectory
from handlers.sections.list_requests import lock_referenced_incidents
from storage import events, messages, sources
from storage.database import Database, Transaction
from storage.values.messages import ListMessage
from storage.values.outbox import Event
from storage.values.sources import SourceState

MAX_GAP = 2000  # message numbers; a larger gap means that the archive was renumbered


class MessageIngest:
    """Stores the items and message pages of lists and feeds, and announces the new ones."""

    def __init__(self, database: Database, owners: OwnerDirectory, flood_threshold: int) -> None:
        self._database = database
        self._owners = owners
        self._flood_threshold = flood_threshold

    async def ingest_feed(
        self,
        items: Sequence[ListMessage],
        state: SourceState,
        now: datetime,
        make_placeholder: Callable[[int], ListMessage] | None,
    ) -> int:
        """Store the items of a feed that are new to us, oldest first; return how many.

        `make_placeholder` returns a placeholder for a message by its number, for archives with one page for each
        message: their texts are still to be fetched, and placeholders fill the gap between the highest known number
        and the feed's oldest item, since more messages may have arrived than a feed holds. It is None for a plain
        feed, whose items are complete.
        """
        backlog = not state.initial_sync_done
        async with self._database.transaction() as transaction:
            known = await messages.find_message_keys(transaction, state.name)
            new_messages = [self._with_mentions(item) for item in items if item.key not in known]
            if make_placeholder is not None and not backlog:
                placeholders = await self._gap_placeholders(transaction, state.name, items, known, make_placeholder)
                new_messages = [*placeholders, *new_messages]
            await lock_referenced_incidents(transaction, new_messages)
            await messages.save_messages(
                transaction,
                new_messages,
                state="wanted" if make_placeholder else "read",
                backlog=backlog,
                now=now,
            )
            if make_placeholder is None and not backlog:
                await self._announce(transaction, new_messages, now)
            await sources.save_source(transaction, replace(state, initial_sync_done=True))
        return len([message for message in new_messages if message.subject])

    async def ingest_pages(self, pages: Sequence[tuple[ListMessage, bool]], now: datetime) -> None:
        """Store messages whose pages were fetched, each with whether it is backlog, and announce the new ones."""
        async with self._database.transaction() as transaction:
            await lock_referenced_incidents(transaction, [page for page, _ in pages])
            for page, _ in pages:
                await messages.save_page(transaction, self._with_mentions(page))
                await events.mark_list_message_stale(transaction, (page.list, page.key))
            await self._announce(transaction, [page for page, backlog in pages if not backlog], now)

    async def announce_without_page(self, pending: Sequence[ListMessage], now: datetime) -> None:
        """Announce messages whose pages cannot be fetched for now; the alerts are edited once they can."""
        async with self._database.transaction() as transaction:
            await self._announce(transaction, [message for message in pending if message.subject], now)

    def _with_mentions(self, message: ListMessage) -> ListMessage:
        mentions = parse_message(message.subject, message.body or "", self._owners)
        return replace(message, bugs=mentions.bugs, cas=mentions.cas, thread=mentions.thread)

    async def _announce(self, transaction: Transaction, new_messages: Sequence[ListMessage], now: datetime) -> None:
        message_events = [
            Event(
                "message",
                f"message:{message.list}:{message.key}",
                message.posted or now,
                message=message.key,
                list=message.list,
            )
            for message in new_messages
        ]
        await enqueue_events(transaction, message_events, {}, self._flood_threshold, now)

    async def _gap_placeholders(
        self,
        transaction: Transaction,
        name: str,
        items: Sequence[ListMessage],
        known: set[str],
        make_placeholder: Callable[[int], ListMessage],
    ) -> list[ListMessage]:
        highest = await messages.highest_number(transaction, name)
        numbers = [item.number for item in items if item.number is not None]
        if highest is None or not numbers or min(numbers) <= highest + 1 or min(numbers) - highest > MAX_GAP:
            return []
        placeholders = [make_placeholder(number) for number in range(highest + 1, min(numbers))]
        return [placeholder for placeholder in placeholders if placeholder.key not in known]
