"""An in-memory index of all incidents: loaded at the first query, and synchronised with the database at each one.

Another process may poll into the same database, so each query first compares the index with the stored fingerprints.
An incident that is restricted or has moved away is removed then, or at once if this process noticed it.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from handlers.parsing.documents import IncidentDocument
from storage import comments, incidents
from storage.database import Database
from storage.values.incidents import Incident

BATCH_SIZE = 200  # incidents loaded at a time
INCOMPLETE = None  # the fingerprint of an incident that is still being added


class MutableIndex(Protocol):
    """An index that incidents can be added to and removed from."""

    def add(self, document: IncidentDocument) -> None:
        """Add an incident, or replace it."""

    def remove(self, bug: int) -> None:
        """Remove an incident; do nothing if it is unknown."""


IndexT = TypeVar("IndexT", bound=MutableIndex)
T = TypeVar("T")


class SyncedIndex(Generic[IndexT]):
    """Runs queries, one at a time, on an index that only this class changes.

    `make_index` builds an empty index; it is called in a thread. `revision` counts the changes of the content.
    """

    def __init__(self, database: Database, make_index: Callable[[], IndexT]) -> None:
        self._database = database
        self._make_index = make_index
        self._index: IndexT | None = None
        self._fingerprints: dict[int, int | None] = {}
        self._lock = asyncio.Lock()
        self._running: set[asyncio.Task[Any]] = set()
        self.revision = 0

    async def query(self, search: Callable[[IndexT], T]) -> T:
        """Synchronise the index with the database, then run `search` on it in a thread and return its result."""
        return await self._shielded(self._query(search))

    async def evict(self, bugs: Iterable[int]) -> None:
        """Remove these incidents from the index; the visible ones are loaded again at the next query."""
        await self._shielded(self._evict(tuple(bugs)))

    async def close(self) -> None:
        """Cancel running queries and drop the index; may be called more than once."""
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running)
        self._index = None
        self._fingerprints = {}
        self.revision += 1

    async def _shielded(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end even if the caller is cancelled; stopped halfway, the index would be wrong."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._on_done)
        return await asyncio.shield(task)

    def _on_done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # the caller gets the exception; without a caller asyncio would log it as unretrieved

    async def _query(self, search: Callable[[IndexT], T]) -> T:
        async with self._lock:
            index = await self._synchronise()
            return await asyncio.to_thread(search, index)

    async def _evict(self, bugs: Sequence[int]) -> None:
        async with self._lock:
            if self._index is not None:
                self._remove(self._index, bugs)

    async def _synchronise(self) -> IndexT:
        """Apply the changes in the database since the last time to the index; load everything the first time."""
        if self._index is None:
            self._index = await asyncio.to_thread(self._make_index)
        async with self._database.read() as transaction:
            stored = await comments.find_fingerprints(transaction)
        self._remove(self._index, [bug for bug in self._fingerprints if bug not in stored])
        changed = [bug for bug, fingerprint in stored.items() if self._fingerprints.get(bug) != fingerprint]
        for start in range(0, len(changed), BATCH_SIZE):
            batch = changed[start : start + BATCH_SIZE]
            # an incident withdrawn during this load is evicted afterwards: evict() waits for the lock
            async with self._database.read() as transaction:
                known = await incidents.find_by_bugs(transaction, batch)
            visible = [incident for incident in known.values() if incident.visibility == "here"]
            self._remove(self._index, batch)
            # if adding fails halfway, the added incidents must still be known so that they can be removed
            self._fingerprints |= dict.fromkeys((incident.bug.id for incident in visible), INCOMPLETE)
            await asyncio.to_thread(_add, self._index, visible)
            self._fingerprints |= {incident.bug.id: stored[incident.bug.id] for incident in visible}
        return self._index

    def _remove(self, index: IndexT, bugs: Sequence[int]) -> None:
        for bug in bugs:
            index.remove(bug)
            self._fingerprints.pop(bug, None)
        self.revision += bool(bugs)


def _add(index: MutableIndex, visible: Iterable[Incident]) -> None:
    for incident in visible:
        index.add(to_document(incident))


def to_document(incident: Incident) -> IncidentDocument:
    """Return an incident as the indexes need it."""
    return IncidentDocument(
        incident.bug.id,
        incident.title,
        incident.report_text,
        incident.ca,
        incident.bug.created,
        incident.references,
        incident.linked,
    )
