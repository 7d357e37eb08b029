"""Runs jobs at their intervals, polls of sources and other jobs alike.

APScheduler only ticks. The times of the last polls are in the table of sources and not in APScheduler's job store, so
that a restart neither polls too often nor ends a back-off; see `Poller.next_poll_at`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.jobs.background import RecordProblem

RUN_TIMEOUT_SECONDS = 1800.0  # a run that hangs must not block its job forever
MAX_JITTER_SECONDS = 5

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Work to run every `interval` seconds; `name` identifies it in log entries and problems."""

    name: str
    interval: float
    run: Callable[[], Awaitable[object]]


class Scheduler:
    """Runs jobs at their intervals until stopped; a run of a job that is still busy is skipped."""

    def __init__(self, record_problem: RecordProblem) -> None:
        self._record_problem = record_problem
        self._tasks: set[asyncio.Task[object]] = set()
        self._initial_runs: list[asyncio.Event] = []
        # by default a run that is a second late is skipped, with a line in the log
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    def add(self, job: Job, first_run_at: datetime | None = None) -> None:
        """Schedule a job, for the first time at `first_run_at` (UTC), or at once if that is None or past."""
        now, done = datetime.now(UTC), asyncio.Event()
        next_run = max(first_run_at or now, now)
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
        """Start to run the jobs."""
        self._scheduler.start()

    async def wait_for_initial_runs(self, seconds: float) -> None:
        """Wait for the runs that were due at the start, for at most `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                for done in self._initial_runs:
                    await done.wait()

    async def stop(self) -> None:
        """Stop the schedule and cancel the current runs; what they have stored stays stored."""
        if self._scheduler.running:
            self._scheduler.pause()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _run(self, job: Job, done: asyncio.Event) -> None:
        task = asyncio.ensure_future(job.run())
        self._tasks.add(task)
        try:
            async with asyncio.timeout(RUN_TIMEOUT_SECONDS):
                await task
        except TimeoutError:
            minutes = RUN_TIMEOUT_SECONDS / 60
            await self._record_problem(f"{job.name}: a run took longer than {minutes:.0f} minutes and was cancelled.")
        except asyncio.CancelledError:
            task.cancel()  # the scheduler is being stopped
        except Exception as error:
            # the text of an exception may contain input; only the log, which the operator alone reads, has it
            log.exception("a run of %s failed", job.name)
            await self._record_problem(
                f"{job.name}: a run failed inside Rootwatch ({type(error).__name__}); see the log for details."
            )
        finally:
            self._tasks.discard(task)
            done.set()
