"""What CAs promised, kept in memory while nothing of a bug changes."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from handlers.indexes.reading_cache import ReadingCache
from handlers.lives.clock_life import ALL_TIME
from handlers.lives.promises import BugPromises, read_promises
from handlers.parsing.owners import OwnerDirectory
from storage.database import Database
from storage.values.lives import Life


class PromiseReadings:
    """The promises that are read from the lives of incidents."""

    def __init__(self, database: Database, owners: OwnerDirectory) -> None:
        self._owners = owners
        self._cache = ReadingCache(database, self._read_current)

    async def read(self, bugs: Sequence[int], as_of: datetime | None = None) -> dict[int, BugPromises]:
        """Return the promises of these bugs as known at a moment (None: now), without restricted and unread ones."""
        if as_of is None:
            return await self._cache.current(bugs)
        moment = as_of

        def read(life: Life) -> BugPromises | None:
            return read_promises(life, self._owners, moment) if life.created <= moment else None

        return await self._cache.read(list(await self._cache.find_versions(bugs)), read)

    def evict(self, bugs: Iterable[int]) -> None:
        """Drop what was read of these bugs, and what is being read."""
        self._cache.evict(bugs)

    def clear(self) -> None:
        """Drop everything."""
        self._cache.clear()

    def _read_current(self, life: Life) -> BugPromises:
        return read_promises(life, self._owners, ALL_TIME)
