"""Keeps long-lived tasks running: one that ends is logged, remembered, and started again with back-off."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.jobs.background import RecordProblem
from bot.jobs.cancellation import cancel_and_wait, is_being_cancelled
from storage.database import DatabaseUnavailable
from storage.values.tasks import TaskState

INITIAL_DELAY_SECONDS, MAX_DELAY_SECONDS = 1.0, 30.0
STABLE_SECONDS = 120.0  # a task that has run for longer works again

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Supervised:
    """One task: what is known of it, and the asyncio task that runs it again and again."""

    name: str
    error: str = ""
    is_running: bool = False
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    started: float = 0.0
    runner: asyncio.Task[None] | None = None


class Supervisor:
    """Runs tasks that should never end, until `stop`; `states` tells which of them run.

    What a task raises is logged whole, and named by its type in the problem, since its text may contain input.
    """

    def __init__(self, record_problem: RecordProblem) -> None:
        self._record_problem = record_problem
        self._tasks: dict[str, _Supervised] = {}
        self._sources: list[Callable[[], list[TaskState]]] = []

    def start(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Start a task that is to run until `stop`; a second start of a running one does nothing."""
        if name not in self._tasks:
            supervised = self._tasks[name] = _Supervised(name)
            supervised.runner = asyncio.create_task(self._keep_running(supervised, run), name=name)

    def include(self, states: Callable[[], list[TaskState]]) -> None:
        """Include the states of tasks that something else keeps running, such as the scheduler's jobs."""
        self._sources.append(states)

    def states(self) -> list[TaskState]:
        """Return the state of each task, by name."""
        own = [
            TaskState(task.name, task.is_running, "" if self._is_stable(task) else task.error, task.since)
            for task in self._tasks.values()
        ]
        included = [state for source in self._sources for state in source()]
        return sorted(own + included, key=lambda state: state.name)

    async def stop(self) -> None:
        """Cancel all tasks and wait for them; may be called twice."""
        runners = [task.runner for task in self._tasks.values() if task.runner is not None]
        self._tasks.clear()
        self._sources.clear()
        await cancel_and_wait(runners)

    async def _keep_running(self, task: _Supervised, run: Callable[[], Awaitable[None]]) -> None:
        delay = INITIAL_DELAY_SECONDS
        while True:
            task.started, task.is_running = time.monotonic(), True
            problem = await self._run_once(task.name, run)
            if self._is_stable(task):
                delay, task.error = INITIAL_DELAY_SECONDS, ""
            is_news = not task.error
            task.is_running, task.error, task.since = False, problem, datetime.now(UTC)
            if is_news:
                await self._record_problem(f"The task {task.name} {problem}; it is started again.")
            await asyncio.sleep(delay)
            delay = min(delay * 2, MAX_DELAY_SECONDS)

    async def _run_once(self, name: str, run: Callable[[], Awaitable[None]]) -> str:
        """Run a task until it ends; return how it ended, as the rest of a sentence."""
        try:
            await run()
        except asyncio.CancelledError:
            if is_being_cancelled():
                raise
            log.exception("the task %s was cancelled from within", name)
            return "was cancelled from within"
        except DatabaseUnavailable as error:
            log.warning("the task %s ended: %s", name, error)
            return f"ended: {str(error).rstrip('.')}"
        except Exception as error:
            log.exception("the task %s ended", name)
            return f"ended ({type(error).__name__})"
        log.error("the task %s ended without an error", name)
        return "ended without an error"

    @staticmethod
    def _is_stable(task: _Supervised) -> bool:
        return task.is_running and time.monotonic() - task.started > STABLE_SECONDS
