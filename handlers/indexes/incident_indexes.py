"""The in-memory indexes of all incidents: for related incidents (echoes), and for similarity to a few examples."""

from collections.abc import Iterable

from handlers.indexes.synced_index import SyncedIndex
from handlers.parsing.owners import OwnerDirectory
from handlers.related.find import Echo, find_echoes
from handlers.related.index import RelatedIndex
from handlers.results.related import RelatedIncident
from handlers.similarity.index import SimilarityIndex
from storage import incidents
from storage.database import Database, Transaction

CACHE_SIZE = 20  # incidents; one alert goes to many channels


class IncidentIndexes:
    """The indexes of one process, each built at its first query, with a cache of related incidents."""

    def __init__(self, database: Database, owners: OwnerDirectory) -> None:
        self.related = SyncedIndex(database, lambda: RelatedIndex(owners))
        self.similarity = SyncedIndex(database, lambda: SimilarityIndex(owners))
        self._cache: dict[int, tuple[Echo, ...]] = {}
        self._cached_revision = 0

    async def related_to(self, bug: int) -> tuple[Echo, ...]:
        """Return the echoes of an incident, best first; none if it is unknown or not visible."""
        return await self.related.query(lambda index: self._find_cached(index, bug))

    async def evict(self, bugs: Iterable[int]) -> None:
        """Remove these incidents from the indexes; the visible ones are loaded again at the next query."""
        evicted = tuple(bugs)
        await self.related.evict(evicted)
        await self.similarity.evict(evicted)
        self._cache = {}

    async def close(self) -> None:
        """Cancel running queries and drop the indexes; may be called more than once."""
        await self.related.close()
        await self.similarity.close()
        self._cache = {}

    def _find_cached(self, index: RelatedIndex, bug: int) -> tuple[Echo, ...]:
        if bug not in index:
            return ()
        if self._cached_revision != self.related.revision or len(self._cache) >= CACHE_SIZE:
            self._cache, self._cached_revision = {}, self.related.revision
        if bug not in self._cache:
            self._cache[bug] = find_echoes(index, bug)
        return self._cache[bug]


async def attach_incidents(
    transaction: Transaction, echoes: Iterable[Echo], community: int
) -> tuple[RelatedIncident, ...]:
    """Return the echoes with their incidents as a community sees them; those no longer visible are left out."""
    echoes = list(echoes)
    known = await incidents.find_by_bugs(transaction, [echo.bug for echo in echoes], community)
    return tuple(
        RelatedIncident(echo, known[echo.bug])
        for echo in echoes
        if echo.bug in known and known[echo.bug].visibility == "here"
    )
