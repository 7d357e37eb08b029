"""What is held of all incidents in memory: for finding echoes, and for finding what is like a few examples."""

from collections.abc import Iterable

from handlers.indexes.synced_index import KeptIndex
from handlers.parsing.owners import OwnerTable
from handlers.related.find import Echo, find_echoes
from handlers.related.index import EchoIndex
from handlers.related.words import names_of
from handlers.results import RelatedIncident
from handlers.similarity.index import Index
from handlers.similarity.masking import mask_of
from storage import incidents
from storage.database import Database

ANSWERS_KEPT = 20  # one alert goes to many channels


class IncidentMemory:
    """The indexes of one program, each built when it is first asked."""

    def __init__(self, database: Database, owners: OwnerTable) -> None:
        self.echoes = KeptIndex(database, lambda: EchoIndex(names_of(owners)))
        self.likeness = KeptIndex(database, lambda: Index(mask_of(owners)))
        self._answers: dict[int, tuple[Echo, ...]] = {}
        self._answered = 0

    async def recall(self, bug: int) -> tuple[Echo, ...]:
        """Give the echoes of an incident, best first; none of one that is not here."""
        return await self.echoes.ask(lambda index: self._recall(index, bug))

    async def forget(self, bugs: Iterable[int]) -> None:
        """Let go of what was read of these incidents; those that are still here are read again when next asked for."""
        gone = tuple(bugs)
        await self.echoes.forget(gone)
        await self.likeness.forget(gone)
        self._answers = {}

    async def close(self) -> None:
        """End what is under way, and let go of all; may be called twice."""
        await self.echoes.close()
        await self.likeness.close()
        self._answers = {}

    def _recall(self, index: EchoIndex, bug: int) -> tuple[Echo, ...]:
        if bug not in index:
            return ()
        if self._answered != self.echoes.changes or len(self._answers) >= ANSWERS_KEPT:
            self._answers, self._answered = {}, self.echoes.changes
        if bug not in self._answers:
            self._answers[bug] = find_echoes(index, bug)
        return self._answers[bug]


async def with_incidents(database: Database, echoes: Iterable[Echo], community: int) -> tuple[RelatedIncident, ...]:
    """Give echoes with their incidents as a community sees them; those that are not here any more are left out."""
    wanted = list(echoes)
    known = await incidents.find_by_bugs(database, [one.bug for one in wanted], community)
    return tuple(
        RelatedIncident(one, known[one.bug]) for one in wanted if one.bug in known and known[one.bug].standing == "here"
    )
