"""A poll of Bugzilla: first fill or increment, comments, and the sweep that finds what polls miss.

The order follows BMO's own advice for integrations (bmo.readthedocs.io, Integration Best Practices): the server's
clock first, a search with an overlap, and the clock is kept only once all that was found is stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import cast

from bot.polling.backoff import PollResult, Progress
from bot.sources.bugzilla.client import Bugzilla
from bot.sources.http import SourceFailed
from handlers.ingest.bugs import Intake, Taken
from storage import incidents, sources
from storage.database import Database
from storage.values.incidents import Bug, Comment, SourceState, Standing

SOURCE = "bugzilla"
OVERLAP = timedelta(minutes=10)
MAX_MISSING, MAX_MISSING_SHARE = 10, 0.05  # in one sweep; above both it looks like a mistyped component


@dataclass(frozen=True, slots=True)
class BugzillaPoll:
    """Reads one component of a Bugzilla into the database."""

    source: Bugzilla
    database: Database
    intake: Intake
    sweep_polls: int
    component_name: str

    async def initial_sync(self, state: SourceState, progress: Progress) -> PollResult:
        """Read all bugs without their comments, the first time or again after an interruption."""
        moment = await self.source.time()
        state = replace(state, first_asked=state.first_asked or moment)
        await self._save_state(state)
        seen, taken = 0, Taken()
        async for page in self.source.bugs():
            arrivals = await self._entered_component_at(page, state, only_changed=True)
            taken += await self.intake.take_bugs(page, {}, arrivals, state, datetime.now(UTC))
            seen += len(page)
            progress.advance("titles", seen, None)
        if seen == 0:
            raise SourceFailed(
                f"Bugzilla knows no bug of {self.component_name}: "
                "check bugzilla.product and bugzilla.component for a mistyped name."
            )
        await self._save_state(replace(state, filled=True, cursor=moment, yielded=seen, polls_since_sweep=0))
        return PollResult(seen=seen, new=taken.new, changed=taken.changed)

    async def incremental_sync(self, state: SourceState, *, sweep: bool) -> PollResult:
        """Read what changed since the last poll, with its comments; and all facts where a sweep is due."""
        moment = await self.source.time()
        since = (state.cursor or moment) - OVERLAP
        found: dict[int, Bug] = {}
        async for page in self.source.bugs(since=since):
            found |= {bug.id: bug for bug in page}
        bugs = list(found.values())
        arrivals = await self._entered_component_at(bugs, state, only_changed=False)
        comments, failure = await self._fetch_comments(bugs)
        state = replace(state, cursor=moment, polls_since_sweep=state.polls_since_sweep + 1)
        taken = await self.intake.take_bugs(bugs, comments, arrivals, state, datetime.now(UTC))
        outcome = PollResult(seen=len(bugs), new=taken.new, changed=taken.changed)
        if failure is None and (sweep or state.polls_since_sweep >= self.sweep_polls):
            outcome = await self._reconcile(state, outcome)
        if failure:
            raise failure
        return outcome

    async def fetch_missing_comments(self, progress: Progress) -> None:
        """Read the comments that are still missing, in bulk; what is read is kept, however this ends."""
        waiting = await incidents.find_without_comments(self.database)
        done = 0
        async for read in self.source.comments(waiting):
            await self.intake.take_comments(read)
            done += len(read)
            progress.advance("comments", done, len(waiting))

    async def _fetch_comments(self, bugs: Sequence[Bug]) -> tuple[dict[int, Sequence[Comment]], SourceFailed | None]:
        """Read the comments of changed bugs; where that fails, the bugs themselves are stored all the same."""
        read: dict[int, Sequence[Comment]] = {}
        try:
            if bugs:
                async for part in self.source.comments({bug.id: bug.comment_count for bug in bugs}):
                    read |= part
        except SourceFailed as failure:
            return read, failure
        return read, None

    async def _entered_component_at(self, bugs: Sequence[Bug], state: SourceState, *, only_changed: bool) -> dict[int, datetime]:
        """Ask when bugs that are new to us, but old, moved in or became public."""
        first = cast("datetime", state.first_asked)
        old = [
            bug.id
            for bug in await self.intake.unknown_among(bugs)
            if bug.created <= first and (not only_changed or bug.changed > first)
        ]
        return dict(await self.source.arrivals(old)) if old else {}

    async def _reconcile(self, state: SourceState, outcome: PollResult) -> PollResult:
        """Read all facts once more: what polls missed is taken in and counted, what is gone is asked for by its id."""
        found: dict[int, Bug] = {}
        async for page in self.source.bugs():
            found |= {bug.id: bug for bug in page}
        known = await incidents.find_numbers(self.database)
        gone = known - found.keys()
        if len(gone) > max(MAX_MISSING, MAX_MISSING_SHARE * len(known)) or (not found and len(known) > 1):
            raise SourceFailed(
                f"{len(gone)} of {len(known)} incidents are missing from Bugzilla's answer at once; nothing was "
                "believed. Check bugzilla.component for a mistyped name."
            )
        stored = await incidents.find_by_bugs(self.database, found)
        missed = [
            bug
            for bug in found.values()
            if bug.id not in stored or stored[bug.id].bug != bug or stored[bug.id].standing != "here"
        ]
        arrivals = await self._entered_component_at(missed, state, only_changed=False)
        comments, failure = await self._fetch_comments(missed)
        state = replace(state, polls_since_sweep=0, missed=state.missed + len(missed), yielded=len(found))
        taken = await self.intake.take_bugs(missed, comments, arrivals, state, datetime.now(UTC))
        # one that moved away may become restricted there
        elsewhere = await incidents.find_numbers(self.database, standing="moved") - found.keys()
        if asked := gone | elsewhere:
            standings = _unavailable(await self.source.standing(sorted(asked)))
            news = {bug: now for bug, now in standings.items() if bug in gone or now == "restricted"}
            await self.intake.withdraw(news)
        if failure:
            raise failure
        return replace(
            outcome,
            seen=len(found),
            new=outcome.new + taken.new,
            changed=outcome.changed + taken.changed,
            gone=len(gone),
        )

    async def _save_state(self, state: SourceState) -> None:
        async with self.database.writing() as connection:
            await sources.keep_source(self.database, connection, state)


def _unavailable(standings: Mapping[int, str]) -> dict[int, Standing]:
    """A bug that does not exist any more is treated as a restricted one: its text goes."""
    kinds: dict[str, Standing] = {"moved": "moved", "restricted": "restricted", "gone": "restricted"}
    return {bug: kinds[standing] for bug, standing in standings.items() if standing in kinds}
