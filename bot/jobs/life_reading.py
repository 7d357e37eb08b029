"""Reads the lives of open incidents in the background, so that the first question about clocks need not wait."""

from bot.jobs.background import BackgroundJob, RecordProblem
from handlers.queries.deadlines import DeadlineQueries


class LifeReadingJob(BackgroundJob):
    """Reads the lives of open incidents that were not read since they changed."""

    def __init__(self, deadlines: DeadlineQueries, record_problem: RecordProblem) -> None:
        super().__init__("reading of lives", record_problem)
        self._deadlines = deadlines

    async def _run_once(self) -> None:
        async with self._lock:
            await self._deadlines.read_open()

    def _describe_failure(self, error: Exception) -> str:
        return f"The lives of incidents could not be read inside Rootwatch ({type(error).__name__}); it is tried again."
