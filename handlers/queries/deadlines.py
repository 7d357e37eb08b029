"""Answers about clocks: what is due or overdue, of all incidents, of a CA or of one bug."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from handlers.actor import Actor
from handlers.deadlines.compute import in_order
from handlers.deadlines.values import Deadline
from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.lives.clock_life import ALL_TIME, ClockLife, to_clock_life
from handlers.lives.one_by_one import read_one_by_one
from handlers.lives.reading import read_life as read_whole_life
from handlers.parsing.owners import OwnerDirectory
from handlers.queries.deadline_filters import DeadlineQuery
from handlers.queries.owner_search import require_owner
from handlers.results.deadlines import Cause, DeadlineCounts, DeadlineList, LifeDetail, ListedDeadline
from handlers.results.incidents import Owner
from handlers.visible_incidents import BugUrl, require_incident
from storage import incidents
from storage.database import Database, Transaction
from storage.lives import find_component, find_opened, read_life
from storage.values.incidents import Incident, IncidentFilter
from storage.values.lives import Life

PAGE_SIZE = 6


class DeadlineQueries:
    """Answers about clocks. Raises UserError if a request cannot be fulfilled."""

    def __init__(self, database: Database, owners: OwnerDirectory, indexes: IncidentIndexes, bug_url: BugUrl) -> None:
        self._database = database
        self._owners = owners
        self._indexes = indexes
        self._bug_url = bug_url

    async def list(self, actor: Actor, query: DeadlineQuery, page: int | None = None) -> DeadlineList:
        """Return the clocks that a query asks for, what counts most first.

        They come in pages of six rows if the query names a page or `page` is given, which the query's own overrides; a
        row then stands for all clocks of one rule, date and cause. Readings are made in a thread.
        """
        as_of = query.as_of or datetime.now(UTC)
        async with self._database.read() as transaction:
            owners, bugs = await self._select(transaction, actor, query)
        lives = await self._indexes.lives.at(bugs, as_of) if query.as_of else await self._indexes.lives.current(bugs)
        component = await self._indexes.lives.component()
        deadlines = await asyncio.to_thread(_compute, lives, as_of, component)
        async with self._database.read() as transaction:
            # loaded after the readings: of what was withdrawn meanwhile nothing may be shown
            known = await _visible(transaction, {deadline.bug for deadline in deadlines}, actor.community)
        shown = [deadline for deadline in deadlines if deadline.bug in known]
        wanted = [deadline for deadline in shown if _is_wanted(deadline, query, as_of)]
        number = page if query.page is None else query.page
        groups = [[deadline] for deadline in wanted] if number is None else _grouped(wanted)
        page_count = 1 if number is None else max(1, -(-len(groups) // PAGE_SIZE))
        number = min(number or 0, page_count - 1)
        start = number * PAGE_SIZE
        on_page = groups if page is None and query.page is None else groups[start : start + PAGE_SIZE]
        return DeadlineList(
            owners,
            as_of,
            replace(query, ca=owners[0].name if owners else "").as_text,
            query.scope,
            query.days,
            query.bug,
            _count(shown),
            tuple(_listed(group, known, lives) for group in on_page),
            len(groups),
            len({deadline.bug for deadline in wanted}),
            len(bugs) - len(lives) if query.as_of is None else 0,
            number,
            page_count,
            PAGE_SIZE,
        )

    async def life(self, actor: Actor, bug: int) -> LifeDetail:
        """Return what is read from the whole life of an incident, and all its clocks.

        The reading is None if the bug's history has not been read yet, or its life cannot be read.
        """
        now = datetime.now(UTC)
        async with self._database.read() as transaction:
            await require_incident(transaction, bug, actor.community, self._bug_url)
            life = await read_life(transaction, bug)
            component = await find_component(transaction) or ""
        if life is None:
            return LifeDetail(bug, None)

        def read(life: Life) -> LifeDetail:
            reading = read_whole_life(life, self._owners, ALL_TIME)
            clocks = to_clock_life(reading).deadlines(now, component, include_all=True)
            return LifeDetail(bug, reading, clocks, reading.read_figures())

        details = await asyncio.to_thread(read_one_by_one, {bug: life}, read)
        return details.get(bug, LifeDetail(bug, None))

    async def read_open(self) -> int:
        """Read the lives of all open incidents, as far as that was not done; return how many there are."""
        async with self._database.read() as transaction:
            bugs = list(await find_opened(transaction, IncidentFilter(state="open")))
        return len(await self._indexes.lives.current(bugs))

    async def _select(
        self, transaction: Transaction, actor: Actor, query: DeadlineQuery
    ) -> tuple[tuple[Owner, ...], Sequence[int]]:
        """Return the CA owner that a query names, and the bugs on which clocks may run."""
        if query.bug is not None:
            await require_incident(transaction, query.bug, actor.community, self._bug_url)
            return (), [query.bug]
        owners = (await require_owner(transaction, self._owners, query.ca, "deadlines"),) if query.ca else ()
        filters = IncidentFilter(tuple(owner.name for owner in owners))
        if query.as_of is None:  # what is closed now may have been open then
            filters = replace(filters, state="open")
        return owners, list(await find_opened(transaction, filters))


def _compute(lives: Mapping[int, ClockLife], as_of: datetime, component: str) -> tuple[Deadline, ...]:
    deadlines = read_one_by_one(lives, lambda life: life.deadlines(as_of, component, include_all=True))
    return in_order(deadline for of_bug in deadlines.values() for deadline in of_bug)


async def _visible(transaction: Transaction, bugs: set[int], community: int) -> dict[int, Incident]:
    known = await incidents.find_by_bugs(transaction, sorted(bugs), community)
    return {bug: incident for bug, incident in known.items() if incident.visibility == "here"}


def _is_wanted(deadline: Deadline, query: DeadlineQuery, as_of: datetime) -> bool:
    if query.days is not None:
        last = as_of.date() + timedelta(days=query.days)
        due = deadline.due.date() if isinstance(deadline.due, datetime) else deadline.due
        return deadline.state == "due" and due is not None and due <= last
    states = {"overdue": ("overdue",), "running": ("overdue", "due")}.get(query.scope)
    return states is None or deadline.state in states


def _grouped(deadlines: Sequence[Deadline]) -> list[list[Deadline]]:
    """Return clocks of one rule, date and cause together, in the order of the first of each."""
    groups: dict[tuple[object, ...], list[Deadline]] = {}
    for deadline in deadlines:
        key = (deadline.bug, deadline.rule.id, deadline.due, deadline.state, deadline.why_ambiguous, deadline.because)
        groups.setdefault(key, []).append(deadline)
    return list(groups.values())


def _count(deadlines: Sequence[Deadline]) -> DeadlineCounts:
    states = Counter(deadline.state for deadline in deadlines)
    ambiguous = sum(deadline.state == "overdue" and deadline.ambiguous for deadline in deadlines)
    return DeadlineCounts(states["overdue"], ambiguous, states["due"], states["unknown"], states["met"])


def _listed(group: Sequence[Deadline], known: Mapping[int, Incident], lives: Mapping[int, ClockLife]) -> ListedDeadline:
    deadline = group[0]
    life = lives[deadline.bug]
    subject = life.subjects.get(deadline.of, "") if deadline.of else ""
    last_word_at = life.posted(deadline.last_word) if deadline.last_word is not None else None
    return ListedDeadline(deadline, known[deadline.bug], subject, _cause(deadline, life), last_word_at, len(group))


def _cause(deadline: Deadline, life: ClockLife) -> Cause | None:
    """Return the comment or change that set a clock, None if nothing did."""
    if not deadline.because:
        return None
    kind, number = deadline.because[0][0], int(deadline.because[0][1:])
    if kind == "c":
        posted = life.posted(number)
        return Cause(posted, number) if posted else None
    change = life.change(number)
    return Cause(change.time, changed_field=change.field) if change else None
