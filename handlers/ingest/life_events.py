"""Records what happened within incidents: of those that polls changed, and of open ones whose clocks have run on.

What happened before Rootwatch followed a bug is not news and is not recorded: nothing of the first fill, of a database
that is older than these events nothing until the upgrade, of a bug that moved in or became public nothing before that.
All of it can still be read from the life. A bug's events are recorded up to a moment that only moves forward, so that
another way of reading, or a bug that was restricted for a while, brings no old events back.
"""

import asyncio
from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.lives.clock_events import clock_events
from handlers.lives.clock_life import ClockLife
from handlers.lives.events import new_events
from handlers.lives.one_by_one import read_one_by_one
from handlers.parsing.owners import OwnerDirectory
from storage import incidents, life_events, settings, sources
from storage.database import Database
from storage.lives import find_component, read_lives
from storage.values.life_events import EventProgress, LifeEvent
from storage.values.lives import Life

BATCH_SIZE = 10  # lives that are read in one go: a second or so
CLOCK_INTERVAL = timedelta(hours=1)  # between two looks at the clocks of a bug that does not change
# A comment can become visible later than its time says: as far as polls overlap, events are looked for again.
OVERLAP = timedelta(minutes=10)
_TICK = timedelta(seconds=1)


class LifeEventRecorder:
    """Finds new events, in a thread, and stores each of them once."""

    def __init__(self, database: Database, owners: OwnerDirectory, indexes: IncidentIndexes) -> None:
        self._database = database
        self._owners = owners
        self._indexes = indexes
        self._unreadable: set[int] = set()

    @property
    def unreadable(self) -> frozenset[int]:
        """The bugs whose lives could not be read the last time; each is tried again the next time."""
        return frozenset(self._unreadable)

    async def record(self) -> int:
        """Record the events of changed lives, then of clocks; return how many were new.

        Everything is as of the last complete poll: what the CA wrote since then is not known yet.
        """
        self._unreadable = set()
        async with self._database.read() as transaction:
            state = await sources.find_source(transaction, sources.BUGZILLA)
            since = await settings.find_setting(transaction, life_events.RECORDED_SINCE)
            component = await find_component(transaction) or ""
        if not state.initial_sync_done or state.cursor is None or state.baseline_at is None:
            return 0
        start = max(state.baseline_at, datetime.fromisoformat(since)) if since else state.baseline_at
        count = await self._record_changed(start, state.cursor, component)
        return count + await self._record_clocks(start, state.cursor, component)

    async def _record_changed(self, start: datetime, as_of: datetime, component: str) -> int:
        async with self._database.read() as transaction:
            pending = await life_events.find_changed_lives(transaction)
        changed: list[EventProgress] = []
        backlog: list[EventProgress] = []
        for entry in pending:
            (backlog if entry.recorded_until is None and entry.changed <= start else changed).append(entry)
        count = await self._save(backlog, (), as_of) if backlog else 0
        for batch in _batches(changed):
            async with self._database.read() as transaction:
                lives = await read_lives(transaction, bugs=[entry.bug for entry in batch])
            after = {entry.bug: _recorded_until(entry, start) for entry in batch}
            find = partial(_new_events, self._owners, after, as_of, component)
            count += await self._save_read(batch, lives, await asyncio.to_thread(read_one_by_one, lives, find), as_of)
        return count

    async def _record_clocks(self, start: datetime, as_of: datetime, component: str) -> int:
        async with self._database.read() as transaction:
            behind = await life_events.find_open_lives(transaction, as_of - CLOCK_INTERVAL)
        count = 0
        for batch in _batches(behind):
            lives = await self._indexes.lives.current([entry.bug for entry in batch])
            after = {entry.bug: _recorded_until(entry, start) for entry in batch}
            find = partial(_new_clock_events, after, as_of, component)
            count += await self._save_read(batch, lives, await asyncio.to_thread(read_one_by_one, lives, find), as_of)
        return count

    async def _save_read(
        self,
        batch: Sequence[EventProgress],
        lives: Container[int],
        events: Mapping[int, Sequence[LifeEvent]],
        as_of: datetime,
    ) -> int:
        """Store the events that were read, by bug; those of lives that cannot be read are looked for again."""
        failed = {entry.bug for entry in batch if entry.bug in lives and entry.bug not in events}
        self._unreadable |= failed
        read = [entry for entry in batch if entry.bug not in failed]
        return await self._save(read, [event for of_bug in events.values() for event in of_bug], as_of)

    async def _save(self, entries: Sequence[EventProgress], events: Sequence[LifeEvent], as_of: datetime) -> int:
        """Store events, and that these bugs were looked through; return how many events were new."""
        async with self._database.transaction() as transaction:
            # meanwhile a bug may have become restricted
            visible = await incidents.lock_incidents(transaction, sorted(entry.bug for entry in entries))
            shown = [event for event in events if event.bug in visible]
            recorded = await life_events.insert_life_events(transaction, shown, datetime.now(UTC))
            requested = {entry.bug: entry.requested for entry in entries if entry.bug in visible}
            await life_events.save_progress(transaction, requested, as_of)
        return len(recorded)


def _new_events(
    owners: OwnerDirectory, after: Mapping[int, datetime], as_of: datetime, component: str, life: Life
) -> Sequence[LifeEvent]:
    return list(new_events(life, owners, after[life.bug], as_of, component))


def _new_clock_events(
    after: Mapping[int, datetime], as_of: datetime, component: str, clocks: ClockLife
) -> Sequence[LifeEvent]:
    life = clocks.life
    events = clock_events(life, clocks.acts, as_of, component)
    return [event for event in events if event.happened > after[life.bug]]


def _recorded_until(entry: EventProgress, start: datetime) -> datetime:
    """Return the moment after which what happened within a bug is news; nothing before `start` ever is."""
    followed_since = max(start, entry.entered_at - _TICK) if entry.entered_at else start
    return max(followed_since, entry.recorded_until - OVERLAP) if entry.recorded_until else followed_since


def _batches(entries: Sequence[EventProgress]) -> Iterator[Sequence[EventProgress]]:
    return (entries[start : start + BATCH_SIZE] for start in range(0, len(entries), BATCH_SIZE))
