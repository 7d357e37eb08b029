"""Runs jobs at their intervals, polls of sources and other jobs alike.

APScheduler only ticks. The times of the last polls are in the table of sources and not in APScheduler's job store, so
that a restart neither polls too often nor ends a back-off; see `Poller.next_poll_at`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.jobs.background import RecordProblem
from bot.jobs.cancellation import cancel_and_wait
from storage.database import DatabaseUnavailable
from storage.values.tasks import TaskState

RUN_TIMEOUT_SECONDS = 1800.0  # a run that hangs must not block its job forever
MAX_JITTER_SECONDS = 5
WATCH_SECONDS = 5.0
OVERDUE_SECONDS = 60.0  # a job that is later than this is not run any more, or the clock was set

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Work to run every `interval` seconds; `name` identifies it in log entries and problems."""

    name: str
    interval: float
    run: Callable[[], Awaitable[object]]


@dataclass(slots=True)
class _Progress:
    """What became of a job's runs: the error of the last one ("" if none), since when, and whether one is busy."""

    job: Job
    error: str = ""
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    is_busy: bool = False


class Scheduler:
    """Runs jobs at their intervals until stopped; a run of a job that is still busy is skipped."""

    def __init__(self, record_problem: RecordProblem) -> None:
        self._record_problem = record_problem
        self._tasks: set[asyncio.Task[object]] = set()
        self._initial_runs: list[asyncio.Event] = []
        self._progress: dict[str, _Progress] = {}
        self._is_stopping = False
        # by default a run that is a second late is skipped, with a line in the log
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    def add(self, job: Job, first_run_at: datetime | None = None) -> None:
        """Schedule a job, for the first time at `first_run_at` (UTC), or at once if that is None or past.

        A time further ahead than the interval was computed from a time at which the clock was wrong.
        """
        now, done = datetime.now(UTC), asyncio.Event()
        next_run = max(first_run_at or now, now)
        if next_run > now + timedelta(seconds=job.interval):
            next_run = now
        self._progress[job.name] = _Progress(job)
        if next_run <= now:
            self._initial_runs.append(done)
        self._scheduler.add_job(
            self._run,
            "interval",
            args=(job, done),
            id=job.name,
            seconds=job.interval,
            jitter=min(MAX_JITTER_SECONDS, job.interval / 10),
            next_run_time=next_run,
        )

    def start(self) -> None:
        """Start running the jobs."""
        self._scheduler.start()

    def states(self) -> list[TaskState]:
        """Return whether each job is run when it is due, and the error of its last run."""
        now = datetime.now(UTC)
        return [
            TaskState(name, not self._is_stuck(progress, now), progress.error, progress.since)
            for name, progress in self._progress.items()
        ]

    async def watch(self) -> None:
        """Bring back jobs that are not run any more, until cancelled.

        APScheduler computes by the clock of the machine: when that is set back by a day, a job would wait for a day.
        """
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            now = datetime.now(UTC)
            for name, progress in self._progress.items():
                if self._is_stuck(progress, now):
                    log.warning("%s was not run when it was due, and is run now", name)
                    self._scheduler.modify_job(name, next_run_time=now)

    def _is_stuck(self, progress: _Progress, now: datetime) -> bool:
        job = self._scheduler.get_job(progress.job.name)
        if not self._scheduler.running or job is None or job.next_run_time is None:
            return True
        late = (now - job.next_run_time).total_seconds()
        is_late = late > OVERDUE_SECONDS and not progress.is_busy
        return is_late or -late > progress.job.interval + MAX_JITTER_SECONDS + OVERDUE_SECONDS

    async def wait_for_initial_runs(self, seconds: float) -> None:
        """Wait for the runs that were due at the start, for at most `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                for done in self._initial_runs:
                    await done.wait()

    async def stop(self) -> None:
        """Stop the schedule and cancel the current runs; what they have stored stays stored."""
        self._is_stopping = True
        if self._scheduler.running:
            self._scheduler.pause()
        await cancel_and_wait(self._tasks)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _run(self, job: Job, done: asyncio.Event) -> None:
        task = asyncio.ensure_future(job.run())
        self._tasks.add(task)
        progress = self._progress[job.name]
        progress.is_busy, error = True, ""
        try:
            async with asyncio.timeout(RUN_TIMEOUT_SECONDS):
                await task
        except TimeoutError:
            error = f"a run took longer than {RUN_TIMEOUT_SECONDS / 60:.0f} minutes and was cancelled."
        except asyncio.CancelledError:
            task.cancel()
            if not self._is_stopping:
                log.exception("a run of %s was cancelled from within", job.name)
                error = "a run was cancelled inside Rootwatch; see the log for details."
        except DatabaseUnavailable as unavailable:
            log.warning("a run of %s failed: %s", job.name, unavailable)
            error = str(unavailable)
        except Exception as failure:
            # the text of an exception may contain input; only the log, which the operator alone reads, has it
            log.exception("a run of %s failed", job.name)
            error = f"a run failed inside Rootwatch ({type(failure).__name__}); see the log for details."
        finally:
            self._tasks.discard(task)
            progress.is_busy = False
            done.set()
        # one problem when it begins: a job that runs every second must not fill the log of problems
        if error and error != progress.error:
            await self._record_problem(f"{job.name}: {error}")
        if error != progress.error:
            progress.error, progress.since = error, datetime.now(UTC)
