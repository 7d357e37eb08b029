"""A poll of Bugzilla: initial or incremental sync, comments, and the sweep that finds changes missed by polls.

The order follows BMO's own advice for integrations (bmo.readthedocs.io, Integration Best Practices): read the server's
clock first, search with an overlap, and save that time only once all results are stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import cast

from bot.polling.bug_activity import BugActivity, first_named
from bot.polling.departures import Departures
from bot.polling.results import PollResult, Progress
from bot.sources.bugzilla.client import BugzillaClient
from bot.sources.bugzilla.parsing import named_bugs
from bot.sources.errors import SourceError
from handlers.ingest.bugs import BugIngest, IngestCounts
from storage import incidents, lives, sources
from storage.comments import find_without_comments
from storage.database import Database
from storage.values.incidents import Bug, Incident
from storage.values.sources import SourceState

SOURCE = sources.BUGZILLA
OVERLAP = timedelta(minutes=10)
COMMIT_DELAY = timedelta(minutes=1)  # after which no further comment appears with the same time of change


@dataclass(slots=True)
class SearchResult:
    """What a search found: public bugs, all ids, the ids of restricted ones, and what to call unreadable ones."""

    bugs: dict[int, Bug] = field(default_factory=dict)
    ids: set[int] = field(default_factory=set)
    restricted: set[int] = field(default_factory=set)
    unreadable: list[str] = field(default_factory=list)


class BugzillaPoll:
    """Syncs one component of a Bugzilla into the database; one object serves all polls of a process."""

    def __init__(
        self, client: BugzillaClient, database: Database, ingest: BugIngest, sweep_polls: int, component_name: str
    ) -> None:
        self._client = client
        self._database = database
        self._ingest = ingest
        self._sweep_polls = sweep_polls
        self._component_name = component_name
        self.departures = Departures(client, database, ingest, SOURCE, component_name)
        self._activity = BugActivity(client, database, ingest)

    async def initial_sync(self, state: SourceState, progress: Progress) -> PollResult:
        """Fetch all bugs without their comments, for the first time or again after an interruption."""
        server_time = await self._client.get_server_time()
        state = await self._without_impossible_times(
            replace(state, baseline_at=state.baseline_at or server_time), server_time
        )
        await self._save_state(state)
        await self._save_component()
        matches, counts = SearchResult(), IngestCounts()
        async for page in self._client.search_bugs():
            entered_at = await self._entered_component_at(page.bugs, state, only_changed=True)
            counts += await self._ingest.ingest_bugs(page.bugs, {}, entered_at, state, datetime.now(UTC))
            await self.departures.withdraw(page.restricted)
            matches.ids |= page.ids
            matches.unreadable += page.unreadable
            progress.advance("titles", len(matches.ids), None)
        if not matches.ids:
            raise SourceError(
                f"Bugzilla knows no bug of {self._component_name}: "
                "check bugzilla.product and bugzilla.component for a mistyped name."
            )
        await self._save_state(
            replace(
                state,
                initial_sync_done=True,
                cursor=server_time,
                last_item_count=len(matches.ids),
                polls_since_sweep=0,
                unreadable=first_named(matches.unreadable),
            )
        )
        return PollResult(seen=len(matches.ids), new=counts.new, changed=counts.changed)

    async def incremental_sync(self, state: SourceState, progress: Progress, *, sweep: bool) -> PollResult:
        """Fetch the bugs changed since the last poll, with their comments; sweep all bugs if that is due."""
        server_time = await self._client.get_server_time()
        cursor = state.cursor or server_time
        # the server's clock was once wrong: what was missed since is not known, so everything is compared
        sweep = sweep or cursor > server_time + OVERLAP
        state = await self._without_impossible_times(state, server_time)
        await self._save_component()
        matches = await self._search(since=min(cursor, server_time) - OVERLAP)
        bugs = await self._not_settled(list(matches.bugs.values()))
        entered_at = await self._entered_component_at(bugs, state, only_changed=False)
        fetched = await self._activity.fetch(bugs, server_time)
        still_unreadable = [name for name in state.unreadable if named_bugs([name]).isdisjoint(matches.ids)]
        state = replace(
            state,
            cursor=server_time,
            polls_since_sweep=state.polls_since_sweep + 1,
            unreadable=first_named(still_unreadable, matches.unreadable, fetched.unreadable),
        )
        counts = await self._ingest.ingest_bugs(
            bugs, fetched.comments, entered_at, state, datetime.now(UTC), histories=fetched.histories
        )
        await self.departures.forget_found(matches.ids - matches.restricted)
        departed = await self.departures.withdraw(matches.restricted)
        result = PollResult(seen=len(matches.ids), new=counts.new, changed=counts.changed, missing=departed)
        if fetched.failure:
            raise fetched.failure
        if sweep or state.polls_since_sweep >= self._sweep_polls:
            result = await self._sweep(state, result, server_time)
        departed = await self.departures.look_up(progress)
        async with self._database.read() as transaction:
            doubt = (await sources.find_source(transaction, SOURCE)).doubt
        return replace(result, missing=result.missing + departed, warning=doubt or None)

    async def fetch_missing(self, progress: Progress, *, drain: bool) -> None:
        """Fetch comments and histories that are not stored yet; without `drain` a limited number of histories."""
        await self._activity.fetch_missing_comments(progress)
        await self._activity.fetch_missing_histories(progress, drain=drain)

    async def _search(self, since: datetime | None = None) -> SearchResult:
        matches = SearchResult()
        async for page in self._client.search_bugs(since=since):
            matches.bugs |= {bug.id: bug for bug in page.bugs}
            matches.ids |= page.ids
            matches.restricted |= page.restricted
            matches.unreadable += page.unreadable
        return matches

    async def _not_settled(self, bugs: Sequence[Bug]) -> list[Bug]:
        """Return the bugs of which anything may be news: polls overlap, so most were read by the poll before.

        A comment that appears late has moved the bug's number of comments or time of change. On a Bugzilla without
        that number, the comments must have been read some time after the bug's last change.
        """
        async with self._database.read() as transaction:
            known = await incidents.find_by_bugs(transaction, [bug.id for bug in bugs])
            pending = await find_without_comments(transaction)

        def is_settled(bug: Bug) -> bool:
            stored = known.get(bug.id)
            if stored is None or stored.visibility != "here" or stored.bug != bug or bug.id in pending:
                return False
            return bug.comment_count is not None or self._activity.was_read_after(bug.id, bug.changed + COMMIT_DELAY)

        return [bug for bug in bugs if not is_settled(bug)]

    async def _entered_component_at(
        self, bugs: Sequence[Bug], state: SourceState, *, only_changed: bool
    ) -> dict[int, datetime]:
        """Return when unknown bugs older than the baseline moved into the component or became public."""
        baseline = cast("datetime", state.baseline_at)
        candidates = [
            bug.id
            for bug in await self._ingest.filter_unknown(bugs)
            if bug.created <= baseline and (not only_changed or bug.changed > baseline)
        ]
        return dict(await self._client.get_component_entry_times(candidates)) if candidates else {}

    async def _sweep(self, state: SourceState, result: PollResult, server_time: datetime) -> PollResult:
        """Compare all bugs with the stored ones: ingest and count missed changes, and look where missing bugs are."""
        matches = await self._search()
        async with self._database.read() as transaction:
            stored = await incidents.find_by_bugs(transaction, matches.bugs)
        missed_bugs = [
            bug
            for bug in matches.bugs.values()
            if bug.id not in stored or stored[bug.id].bug != bug or stored[bug.id].visibility != "here"
        ]
        entered_at = await self._entered_component_at(missed_bugs, state, only_changed=False)
        fetched = await self._activity.fetch(missed_bugs, server_time)
        self._activity.ask_again()
        state = replace(
            state,
            polls_since_sweep=0,
            missed_changes=state.missed_changes + sum(_is_missed(bug, stored.get(bug.id)) for bug in missed_bugs),
            last_item_count=len(matches.ids),
            unreadable=first_named(matches.unreadable, fetched.unreadable),
        )
        counts = await self._ingest.ingest_bugs(
            missed_bugs, fetched.comments, entered_at, state, datetime.now(UTC), histories=fetched.histories
        )
        departed = await self.departures.withdraw(matches.restricted)
        departed += await self.departures.record_missing(matches.ids)
        if fetched.failure:
            raise fetched.failure
        return replace(
            result,
            seen=len(matches.ids),
            new=result.new + counts.new,
            changed=result.changed + counts.changed,
            missing=result.missing + departed,
        )

    async def _without_impossible_times(self, state: SourceState, server_time: datetime) -> SourceState:
        """Return the state with a baseline that the server's clock has reached: that clock may once have been wrong.

        Then the newest bug that is known is the last one that existed before.
        """
        if state.baseline_at is None or state.baseline_at <= server_time + OVERLAP:
            return state
        async with self._database.read() as transaction:
            newest = await incidents.newest_creation(transaction)
        return replace(state, baseline_at=min(newest or server_time, server_time))

    async def _save_component(self) -> None:
        async with self._database.read() as transaction:
            is_stored = await lives.find_component(transaction) == self._client.component
        if not is_stored:
            async with self._database.transaction() as transaction:
                await lives.save_component(transaction, self._client.component)

    async def _save_state(self, state: SourceState) -> None:
        async with self._database.transaction() as transaction:
            await sources.save_source(transaction, state)


def _is_missed(bug: Bug, stored: Incident | None) -> bool:
    """Return whether anything but the flags differs: a database of an earlier version has none."""
    return stored is None or stored.visibility != "here" or replace(bug, flags=stored.bug.flags) != stored.bug
