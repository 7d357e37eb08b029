"""All incidents in memory, for finding echoes: read when first asked for, and kept as the database has them.

Another process may poll into the same database, so before each answer it is compared with what was read; an incident
that is restricted or has moved away is out of memory then, and at once where this process noticed it.
"""

import asyncio
import re
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from handlers.answers import EchoFound
from handlers.echoes.finding import Echo, find_echoes
from handlers.echoes.index import EchoIndex
from handlers.echoes.words import names_of
from handlers.reading.ca_owners import OwnerTable
from handlers.reading.report_forms import opening_of
from handlers.reading.subjects import Subject, references_in
from storage import echo_texts, incidents
from storage.database import Database
from storage.values import Incident, Links

AT_ONCE = 50  # incidents read before others have their turn; their comments are a megabyte or two
UNREAD = None  # in the place of a version
ANSWERS_KEPT = 20  # one alert goes to many channels

_BUG_ADDRESS = re.compile(r"show_bug\.cgi\?id=([0-9]{1,9})(?![0-9])")

T = TypeVar("T")


class EchoMemory:
    """Finds the echoes of incidents, from an index of its own that nobody else may change."""

    def __init__(self, database: Database, owners: OwnerTable) -> None:
        self._database = database
        self._owners = owners
        self._index: EchoIndex | None = None
        self._versions: dict[int, int | None] = {}
        self._answers: dict[int, tuple[Echo, ...]] = {}
        self._turn = asyncio.Lock()
        self._under_way: set[asyncio.Task[Any]] = set()

    async def recall(self, bug: int) -> tuple[Echo, ...]:
        """Give the echoes of an incident, best first; none of one that is not here."""
        return await self._to_its_end(self._recall(bug))

    async def forget(self, bugs: Iterable[int]) -> None:
        """Let go of what was read of these incidents; those that are still here are read again when next asked for."""
        await self._to_its_end(self._forget(tuple(bugs)))

    async def close(self) -> None:
        """End what is under way, and let go of all; may be called twice."""
        for task in self._under_way:
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)
        self._index = None
        self._versions, self._answers = {}, {}

    async def _to_its_end(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something that must not stop half-way because nobody waits for it any more."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waits is told; where nobody does, asyncio would complain

    async def _recall(self, bug: int) -> tuple[Echo, ...]:
        async with self._turn:
            index = await self._keep_up()
            if bug not in index:
                return ()
            if bug not in self._answers:
                if len(self._answers) >= ANSWERS_KEPT:
                    self._answers.clear()
                self._answers[bug] = await asyncio.to_thread(find_echoes, index, bug)
            return self._answers[bug]

    async def _forget(self, bugs: Sequence[int]) -> None:
        async with self._turn:
            if self._index is not None:
                self._drop(self._index, bugs)

    async def _keep_up(self) -> EchoIndex:
        """Take in what has changed in the database since last time, the first time all of it."""
        if self._index is None:
            self._index = EchoIndex(await asyncio.to_thread(names_of, self._owners))
        now = await echo_texts.find_versions(self._database)
        self._drop(self._index, [bug for bug in self._versions if bug not in now])
        changed = [bug for bug, version in now.items() if self._versions.get(bug) != version]
        for start in range(0, len(changed), AT_ONCE):
            chunk = changed[start : start + AT_ONCE]
            # what is being read may be withdrawn meanwhile: who withdraws it waits for this turn and drops it then
            found = await incidents.find_by_bugs(self._database, chunk)
            texts = await echo_texts.find_all_texts(self._database, chunk)
            here = [one for one in found.values() if one.standing == "here"]
            self._drop(self._index, chunk)
            # should reading fail half-way, what got in must still be found again to be dropped
            self._versions |= dict.fromkeys((one.bug.id for one in here), UNREAD)
            await asyncio.to_thread(_add, self._index, here, texts)
            self._versions |= {one.bug.id: now[one.bug.id] for one in here}
        if changed:
            self._answers.clear()
        return self._index

    def _drop(self, index: EchoIndex, bugs: Iterable[int]) -> None:
        for bug in bugs:
            index.remove(bug)
            self._versions.pop(bug, None)
            self._answers.clear()


async def with_incidents(database: Database, echoes: Iterable[Echo], community: int) -> tuple[EchoFound, ...]:
    """Give echoes with their incidents as a community sees them; those that are not here any more are left out."""
    wanted = list(echoes)
    known = await incidents.find_by_bugs(database, [one.bug for one in wanted], community)
    return tuple(
        EchoFound(one, known[one.bug]) for one in wanted if one.bug in known and known[one.bug].standing == "here"
    )


def _add(index: EchoIndex, found: Iterable[Incident], texts: Mapping[int, Sequence[tuple[int, str]]]) -> None:
    for one in found:
        index.add(subject_of(one, texts.get(one.bug.id, ())))


def subject_of(incident: Incident, texts: Sequence[tuple[int, str]]) -> Subject:
    """Read an incident as echoes see it; `texts` are all its comments that say something, as (number, text)."""
    bug = incident.bug
    first = [text for number, text in texts if number < 8][:4]
    opening = next((found for text in first if (found := opening_of(text))), "")
    named = references_in(f"{bug.summary}\n{opening}")
    later = [number for _, text in texts for number in references_in(text)]
    also = dict.fromkeys([*_linked(bug.links), *later])
    return Subject(
        bug.id,
        incident.title,
        opening,
        incident.ca,
        bug.created,
        named,
        tuple(number for number in also if number not in named),
    )


def _linked(links: Links) -> list[int]:
    """Give the bugs that Bugzilla's own fields name; of other addresses only those of bugs."""
    bugs = [int(found) for url in links.see_also for found in _BUG_ADDRESS.findall(url)]
    ours = [*links.duplicates, *links.depends_on, *links.blocks, *bugs]
    return [links.dupe_of, *ours] if links.dupe_of is not None else ours
