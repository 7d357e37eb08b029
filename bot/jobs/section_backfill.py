"""Backfills of custom sections in the background: which stored incidents belong in them."""

from bot.jobs.background import BackgroundJob, RecordProblem
from handlers.sections.backfill import ProgressCallback, SectionBackfill


class SectionBackfillJob(BackgroundJob):
    """Runs the pending backfills of custom sections."""

    def __init__(self, backfill: SectionBackfill, record_problem: RecordProblem) -> None:
        super().__init__("backfill of sections", record_problem)
        self._backfill = backfill
        self._is_requested = False

    def request(self) -> None:
        """Request a backfill of all sections, since incidents have changed, and run it in the background."""
        self._is_requested = True
        self.trigger()

    async def run_pending(self, advance: ProgressCallback | None = None) -> None:
        """Run all pending backfills and wait for them."""
        async with self._lock:
            await self._backfill.run_pending(advance)

    async def _run_once(self) -> None:
        if self._is_requested:
            await self._backfill.request_all()
            self._is_requested = False
        await self.run_pending()

    def _describe_failure(self, error: Exception) -> str:
        return f"The backfill of a section failed inside Rootwatch ({type(error).__name__}); it is tried again later."
