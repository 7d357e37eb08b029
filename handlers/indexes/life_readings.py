"""The clocks of incidents, kept in memory while nothing of a bug changes."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.deadlines.history import MissedClock
from handlers.indexes.reading_cache import ReadingCache
from handlers.lives.clock_life import ClockLife, may_have_clocks, read_clock_life
from handlers.lives.one_by_one import read_one_by_one
from handlers.parsing.owners import OwnerDirectory
from storage.database import Database
from storage.lives import find_component
from storage.values.lives import Life


@dataclass(slots=True)
class _ClockReading:
    """What is read from a life, and the missed clocks of a closed bug once they are known."""

    life: ClockLife
    missed: tuple[MissedClock, ...] | None = None


class LifeReadings:
    """What the clocks need of the lives of incidents."""

    def __init__(self, database: Database, owners: OwnerDirectory) -> None:
        self._database = database
        self._owners = owners
        self._cache = ReadingCache(database, self._read_current)

    @property
    def stored_bugs(self) -> frozenset[int]:
        """The bugs whose readings are in memory."""
        return self._cache.stored_bugs

    async def current(self, bugs: Sequence[int]) -> dict[int, ClockLife]:
        """Return what is read from the lives of these bugs, without restricted ones and those without a history."""
        return {bug: reading.life for bug, reading in (await self._cache.current(bugs)).items()}

    async def at(self, bugs: Sequence[int], as_of: datetime) -> dict[int, ClockLife]:
        """Return what was to be read at a moment, of those of these bugs on which clocks may have run then."""
        versions = await self._cache.find_versions(bugs)
        stored = self._cache.in_memory(versions)
        lives = {bug: reading.life for bug, reading in stored.items() if reading.life.known_until <= as_of}
        component = await self.component()

        def read(life: Life) -> ClockLife | None:
            has_clocks = may_have_clocks(life, as_of, component)
            return read_clock_life(life, self._owners, as_of) if has_clocks else None

        return lives | await self._cache.read([bug for bug in versions if bug not in lives], read)

    async def missed(self, bugs: Sequence[int], as_of: datetime) -> dict[int, tuple[MissedClock, ...]]:
        """Return the clocks that were missed until now, by bug, as far as their lives can be read."""
        component = await self.component()
        readings = await self._cache.current(bugs)
        known = {bug: reading.missed for bug, reading in readings.items() if reading.missed is not None}
        unknown = {bug: reading.life for bug, reading in readings.items() if bug not in known}
        computed = await asyncio.to_thread(read_one_by_one, unknown, lambda life: life.missed(as_of, component))
        for bug, clocks in computed.items():
            if not readings[bug].life.is_open:
                readings[bug].missed = clocks
        return known | computed

    async def component(self) -> str:
        """Return the name of the component in which clocks run."""
        async with self._database.read() as transaction:
            return await find_component(transaction) or ""

    def evict(self, bugs: Iterable[int]) -> None:
        """Drop the readings of these bugs, those that are being made included."""
        self._cache.evict(bugs)

    def clear(self) -> None:
        """Drop all readings."""
        self._cache.clear()

    def _read_current(self, life: Life) -> _ClockReading:
        return _ClockReading(read_clock_life(life, self._owners))
