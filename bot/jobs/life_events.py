"""Recording what happened within incidents, in the background: after each poll, and once an hour.

A poll by another program, `rootwatch sync` for instance, is looked at within the hour.
"""

from bot.jobs.background import BackgroundJob, RecordProblem
from handlers.ingest.life_events import LifeEventRecorder

LIFE_EVENT_SECONDS = 3_600.0
MAX_NAMED = 5  # bugs in a sentence


class LifeEventJob(BackgroundJob):
    """Records the events of incidents that changed, and which clocks became overdue."""

    def __init__(self, recorder: LifeEventRecorder, record_problem: RecordProblem) -> None:
        super().__init__("events of incidents", record_problem)
        self._recorder = recorder
        self._named: frozenset[int] = frozenset()  # bugs of which a problem was recorded

    async def run_pending(self) -> None:
        """Record all new events and wait for that; lives that cannot be read are named once."""
        async with self._lock:
            await self._recorder.record()
            unreadable = self._recorder.unreadable
            if new := sorted(unreadable - self._named):
                names = ", ".join(map(str, new[:MAX_NAMED])) + (", …" if len(new) > MAX_NAMED else "")
                await self._record_problem(f"The life of bug {names} cannot be read, so its events are not recorded.")
            self._named = unreadable

    async def _run_once(self) -> None:
        await self.run_pending()

    def _describe_failure(self, error: Exception) -> str:
        return f"Recording what happened within incidents failed ({type(error).__name__}); it is tried again later."
