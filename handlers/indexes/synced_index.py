"""An index of all incidents in memory: read when first asked, and kept as the database has them.

Another process may poll into the same database, so before each answer it is compared with what was read; an incident
that is restricted or has moved away is out of memory then, and at once where this process noticed it.
"""

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from handlers.parsing.documents import Subject, references_in
from handlers.parsing.report_forms import opening_of
from storage import comments, incidents
from storage.database import Database
from storage.values.incidents import Incident, Links

AT_ONCE = 50  # incidents read before others have their turn; their comments are a megabyte or two
UNREAD = None  # in the place of a version

_BUG_ADDRESS = re.compile(r"show_bug\.cgi\?id=([0-9]{1,9})(?![0-9])")


class Forgetful(Protocol):
    """What incidents can be added to and taken out of again."""

    def add(self, subject: Subject) -> None:
        """Add an incident, or put it in place of what was known of it."""

    def remove(self, bug: int) -> None:
        """Forget an incident; nothing happens where it is not known."""


Kept = TypeVar("Kept", bound=Forgetful)
T = TypeVar("T")


class KeptIndex(Generic[Kept]):
    """Answers questions from an index that nobody else may change; one question at a time.

    `make` builds an empty index, off the event loop. `changes` counts how often what is known has changed.
    """

    def __init__(self, database: Database, make: Callable[[], Kept]) -> None:
        self._database = database
        self._make = make
        self._index: Kept | None = None
        self._versions: dict[int, int | None] = {}
        self._turn = asyncio.Lock()
        self._under_way: set[asyncio.Task[Any]] = set()
        self.changes = 0

    async def ask(self, question: Callable[[Kept], T]) -> T:
        """Let a function look at the index, in a thread, once it is as the database has it."""
        return await self._to_its_end(self._ask(question))

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
        self._versions = {}
        self.changes += 1

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

    async def _ask(self, question: Callable[[Kept], T]) -> T:
        async with self._turn:
            index = await self._keep_up()
            return await asyncio.to_thread(question, index)

    async def _forget(self, bugs: Sequence[int]) -> None:
        async with self._turn:
            if self._index is not None:
                self._drop(self._index, bugs)

    async def _keep_up(self) -> Kept:
        """Take in what has changed in the database since last time, the first time all of it."""
        if self._index is None:
            self._index = await asyncio.to_thread(self._make)
        now = await comments.find_versions(self._database)
        self._drop(self._index, [bug for bug in self._versions if bug not in now])
        changed = [bug for bug, version in now.items() if self._versions.get(bug) != version]
        for start in range(0, len(changed), AT_ONCE):
            chunk = changed[start : start + AT_ONCE]
            # what is being read may be withdrawn meanwhile: who withdraws it waits for this turn and drops it then
            found = await incidents.find_by_bugs(self._database, chunk)
            texts = await comments.find_all_texts(self._database, chunk)
            here = [one for one in found.values() if one.standing == "here"]
            self._drop(self._index, chunk)
            # should reading fail half-way, what got in must still be found again to be dropped
            self._versions |= dict.fromkeys((one.bug.id for one in here), UNREAD)
            await asyncio.to_thread(_add, self._index, [(one, texts.get(one.bug.id, ())) for one in here])
            self._versions |= {one.bug.id: now[one.bug.id] for one in here}
        return self._index

    def _drop(self, index: Kept, bugs: Sequence[int]) -> None:
        for bug in bugs:
            index.remove(bug)
            self._versions.pop(bug, None)
        self.changes += bool(bugs)


def _add(index: Forgetful, found: Iterable[tuple[Incident, Sequence[tuple[int, str]]]]) -> None:
    for incident, texts in found:
        index.add(subject_of(incident, texts))


def subject_of(incident: Incident, texts: Sequence[tuple[int, str]]) -> Subject:
    """Read an incident as indexes take it; `texts` are all its comments that say something, as (number, text)."""
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
