"""A job that runs in the background when it is triggered, one run at a time."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from bot.jobs.cancellation import cancel_and_wait, is_being_cancelled
from storage.values.tasks import TaskState

INITIAL_RETRY_SECONDS, MAX_RETRY_SECONDS = 60.0, 900.0

# Records a sentence for operators, and never raises.
RecordProblem = Callable[[str], Awaitable[None]]

log = logging.getLogger(__name__)


class BackgroundJob(ABC):
    """Runs `_run_once` in the background; a failed run is recorded as a problem, and repeated later by itself.

    `name` is the subject of the log entries. A subclass holds `_lock` during its work, so that work awaited in the
    foreground and a background run exclude each other.
    """

    def __init__(self, name: str, record_problem: RecordProblem) -> None:
        self._name = name
        self._record_problem = record_problem
        self._task: asyncio.Task[None] | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._failures = 0
        self._error = ""
        self._since = datetime.now(UTC)
        self._rerun = False
        self._lock = asyncio.Lock()

    @property
    def is_running(self) -> bool:
        """Whether a background run is in progress."""
        return self._task is not None

    def state(self) -> TaskState:
        """Return the state of the job, which always waits to be triggered, with the error of its last run."""
        return TaskState(self._name, True, self._error, self._since)

    def trigger(self) -> None:
        """Start a run in the background, or rerun once the current run ends."""
        self._rerun = True
        if self._task is None:
            self._cancel_retry()
            self._task = asyncio.create_task(self._run())
            self._task.add_done_callback(self._on_done)

    async def wait_idle(self) -> None:
        """Wait until no background run is in progress."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def cancel(self) -> None:
        """Cancel the background run, if any; the next start repeats it. May be called twice."""
        self._cancel_retry()
        if self._task is not None:
            await cancel_and_wait([self._task])

    @abstractmethod
    async def _run_once(self) -> None:
        """Do the work; an exception is logged and recorded as a problem."""

    @abstractmethod
    def _describe_failure(self, error: Exception) -> str:
        """Return the sentence to record about a failed run, without the text of the error, which may contain input."""

    async def _run(self) -> None:
        while self._rerun:
            self._rerun = False
            try:
                await self._run_once()
            except asyncio.CancelledError as error:
                if is_being_cancelled():
                    raise
                log.exception("%s was cancelled from within", self._name)
                await self._on_failure(self._describe_failure(RuntimeError(type(error).__name__)))
            except Exception as error:
                log.exception("%s failed", self._name)
                await self._on_failure(self._describe_failure(error))
            else:
                self._failures, self._error, self._since = 0, "", datetime.now(UTC)

    async def _on_failure(self, sentence: str) -> None:
        """Record the first failure in a row, and have the run repeated, less and less often."""
        if not self._failures:
            await self._record_problem(sentence)
        self._failures, self._error, self._since = self._failures + 1, sentence, datetime.now(UTC)
        self._cancel_retry()
        delay = min(INITIAL_RETRY_SECONDS * 2 ** min(self._failures - 1, 10), MAX_RETRY_SECONDS)
        self._retry = asyncio.get_running_loop().call_later(delay, self.trigger)

    def _cancel_retry(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    def _on_done(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if task.cancelled():
            return
        if error := task.exception():
            log.error("%s failed", self._name, exc_info=error)
        if self._rerun:
            BackgroundJob.trigger(self)  # it was triggered after the last run and before the task's end
