"""Stores the messages of mailing lists and feeds, with their mentions, events and deliveries.

Whatever the feed contains at the first look is backlog. Anything later is new, unless it is older than all of that:
then something newer was taken out of the feed, and what stood behind it has moved into view.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from handlers.alerts.outbox import enqueue_events
from handlers.ingest.identity import distinct_key, match_known
from handlers.parsing.messages import parse_message
from handlers.parsing.owners import OwnerDirectory
from handlers.sections.list_requests import lock_referenced_incidents
from storage import events, messages, sources
from storage.database import Database, Transaction
from storage.values.messages import KnownMessage, ListMessage
from storage.values.outbox import Event
from storage.values.sources import SourceState

MAX_GAP = 2000  # message numbers; a larger gap means that the archive was renumbered
PUBLICATION_DELAY = timedelta(days=1)  # of an item that bears an earlier date, where no other item tells what is old


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What tells the backlog from the news: when a feed was first looked at, and the date of its oldest item then.

    `previous_count` is the number of items at the last look. Times are UTC.
    """

    oldest_news: datetime | None
    previous_count: int


class MessageIngest:
    """Stores the items and message pages of lists and feeds, and announces the new ones."""

    def __init__(self, database: Database, owners: OwnerDirectory, flood_bound: int) -> None:
        self._database = database
        self._owners = owners
        self._flood_bound = flood_bound

    async def ingest_feed(
        self,
        items: Sequence[ListMessage],
        state: SourceState,
        now: datetime,
        make_placeholder: Callable[[int], ListMessage] | None,
        server_time: datetime | None = None,
    ) -> int:
        """Store the items of a feed that are new to us, oldest first; return how many are no backlog or the first.

        `state` is that of before this look, but for its validators. `make_placeholder` returns a placeholder for a
        message by its number, for archives with one page for each message: their texts are still to be fetched, and
        placeholders fill the gap between the highest known number and the feed's oldest item, since more messages may
        have arrived than a feed holds. It is None for a plain feed, whose items are complete.
        """
        is_first = not state.initial_sync_done
        async with self._database.read() as transaction:
            known = await messages.find_known(transaction, state.name)
        if is_first:
            oldest = min((item.posted for item in items if item.posted), default=None)
            state = replace(state, baseline_at=min(server_time or now, now), oldest_item_at=oldest)
        elif state.baseline_at and state.baseline_at > now:  # a clock was wrong at the first look
            state = replace(state, baseline_at=now)
        matches = match_known(items, known)
        first_look = FirstLook(_oldest_news(state), state.last_item_count)
        backlog: list[ListMessage] = []
        news: list[ListMessage] = []
        used_keys = {message.key for message in known}
        for index, item in enumerate(items):
            if index in matches:
                continue
            new_message = self._with_mentions(replace(item, key=distinct_key(item, used_keys)))
            used_keys.add(new_message.key)
            is_old = is_first or _is_backlog(index, items, matches, known, first_look)
            (backlog if is_old else news).append(new_message)
            await asyncio.sleep(0)  # a long feed must not stop everything else
        if make_placeholder is not None and not is_first:
            news = [*_gap_placeholders(items, known, make_placeholder), *news]
        page_state = "wanted" if make_placeholder else "read"
        async with self._database.transaction() as transaction:
            await lock_referenced_incidents(transaction, [*backlog, *news])
            await messages.save_messages(transaction, backlog, state=page_state, backlog=True, now=now)
            await messages.save_messages(transaction, news, state=page_state, backlog=False, now=now)
            if make_placeholder is None:
                await self._announce(transaction, news, now)
            await sources.save_source(transaction, replace(state, initial_sync_done=True, last_item_count=len(items)))
        return len([message for message in (backlog if is_first else news) if message.subject])

    async def ingest_pages(self, pages: Sequence[tuple[ListMessage, bool]], now: datetime) -> None:
        """Store messages whose pages were fetched, each with whether it is backlog, and announce the new ones."""
        pages = [(self._with_mentions(page), backlog) for page, backlog in pages]
        async with self._database.transaction() as transaction:
            await lock_referenced_incidents(transaction, [page for page, _ in pages])
            for page, _ in pages:
                await messages.save_page(transaction, page)
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
        await enqueue_events(transaction, message_events, {}, self._flood_bound, now)


def _oldest_news(state: SourceState) -> datetime | None:
    """Return the time before which an item is backlog by its date, None if nothing is known of that."""
    if state.oldest_item_at is not None:
        return state.oldest_item_at
    return state.baseline_at - PUBLICATION_DELAY if state.baseline_at else None


def _is_backlog(
    index: int,
    items: Sequence[ListMessage],
    matches: Mapping[int, KnownMessage],
    known: Sequence[KnownMessage],
    first_look: FirstLook,
) -> bool:
    """Return whether an unknown item existed before the first look.

    An archive's numbers tell what arrived last, whatever date it bears. Without a date the position decides: an item
    behind all known ones has moved into view if others have gone, and was added there if none has.
    """
    item = items[index]
    is_old = first_look.oldest_news is not None and item.posted is not None and item.posted < first_look.oldest_news
    numbers = [message.number for message in known if message.number is not None]
    if item.number is not None and numbers:
        if item.number > max(numbers):
            return False
        return is_old or (item.posted is None and item.number < min(numbers))
    if item.posted is not None:
        return is_old
    is_behind_all = index < min(matches, default=0)
    return is_behind_all and first_look.previous_count > len(matches)


def _gap_placeholders(
    items: Sequence[ListMessage], known: Sequence[KnownMessage], make_placeholder: Callable[[int], ListMessage]
) -> list[ListMessage]:
    """Return placeholders for the messages between the highest known number and the feed's lowest."""
    known_numbers = [message.number for message in known if message.number is not None]
    numbers = [item.number for item in items if item.number is not None]
    if not known_numbers or not numbers:
        return []
    highest, lowest = max(known_numbers), min(numbers)
    if lowest <= highest + 1 or lowest - highest > MAX_GAP:
        return []
    keys = {message.key for message in known}
    placeholders = [make_placeholder(number) for number in range(highest + 1, lowest)]
    return [placeholder for placeholder in placeholders if placeholder.key not in keys]
