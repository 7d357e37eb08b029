"""What happens when a poll of Bugzilla arrives: facts, events and deliveries, in one transaction.

New means new to us and created, moved in or made public after the server's time at the very first request; all
before that is backlog, which alerts nothing. Whether something changed is told from the values stored, never from
having been in an answer: polls overlap, and the same bug comes many times.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.classification.service import Sorter
from handlers.indexes.incident_indexes import IncidentMemory
from handlers.ingest.interpret import understand
from handlers.parsing.owners import OwnerTable
from handlers.sections.list_requests import mark_requests_stale
from storage import events, incidents, settings, sources
from storage.database import Connection, Database
from storage.values.incidents import Bug, Comment, Event, Incident, IncidentFilter, SourceState, Standing


@dataclass(frozen=True, slots=True)
class Taken:
    """How many bugs were new to us, and how many known ones changed."""

    new: int = 0
    changed: int = 0

    def __add__(self, other: "Taken") -> "Taken":
        """Add up two parts of a poll."""
        return Taken(self.new + other.new, self.changed + other.changed)


class Intake:
    """Takes in what a poll read."""

    def __init__(
        self, database: Database, owners: OwnerTable, sorter: Sorter, memory: IncidentMemory, flood_bound: int
    ) -> None:
        self._database = database
        self._owners = owners
        self._sorter = sorter
        self._memory = memory
        self._flood_bound = flood_bound

    async def unknown_among(self, bugs: Sequence[Bug]) -> list[Bug]:
        """Give the bugs that were never seen before."""
        known = await incidents.find_by_bugs(self._database, [bug.id for bug in bugs])
        return [bug for bug in bugs if bug.id not in known]

    async def take_bugs(
        self,
        bugs: Sequence[Bug],
        comments: Mapping[int, Sequence[Comment]],
        arrivals: Mapping[int, datetime],
        state: SourceState,
        now: datetime,
    ) -> Taken:
        """Store what was read, with the events and deliveries that follow, and the source's state.

        `comments` holds the bugs whose comments were read whole; `arrivals` tells when an old bug moved in or became
        public. A bug's own alert is made once ever, however often it is read.
        """
        known = await incidents.find_by_bugs(self._database, [bug.id for bug in bugs])
        understood: dict[int, Incident] = {}
        read = {bug.id: comments[bug.id] for bug in bugs if bug.id in comments}
        said = await incidents.find_texts(self._database, [number for number in read if number in known])
        filed, stale, taken = [], [], Taken()
        came = [bug.id for bug in bugs if bug.id not in known or known[bug.id].standing != "here"]
        for bug in bugs:
            before = known.get(bug.id)
            texts = _texts(comments[bug.id]) if bug.id in comments else None
            incident = understood[bug.id] = understand(bug, self._owners, texts, before)
            if before is None:
                taken += Taken(new=1)
                if _is_news(bug, arrivals, state.first_asked):
                    filed.append(Event("filed", f"filed:{bug.id}", arrivals.get(bug.id, bug.created), bug=bug.id))
                continue
            taken += Taken(changed=int(before.bug != bug or before.standing != "here"))
            if before.standing != "here" or incident.report != before.report or _reworded(said.get(bug.id), texts):
                stale.append(bug.id)
        async with self._database.writing() as connection:
            await incidents.keep_incidents(self._database, connection, list(understood.values()))
            await self._keep_read(connection, understood, read)
            await self._sort_unread(
                connection,
                [
                    understood[bug.id]
                    for bug in bugs
                    if bug.id not in read and (bug.id not in known or known[bug.id].tags != understood[bug.id].tags)
                ],
            )
            for number in stale:
                await events.mark_stale(self._database, connection, bug=number)
            await mark_requests_stale(self._database, connection, came)
            await events.record_events(self._database, connection, filed, self._flood_bound, now)
            await sources.keep_source(self._database, connection, state)
        await self._memory.forget(read)
        return taken

    async def take_comments(self, comments: Mapping[int, Sequence[Comment]]) -> None:
        """Store comments that were read after their bugs, and what they tell of the incident."""
        known = await incidents.find_by_bugs(self._database, comments)
        read = {number: texts for number, texts in comments.items() if number in known}
        after = {
            number: understand(known[number].bug, self._owners, _texts(texts), known[number])
            for number, texts in read.items()
        }
        async with self._database.writing() as connection:
            await incidents.keep_incidents(self._database, connection, list(after.values()))
            await self._keep_read(connection, after, read)
            for number, one in after.items():
                if known[number].report is None and one.report is not None:
                    await events.mark_stale(self._database, connection, bug=number)
        await self._memory.forget(read)

    async def withdraw(self, standings: Mapping[int, Standing]) -> None:
        """Note which incidents moved away or became restricted; what was posted of them is edited."""
        async with self._database.writing() as connection:
            for number, standing in standings.items():
                await incidents.withdraw(self._database, connection, number, standing)
                await events.mark_stale(self._database, connection, bug=number)
            await mark_requests_stale(self._database, connection, standings)
            if "restricted" in standings.values():
                await self._sorter.forget(connection)
        await self._memory.forget(standings)

    async def read_titles_again(self, table_version: str) -> None:
        """Read all titles once more where the table of CA owners is another than last time."""
        if await settings.find_setting(self._database, "owner table") == table_version:
            return
        found = await incidents.find_incidents(self._database, IncidentFilter())
        again = [understand(one.bug, self._owners, None, one) for one in found]
        async with self._database.writing() as connection:
            await incidents.keep_incidents(self._database, connection, again)
        await settings.keep_setting(self._database, "owner table", table_version)

    async def _sort_unread(self, connection: Connection, unread: Sequence[Incident]) -> None:
        """Sort by tag what has tags; the rest waits until its text is there."""
        tagged = {one.bug.id: found for one in unread if (found := self._sorter.sections_by_tag(one))}
        await self._sorter.keep(connection, tagged)
        waiting = [one.bug.id for one in unread if one.bug.id not in tagged]
        await incidents.mark_unclassified(self._database, connection, waiting)

    async def _keep_read(
        self, connection: Connection, understood: Mapping[int, Incident], read: Mapping[int, Sequence[Comment]]
    ) -> None:
        """Store comments and the sections that follow from them."""
        as_of = {number: understood[number].bug.changed for number in read}
        sorted_ = {number: self._sorter.sections_of(understood[number], _texts(read[number])) for number in read}
        await incidents.keep_comments(self._database, connection, read, as_of)
        await self._sorter.keep(connection, sorted_)


def _reworded(said: Sequence[tuple[int, str]] | None, texts: Sequence[tuple[int, str]] | None) -> bool:
    """Tell whether the text that an alert quotes was edited or hidden."""
    return bool(said and texts is not None and texts[:1] != list(said[:1]))


def _is_news(bug: Bug, arrivals: Mapping[int, datetime], first_asked: datetime | None) -> bool:
    arrived = max(bug.created, arrivals.get(bug.id, bug.created))
    return first_asked is not None and arrived > first_asked


def _texts(comments: Sequence[Comment]) -> list[tuple[int, str]]:
    return [(one.number, one.text) for one in comments[:8] if one.text][:4]
