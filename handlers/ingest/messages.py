"""What happens when a list or a feed was read: messages, what they speak of, events and deliveries.

What stands in the feed at the first look is backlog; whatever comes later is news, however old it says it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from handlers.parsing.messages import read_message
from handlers.parsing.owners import OwnerTable
from handlers.sections.list_requests import hold_named
from storage import events, messages, sources
from storage.database import Connection, Database
from storage.values.incidents import Event, Message, SourceState

FARTHEST_WALK = 2000  # numbers; beyond that the archive was renumbered, not busy


class ListIntake:
    """Takes in what lists and feeds brought."""

    def __init__(self, database: Database, owners: OwnerTable, flood_bound: int) -> None:
        self._database = database
        self._owners = owners
        self._flood_bound = flood_bound

    async def take_feed(
        self, items: Sequence[Message], state: SourceState, now: datetime, page_of: Callable[[int], Message] | None
    ) -> int:
        """Store a feed's items that are new to us, oldest first; gives how many.

        `page_of` makes the place of a message by its number, for archives whose messages have pages of their own:
        their bodies are still to be read, and the numbers between the last one known and the feed's oldest are
        walked, since more may have come than a feed holds. An entry of a plain feed is complete as it is.
        """
        backlog = not state.filled
        known = await messages.find_message_keys(self._database, state.name)
        fresh = [self._understood(item) for item in items if item.key not in known]
        if page_of is not None and not backlog:
            fresh = [*await self._overflowed(state.name, items, known, page_of), *fresh]
        async with self._database.writing() as connection:
            await hold_named(self._database, connection, fresh)
            await messages.keep_messages(
                self._database, connection, fresh, state="wanted" if page_of else "read", backlog=backlog, now=now
            )
            if page_of is None and not backlog:
                await self._announce(connection, fresh, now)
            await sources.keep_source(self._database, connection, replace(state, filled=True))
        return len([item for item in fresh if item.subject])

    async def take_pages(self, pages: Sequence[tuple[Message, bool]], now: datetime) -> None:
        """Store messages whose pages were read, each with whether it is backlog, and announce the new ones."""
        async with self._database.writing() as connection:
            await hold_named(self._database, connection, [page for page, _ in pages])
            for page, _ in pages:
                await messages.keep_page(self._database, connection, self._understood(page))
                await events.mark_stale(self._database, connection, message=(page.list, page.key))
            await self._announce(connection, [page for page, backlog in pages if not backlog], now)

    async def announce_without_page(self, waiting: Sequence[Message], now: datetime) -> None:
        """Announce messages whose page cannot be read for now; what is posted is edited when it can."""
        async with self._database.writing() as connection:
            await self._announce(connection, [message for message in waiting if message.subject], now)

    def _understood(self, message: Message) -> Message:
        found = read_message(message.subject, message.body or "", self._owners)
        return replace(message, bugs=found.bugs, cas=found.cas, thread=found.thread)

    async def _announce(self, connection: Connection, new: Sequence[Message], now: datetime) -> None:
        made = [
            Event("message", f"message:{one.list}:{one.key}", one.posted or now, message=one.key, list=one.list)
            for one in new
        ]
        await events.record_events(self._database, connection, made, self._flood_bound, now)

    async def _overflowed(
        self, name: str, items: Sequence[Message], known: set[str], page_of: Callable[[int], Message]
    ) -> list[Message]:
        last = await messages.newest_number(self._database, name)
        numbers = [item.number for item in items if item.number is not None]
        if last is None or not numbers or min(numbers) <= last + 1 or min(numbers) - last > FARTHEST_WALK:
            return []
        between = [page_of(number) for number in range(last + 1, min(numbers))]
        return [place for place in between if place.key not in known]
