"""Decides by text which stored incidents belong in the active sections, in the background.

The database records which sections are pending, so a restart loses nothing; only differences are written and runs are
idempotent.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from handlers.sections.labels import auto_assigned, ranking_query
from handlers.sections.ranking import Ranker
from storage import events, incidents, section_labels, section_matches, sections
from storage.database import Database
from storage.values.sections import CustomSection, TextMatch

INCIDENTS_PER_TRANSACTION = 100  # incidents written in one transaction

ProgressCallback = Callable[[str, int, int], None]  # a section's title, the incidents done, and all incidents


@dataclass(frozen=True, slots=True)
class BackfillResult:
    """How many sections were backfilled, and how many incidents were added to or removed from them."""

    sections: int = 0
    changed: int = 0


class SectionBackfill:
    """Runs the pending backfills of sections."""

    def __init__(self, database: Database, ranker: Ranker) -> None:
        self._database = database
        self._ranker = ranker

    async def request_all(self) -> None:
        """Request a backfill of every active section, since incidents are new or have changed."""
        async with self._database.transaction() as transaction:
            await sections.lock_sections(transaction)
            await sections.request_backfill(transaction, None)

    async def run_pending(self, on_progress: ProgressCallback | None = None) -> BackfillResult:
        """Backfill each pending section until none is pending."""
        result = BackfillResult()
        while pending := await self._find_pending():
            for section in pending:
                changed = await self._run_one(section, on_progress)
                result = BackfillResult(result.sections + 1, result.changed + changed)
        return result

    async def _find_pending(self) -> list[CustomSection]:
        async with self._database.read() as transaction:
            return await sections.find_pending_backfill(transaction)

    async def _run_one(self, section: CustomSection, on_progress: ProgressCallback | None) -> int:
        async with self._database.read() as transaction:
            labels = await section_labels.find_labels(transaction, section.id)
            stored = await section_matches.find_text_matches(transaction, section.id)
        ranking = await self._ranker.rank(ranking_query(section, labels))
        computed = {
            match.bug: TextMatch(match.bug, round(match.score, 4), match.reasons)
            for match in auto_assigned(section, labels, ranking, self._ranker, has_assigned_before=bool(stored))
        }
        # read after the ranking, which may contain incidents that were stored meanwhile
        async with self._database.read() as transaction:
            bugs = sorted(await incidents.find_ids(transaction) | set(stored))
        changed = 0
        for start in range(0, len(bugs), INCIDENTS_PER_TRANSACTION):
            batch = bugs[start : start + INCIDENTS_PER_TRANSACTION]
            done = min(start + INCIDENTS_PER_TRANSACTION, len(bugs))
            changed_in_batch = await self._save_batch(section, batch, stored, computed, done, len(bugs))
            if changed_in_batch is None:
                return changed
            changed += changed_in_batch
            if on_progress is not None:
                on_progress(section.title, done, len(bugs))
        async with self._database.transaction() as transaction:
            await sections.update_section(transaction, section.id, backfill_completed=section.backfill_requested)
        return changed

    async def _save_batch(
        self,
        section: CustomSection,
        batch: Sequence[int],
        stored: Mapping[int, TextMatch],
        computed: Mapping[int, TextMatch],
        done: int,
        total: int,
    ) -> int | None:
        """Save the differences of these incidents; returns how many moved, None if the section is no longer active."""
        differences = {bug: computed.get(bug) for bug in batch if computed.get(bug) != stored.get(bug)}
        async with self._database.transaction() as transaction:
            # meanwhile a bug may have become restricted, or the section may have been retired
            locked = await incidents.lock_incidents(transaction, list(differences))
            await sections.lock_sections(transaction)
            current = await sections.find_section(transaction, section.id)
            if current is None or current.state != "active":
                return None
            changes = {bug: match for bug, match in differences.items() if match is None or bug in locked}
            await section_matches.save_text_matches(transaction, section.id, changes)
            moved = {bug for bug, match in changes.items() if (match is None) != (bug not in stored)}
            await events.mark_incidents_stale(transaction, moved, section.community)
            await sections.update_section(transaction, section.id, backfill_done=done, backfill_total=total)
        return len(moved)
