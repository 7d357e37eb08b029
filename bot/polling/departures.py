"""Incidents that a sweep no longer finds: whether each moved away, became restricted or is gone, in small steps.

A bug to which access is denied is restricted, whatever else has happened, and its text is withdrawn at once. That
bugs have moved or do not exist is believed while they are few: many at once look like a mistyped or renamed component.
Then they stay as they are until they are found again or the operator confirms that they are gone.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.polling.results import Progress
from bot.sources.bugzilla.client import BugzillaClient
from bot.sources.errors import SourceError
from bot.sources.http import RetryableError
from handlers.ingest.bugs import BugIngest
from storage import error_log, incidents, missing_bugs, sources
from storage.database import Database
from storage.missing_bugs import Finding
from storage.values.incidents import Visibility

MAX_MISSING, MAX_MISSING_SHARE = 10, 0.05  # above both, many are missing at once
LOOKUPS_PER_POLL = 50  # single bugs; BMO counts them, and the client asks for 60 a minute at most
MARKED_AT_ONCE = 100  # bugs in one transaction, so that other writers do not wait
# a bug that does not exist any more counts as restricted, so that its text is deleted
VISIBILITY: Mapping[Finding, Visibility] = {"moved": "moved", "gone": "restricted", "unknown": "restricted"}


@dataclass(frozen=True, slots=True)
class ConfirmedDepartures:
    """The bugs whose departure an operator confirmed, and how many others are missing."""

    confirmed: tuple[int, ...]
    left: int


@dataclass(frozen=True, slots=True)
class Departures:
    """Follows the missing incidents of one component; `source` is the name of its state."""

    client: BugzillaClient
    database: Database
    ingest: BugIngest
    source: str
    component_name: str

    async def record_missing(self, bugs: Collection[int]) -> int:
        """Record the known incidents that are not among the bugs that a sweep found, with where they are now.

        Returns how many were withdrawn at once.
        """
        async with self.database.read() as transaction:
            present = await incidents.find_ids(transaction)
            # a bug that moved to another component may become restricted there
            moved = await incidents.find_ids(transaction, visibility="moved")
        missing, moved = present - set(bugs), moved - set(bugs)
        locations = await self.client.find_locations(missing | moved) if missing | moved else {}
        findings: dict[int, Finding] = {bug: "moved" for bug in missing if locations.get(bug) == "moved"}
        findings |= {bug: "unknown" for bug in missing | moved if bug not in locations}
        async with self.database.transaction() as transaction:
            await missing_bugs.replace_missing(transaction, findings, datetime.now(UTC))
        restricted = [bug for bug, location in locations.items() if location == "restricted"]
        return await self.withdraw(restricted)

    async def forget_found(self, bugs: Collection[int]) -> None:
        """Record that bugs are not missing any more."""
        async with self.database.read() as transaction:
            missing = await missing_bugs.find_missing(transaction)
        if returned := missing.keys() & set(bugs):
            async with self.database.transaction() as transaction:
                await missing_bugs.delete_missing(transaction, returned)

    async def withdraw(self, bugs: Iterable[int]) -> int:
        """Delete the text of restricted bugs that are stored; return how many there were."""
        numbers = set(bugs)
        if not numbers:
            return 0
        async with self.database.read() as transaction:
            known = await incidents.find_ids(transaction) | await incidents.find_ids(transaction, visibility="moved")
        return await self._mark(dict.fromkeys(sorted(numbers & known), "restricted"))

    async def look_up(self, progress: Progress) -> int:
        """Ask for some missing bugs by their numbers, and mark those whose case is clear; return how many those are."""
        async with self.database.read() as transaction:
            unknown = [
                bug for bug, finding in (await missing_bugs.find_missing(transaction)).items() if finding == "unknown"
            ]
        restricted: list[int] = []
        try:
            for done, bug in enumerate(unknown[:LOOKUPS_PER_POLL], 1):
                if await self._look_up_one(bug) == "restricted":
                    restricted.append(bug)
                progress.advance("missing bugs", done, len(unknown))
        finally:
            withdrawn = await self.withdraw(restricted)
        return withdrawn + await self._settle()

    async def confirm(self, bugs: Collection[int]) -> ConfirmedDepartures:
        """Mark missing bugs as their last finding says, without doubt; all of them if none are named.

        Raises KeyError with the first bug that is not missing.
        """
        async with self.database.read() as transaction:
            missing = await missing_bugs.find_missing(transaction)
        for bug in bugs:
            if bug not in missing:
                raise KeyError(bug)
        confirmed = sorted(bugs or missing)
        await self._mark({bug: VISIBILITY[missing[bug]] for bug in confirmed})
        await self._settle()
        async with self.database.read() as transaction:
            return ConfirmedDepartures(tuple(confirmed), len(await missing_bugs.find_missing(transaction)))

    async def _look_up_one(self, bug: int) -> str:
        try:
            visibility = await self.client.get_visibility(bug)
        except RetryableError:
            raise
        except SourceError as error:
            if error.server_requested:
                raise
            return "unknown"  # an odd answer about one bug; it is asked for again
        async with self.database.transaction() as transaction:
            if visibility == "here":
                await missing_bugs.delete_missing(transaction, [bug])
            elif visibility != "restricted":
                await missing_bugs.record_finding(transaction, bug, visibility)
        return visibility

    async def _settle(self) -> int:
        """Mark the bugs that moved or are gone, or record the doubt if too many are missing; return how many."""
        async with self.database.read() as transaction:
            missing = await missing_bugs.find_missing(transaction)
            present = await incidents.find_ids(transaction)
            state = await sources.find_source(transaction, self.source)
        suspects = missing.keys() & present
        nothing_found = state.last_item_count == 0 and len(present) > 1
        is_doubtful = len(suspects) > max(MAX_MISSING, MAX_MISSING_SHARE * len(present)) or (suspects and nothing_found)
        doubt = self._describe_doubt(len(suspects), len(present)) if is_doubtful else ""
        if doubt != state.doubt:
            await self._save_doubt(doubt, is_new=bool(doubt and not state.doubt))
        clear = {bug: finding for bug, finding in missing.items() if finding != "unknown"}
        if is_doubtful:
            clear = {bug: finding for bug, finding in clear.items() if bug not in present}
        # what had moved before and is still in another component needs no mark
        still_moved = {bug for bug, finding in clear.items() if finding == "moved" and bug not in present}
        if still_moved:
            async with self.database.transaction() as transaction:
                await missing_bugs.delete_missing(transaction, still_moved)
        return await self._mark({bug: VISIBILITY[clear[bug]] for bug in clear.keys() - still_moved})

    async def _mark(self, visibility: Mapping[int, Visibility]) -> int:
        """Mark bugs as moved or restricted, some at a time."""
        bugs = list(visibility)
        for start in range(0, len(bugs), MARKED_AT_ONCE):
            marked = bugs[start : start + MARKED_AT_ONCE]
            await self.ingest.mark_unavailable({bug: visibility[bug] for bug in marked})
            async with self.database.transaction() as transaction:
                await missing_bugs.delete_missing(transaction, marked)
        return len(bugs)

    async def _save_doubt(self, doubt: str, *, is_new: bool) -> None:
        async with self.database.transaction() as transaction:
            state = await sources.find_source(transaction, self.source)
            await sources.save_source(transaction, replace(state, doubt=doubt))
            if is_new:
                await error_log.record_problem(transaction, f"{self.source}: {doubt}", datetime.now(UTC))

    def _describe_doubt(self, missing: int, total: int) -> str:
        return (
            f"{missing:,} of {total:,} incidents are no longer found in {self.component_name}, so they stay as they "
            "were. Check bugzilla.product and bugzilla.component for a mistyped or changed name; if they are gone, "
            "confirm it with `rootwatch confirm-gone`."
        )
