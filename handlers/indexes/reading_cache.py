"""What is read from the lives of incidents, kept in memory while nothing of a bug changes.

Another process may poll into the same database, so each query first compares what is in memory with what is stored. A
bug that is restricted is dropped then, or at once if this process noticed it.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from handlers.lives.one_by_one import read_one_by_one
from storage.database import Database
from storage.lives import find_life_versions, read_lives
from storage.values.lives import Life

BATCH_SIZE = 10  # lives that are read in one go: a second or so
MAX_READINGS = 4_000

S = TypeVar("S")
T = TypeVar("T")


class ReadingCache(Generic[T]):
    """The readings of one process; lives are read in a thread, one batch at a time.

    `read` makes a reading of a life as it is now.
    """

    def __init__(self, database: Database, read: Callable[[Life], T]) -> None:
        self._database = database
        self._read_current = read
        self._entries: dict[int, tuple[int, T]] = {}
        self._evicted: set[int] = set()
        self._lock = asyncio.Lock()

    @property
    def stored_bugs(self) -> frozenset[int]:
        """The bugs whose readings are in memory."""
        return frozenset(self._entries)

    async def find_versions(self, bugs: Sequence[int]) -> dict[int, int]:
        """Return the versions of what is stored, by bug, without restricted ones and those without a history."""
        async with self._database.read() as transaction:
            versions = await find_life_versions(transaction, bugs)
        self.evict(bug for bug in bugs if bug not in versions)
        return versions

    def in_memory(self, versions: Mapping[int, int]) -> dict[int, T]:
        """Return the readings of these bugs that were made of these versions."""
        entries = ((bug, self._entries.get(bug)) for bug in versions)
        return {bug: entry[1] for bug, entry in entries if entry and entry[0] == versions[bug]}

    async def current(self, bugs: Sequence[int]) -> dict[int, T]:
        """Return the readings of these bugs as they are now, without restricted ones and those without a history."""
        versions = await self.find_versions(bugs)
        readings = self.in_memory(versions)
        rest = [bug for bug in versions if bug not in readings]
        for start in range(0, len(rest), BATCH_SIZE):
            async with self._lock:  # of one batch, so that a question about few bugs need not wait for one about all
                batch = {bug: versions[bug] for bug in rest[start : start + BATCH_SIZE]}
                readings |= await self._read_batch(batch)
        return readings

    async def read(self, bugs: Sequence[int], read: Callable[[Life], S | None]) -> dict[int, S]:
        """Return what `read` makes of the lives of these bugs, without None; it does not stay in memory."""
        readings: dict[int, S] = {}
        for start in range(0, len(bugs), BATCH_SIZE):
            async with self._lock:
                readings |= await self._read(bugs[start : start + BATCH_SIZE], read)
        return readings

    def evict(self, bugs: Iterable[int]) -> None:
        """Drop the readings of these bugs, those that are being made included."""
        for bug in bugs:
            self._evicted.add(bug)
            self._entries.pop(bug, None)

    def clear(self) -> None:
        """Drop all readings."""
        self._entries.clear()

    async def _read_batch(self, versions: Mapping[int, int]) -> dict[int, T]:
        """Read the lives of some bugs, unless another question has done so meanwhile, and store the readings."""
        stored = self.in_memory(versions)
        readings = await self._read([bug for bug in versions if bug not in stored], self._read_current)
        for bug, reading in readings.items():
            self._store(bug, versions[bug], reading)
        return stored | readings

    async def _read(self, bugs: Sequence[int], read: Callable[[Life], S | None]) -> dict[int, S]:
        """Read the lives of some bugs; one that is evicted meanwhile or cannot be read is left out."""
        self._evicted.clear()
        async with self._database.read() as transaction:
            lives = await read_lives(transaction, bugs=bugs)
        readings = await asyncio.to_thread(read_one_by_one, lives, read)
        return {bug: reading for bug, reading in readings.items() if reading is not None and bug not in self._evicted}

    def _store(self, bug: int, version: int, reading: T) -> None:
        self._entries.pop(bug, None)
        self._entries[bug] = (version, reading)
        while len(self._entries) > MAX_READINGS:
            del self._entries[next(iter(self._entries))]
