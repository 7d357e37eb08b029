"""Reads the lives of incidents in the background, so that the first question about clocks need not wait."""

from bot.jobs.background import BackgroundJob, RecordProblem
from handlers.queries.deadlines import DeadlineQueries
from handlers.queries.missed_history import MissedClockQueries


class LifeReadingJob(BackgroundJob):
    """Reads the lives of incidents that were not read since they changed: first the open ones, then all others."""

    def __init__(
        self, deadlines: DeadlineQueries, missed_clocks: MissedClockQueries, record_problem: RecordProblem
    ) -> None:
        super().__init__("reading of lives", record_problem)
        self._deadlines = deadlines
        self._missed_clocks = missed_clocks

    async def _run_once(self) -> None:
        async with self._lock:
            await self._deadlines.read_open()
            await self._missed_clocks.read_all()

    def _describe_failure(self, error: Exception) -> str:
        return f"The lives of incidents could not be read inside Rootwatch ({type(error).__name__}); it is tried again."
