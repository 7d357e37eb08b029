"""Backfills of custom sections in the background: which stored incidents belong in them."""

from bot.jobs.background import BackgroundJob, RecordProblem
from handlers.sections.backfill import ProgressCallback, SectionBackfill


class SectionBackfillJob(BackgroundJob):
    """Runs the pending backfills of custom sections."""

    def __init__(self, backfill: SectionBackfill, record_problem: RecordProblem) -> None:
        super().__init__("the backfill of sections", record_problem)
        self._backfill = backfill

    async def run_pending(self, advance: ProgressCallback | None = None) -> None:
        """Run all pending backfills and wait for them."""
        async with self._lock:
            await self._backfill.run_pending(advance)

    async def _run_once(self) -> None:
        await self.run_pending()

    def _describe_failure(self, error: Exception) -> str:
        return (
            f"The backfill of a section failed inside Rootwatch ({type(error).__name__}); it is retried with the next "
            "change."
        )
