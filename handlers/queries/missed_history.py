"""Answers about the past: which clocks a CA missed, by year and rule, beside those of all CAs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from handlers.actor import Actor
from handlers.deadlines.history import MissedClock
from handlers.deadlines.rules import load_rules
from handlers.errors import UserError
from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.parsing.owners import OwnerDirectory
from handlers.queries.owner_search import require_owner
from handlers.results.deadlines import ListedMiss, MissedHistory, MissedYear
from storage import incidents
from storage.database import Database
from storage.lives import find_opened
from storage.values.incidents import IncidentFilter

PAGE_SIZE = 6
EXAMPLE = "history Entrust"


class MissedClockQueries:
    """Answers about missed clocks. Raises UserError if a request cannot be fulfilled."""

    def __init__(self, database: Database, owners: OwnerDirectory, indexes: IncidentIndexes) -> None:
        self._database = database
        self._owners = owners
        self._indexes = indexes

    async def history(self, actor: Actor, ca: str, page: int | None = None) -> MissedHistory:
        """Return the clocks that a CA missed in the past, those of closed bugs included.

        The list has pages of six if `page` is given. An answer before `read_all` has ended reads the lives of all
        incidents, which can take a minute; readings are made in a thread.
        """
        if not ca.strip():
            raise UserError("Say whose history you want to see: a CA owner.", example=EXAMPLE)
        now = datetime.now(UTC)
        async with self._database.read() as transaction:
            owner = await require_owner(transaction, self._owners, ca, "history")
            opened = await find_opened(transaction, IncidentFilter((owner.name,)))
            all_opened = await find_opened(transaction, IncidentFilter())
        missed = await self._indexes.lives.missed(list(all_opened), now)
        async with self._database.read() as transaction:
            # loaded after the readings: of what was withdrawn meanwhile nothing may be shown
            still_here = await find_opened(transaction, IncidentFilter())
            missed = {bug: _of_ca(clocks) for bug, clocks in missed.items() if bug in still_here}
            own = [clock for bug in opened for clock in missed.get(bug, ())]
            own.sort(key=lambda clock: (clock.due.isoformat(), clock.bug), reverse=True)
            # an incident that could not be read is none without missed clocks
            unread = sum(bug in still_here and bug not in missed for bug in opened)
            opened = {bug: moment for bug, moment in opened.items() if bug in missed}
            all_opened = {bug: moment for bug, moment in all_opened.items() if bug in missed}
            page_count = 1 if page is None else max(1, -(-len(own) // PAGE_SIZE))
            number = min(page or 0, page_count - 1)
            on_page = own if page is None else own[number * PAGE_SIZE : (number + 1) * PAGE_SIZE]
            known = await incidents.find_by_bugs(transaction, sorted({clock.bug for clock in on_page}), actor.community)
        years = _by_year(own, opened.values())
        return MissedHistory(
            owner,
            now.date(),
            tuple(years[year] for year in sorted(years, reverse=True)),
            _by_year((clock for clocks in missed.values() for clock in clocks), all_opened.values()),
            tuple(ListedMiss(clock, known[clock.bug]) for clock in on_page),
            len(own),
            len(opened),
            len(all_opened),
            {rule.id: rule for rule in load_rules().rules},
            unread,
            number,
            page_count,
            PAGE_SIZE,
        )

    async def read_all(self) -> int:
        """Read the lives of all incidents, as far as that was not done; return of how many the clocks are known."""
        async with self._database.read() as transaction:
            bugs = list(await find_opened(transaction, IncidentFilter()))
        return len(await self._indexes.lives.missed(bugs, datetime.now(UTC)))


def _of_ca(clocks: Iterable[MissedClock]) -> tuple[MissedClock, ...]:
    """Return the clocks that run against the CA, not those of moderators or of everybody."""
    return tuple(clock for clock in clocks if clock.rule.who == "ca")


def _by_year(clocks: Iterable[MissedClock], opened: Iterable[datetime]) -> Mapping[int, MissedYear]:
    """Return the counts of the clocks that the rules decide, for each year in which anything happened."""
    rules: dict[int, Counter[str]] = defaultdict(Counter)
    for clock in clocks:
        if clock.why_ambiguous is None:
            rules[clock.year][clock.rule.id] += 1
    incidents_opened = Counter(when.year for when in opened)
    return {
        year: MissedYear(year, dict(rules.get(year, {})), incidents_opened[year])
        for year in {*rules, *incidents_opened}
    }
