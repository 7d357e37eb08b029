"""A poll of Bugzilla: initial or incremental sync, comments, and the sweep that finds changes missed by polls.

The order follows BMO's own advice for integrations (bmo.readthedocs.io, Integration Best Practices): read the server's
clock first, search with an overlap, and save that time only once all results are stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import cast

from bot.polling.results import PollResult, Progress
from bot.sources.bugzilla.client import BugzillaClient
from bot.sources.errors import SourceError
from handlers.ingest.bugs import BugIngest, IngestCounts
from storage import incidents, sources
from storage.comments import find_without_comments
from storage.database import Database
from storage.values.incidents import Bug, Comment, Visibility
from storage.values.sources import SourceState

SOURCE = "bugzilla"
OVERLAP = timedelta(minutes=10)
MAX_MISSING, MAX_MISSING_SHARE = 10, 0.05  # in one sweep; above both the component's name is probably mistyped


@dataclass(frozen=True, slots=True)
class BugzillaPoll:
    """Syncs one component of a Bugzilla into the database."""

    client: BugzillaClient
    database: Database
    ingest: BugIngest
    sweep_polls: int
    component_name: str

    async def initial_sync(self, state: SourceState, progress: Progress) -> PollResult:
        """Fetch all bugs without their comments, for the first time or again after an interruption."""
        server_time = await self.client.get_server_time()
        state = replace(state, baseline_at=state.baseline_at or server_time)
        await self._save_state(state)
        seen, counts = 0, IngestCounts()
        async for page in self.client.search_bugs():
            entered_at = await self._entered_component_at(page, state, only_changed=True)
            counts += await self.ingest.ingest_bugs(page, {}, entered_at, state, datetime.now(UTC))
            seen += len(page)
            progress.advance("titles", seen, None)
        if seen == 0:
            raise SourceError(
                f"Bugzilla knows no bug of {self.component_name}: "
                "check bugzilla.product and bugzilla.component for a mistyped name."
            )
        await self._save_state(
            replace(state, initial_sync_done=True, cursor=server_time, last_item_count=seen, polls_since_sweep=0)
        )
        return PollResult(seen=seen, new=counts.new, changed=counts.changed)

    async def incremental_sync(self, state: SourceState, *, sweep: bool) -> PollResult:
        """Fetch the bugs changed since the last poll, with their comments; sweep all bugs if that is due."""
        server_time = await self.client.get_server_time()
        since = (state.cursor or server_time) - OVERLAP
        bugs_by_id: dict[int, Bug] = {}
        async for page in self.client.search_bugs(since=since):
            bugs_by_id |= {bug.id: bug for bug in page}
        bugs = list(bugs_by_id.values())
        entered_at = await self._entered_component_at(bugs, state, only_changed=False)
        comments, failure = await self._fetch_comments(bugs)
        state = replace(state, cursor=server_time, polls_since_sweep=state.polls_since_sweep + 1)
        counts = await self.ingest.ingest_bugs(bugs, comments, entered_at, state, datetime.now(UTC))
        result = PollResult(seen=len(bugs), new=counts.new, changed=counts.changed)
        if failure is None and (sweep or state.polls_since_sweep >= self.sweep_polls):
            result = await self._reconcile(state, result)
        if failure:
            raise failure
        return result

    async def fetch_missing_comments(self, progress: Progress) -> None:
        """Fetch comments that are not stored yet, in bulk; each batch is stored before the next is fetched."""
        async with self.database.read() as transaction:
            pending = await find_without_comments(transaction)
        done = 0
        async for comments in self.client.get_comments(pending):
            await self.ingest.ingest_comments(comments)
            done += len(comments)
            progress.advance("comments", done, len(pending))

    async def _fetch_comments(self, bugs: Sequence[Bug]) -> tuple[dict[int, Sequence[Comment]], SourceError | None]:
        """Return the comments of changed bugs, and the error that ended the fetch early, if any.

        The error is returned, not raised, so that the bugs themselves can still be stored.
        """
        comments: dict[int, Sequence[Comment]] = {}
        try:
            if bugs:
                async for batch in self.client.get_comments({bug.id: bug.comment_count for bug in bugs}):
                    comments |= batch
        except SourceError as failure:
            return comments, failure
        return comments, None

    async def _entered_component_at(
        self, bugs: Sequence[Bug], state: SourceState, *, only_changed: bool
    ) -> dict[int, datetime]:
        """Return when unknown bugs older than the baseline moved into the component or became public."""
        baseline = cast("datetime", state.baseline_at)
        candidates = [
            bug.id
            for bug in await self.ingest.filter_unknown(bugs)
            if bug.created <= baseline and (not only_changed or bug.changed > baseline)
        ]
        return dict(await self.client.get_component_entry_times(candidates)) if candidates else {}

    async def _reconcile(self, state: SourceState, result: PollResult) -> PollResult:
        """Compare all bugs with the stored ones: ingest and count missed changes, look up missing bugs by id."""
        bugs_by_id: dict[int, Bug] = {}
        async for page in self.client.search_bugs():
            bugs_by_id |= {bug.id: bug for bug in page}
        async with self.database.read() as transaction:
            stored_ids = await incidents.find_ids(transaction)
            stored_incidents = await incidents.find_by_bugs(transaction, bugs_by_id)
        missing = stored_ids - bugs_by_id.keys()
        if len(missing) > max(MAX_MISSING, MAX_MISSING_SHARE * len(stored_ids)) or (
            not bugs_by_id and len(stored_ids) > 1
        ):
            raise SourceError(
                f"{len(missing)} of {len(stored_ids)} incidents are missing from Bugzilla's answer at once, so it was "
                "ignored. Check bugzilla.component for a mistyped name."
            )
        missed_bugs = [
            bug
            for bug in bugs_by_id.values()
            if bug.id not in stored_incidents
            or stored_incidents[bug.id].bug != bug
            or stored_incidents[bug.id].visibility != "here"
        ]
        entered_at = await self._entered_component_at(missed_bugs, state, only_changed=False)
        comments, failure = await self._fetch_comments(missed_bugs)
        state = replace(
            state,
            polls_since_sweep=0,
            missed_changes=state.missed_changes + len(missed_bugs),
            last_item_count=len(bugs_by_id),
        )
        counts = await self.ingest.ingest_bugs(missed_bugs, comments, entered_at, state, datetime.now(UTC))
        # a bug that moved to another component may become restricted there
        async with self.database.read() as transaction:
            moved_away = await incidents.find_ids(transaction, visibility="moved") - bugs_by_id.keys()
        if to_check := missing | moved_away:
            visibility = _stored_visibility(await self.client.get_visibility(sorted(to_check)))
            changes = {bug: status for bug, status in visibility.items() if bug in missing or status == "restricted"}
            await self.ingest.mark_unavailable(changes)
        if failure:
            raise failure
        return replace(
            result,
            seen=len(bugs_by_id),
            new=result.new + counts.new,
            changed=result.changed + counts.changed,
            missing=len(missing),
        )

    async def _save_state(self, state: SourceState) -> None:
        async with self.database.transaction() as transaction:
            await sources.save_source(transaction, state)


def _stored_visibility(visibility: Mapping[int, str]) -> dict[int, Visibility]:
    """Return the visibility to store; a deleted bug counts as restricted, so that its text is deleted."""
    stored_values: dict[str, Visibility] = {"moved": "moved", "restricted": "restricted", "gone": "restricted"}
    return {bug: stored_values[value] for bug, value in visibility.items() if value in stored_values}
