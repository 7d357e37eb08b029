"""The in-memory indexes of all incidents: for related incidents, and for similarity to a few examples."""

from collections.abc import Iterable
from dataclasses import dataclass

from handlers.indexes.life_readings import LifeReadings
from handlers.indexes.promise_readings import PromiseReadings
from handlers.indexes.synced_index import SyncedIndex
from handlers.parsing.owners import OwnerDirectory
from handlers.related.alike import Alike, find_alike
from handlers.related.echoes import Echo, find_echoes
from handlers.related.index import RelatedIndex
from handlers.results.related import AlikeIncident, RelatedIncident, RelatedIncidents
from handlers.similarity.index import SimilarityIndex
from storage import incidents
from storage.database import Database, Transaction
from storage.values.incidents import Incident

CACHE_SIZE = 20  # incidents; one alert goes to many channels


@dataclass(frozen=True, slots=True)
class RelatedBugs:
    """The earlier bugs that an incident refers to or will probably refer to, and those that are alike, best first."""

    echoes: tuple[Echo, ...] = ()
    alike: tuple[Alike, ...] = ()

    @property
    def bugs(self) -> tuple[int, ...]:
        """The numbers of all of them, each once."""
        bugs = (*(echo.bug for echo in self.echoes), *(alike.bug for alike in self.alike))
        return tuple(dict.fromkeys(bugs))

    def most_telling(self, count: int) -> "RelatedBugs":
        """Return what an alert shows: what the incident refers to or belongs to, else the most alike one, else nothing.

        At most `count` that it refers to.
        """
        referenced = tuple(echo for echo in self.echoes if echo.group == "refers to")[:count]
        echoes = referenced or tuple(echo for echo in self.echoes if echo.may_be_cause)[:1]
        return RelatedBugs(echoes) if echoes else RelatedBugs(alike=self.alike[:1])


class IncidentIndexes:
    """The indexes of one process, each built at its first query, with a cache of related incidents."""

    def __init__(self, database: Database, owners: OwnerDirectory) -> None:
        self.related = SyncedIndex(database, lambda: RelatedIndex(owners))
        self.similarity = SyncedIndex(database, lambda: SimilarityIndex(owners))
        self.lives = LifeReadings(database, owners)
        self.promises = PromiseReadings(database, owners)
        self._cache: dict[int, RelatedBugs] = {}
        self._cached_revision = 0

    async def related_to(self, bug: int) -> RelatedBugs:
        """Return the bugs related to an incident; none if it is unknown or not visible."""
        return await self.related.query(lambda index: self._find_cached(index, bug))

    async def evict(self, bugs: Iterable[int]) -> None:
        """Remove these incidents from the indexes; the visible ones are loaded again at the next query."""
        evicted = tuple(bugs)
        self.lives.evict(evicted)
        self.promises.evict(evicted)
        await self.related.evict(evicted)
        await self.similarity.evict(evicted)
        self._cache = {}

    async def close(self) -> None:
        """Cancel running queries and drop the indexes; may be called more than once."""
        await self.related.close()
        await self.similarity.close()
        self.lives.clear()
        self.promises.clear()
        self._cache = {}

    def _find_cached(self, index: RelatedIndex, bug: int) -> RelatedBugs:
        if bug not in index:
            return RelatedBugs()
        if self._cached_revision != self.related.revision or len(self._cache) >= CACHE_SIZE:
            self._cache, self._cached_revision = {}, self.related.revision
        # this runs in a thread: meanwhile `evict` may put another cache in place of this one
        cache = self._cache
        if bug not in cache:
            cache[bug] = RelatedBugs(find_echoes(index, bug), find_alike(index, bug))
        return cache[bug]


async def attach_incidents(
    transaction: Transaction, incident: Incident, related: RelatedBugs, community: int
) -> RelatedIncidents:
    """Return the related bugs with their incidents as a community sees them, without those no longer visible."""
    known = await incidents.find_by_bugs(transaction, related.bugs, community)
    visible = {bug: earlier for bug, earlier in known.items() if earlier.visibility == "here"}
    return RelatedIncidents(
        incident,
        tuple(RelatedIncident(echo, visible[echo.bug]) for echo in related.echoes if echo.bug in visible),
        tuple(AlikeIncident(alike, visible[alike.bug]) for alike in related.alike if alike.bug in visible),
    )
