"""Jobs: triggered in the background, or run at intervals by the scheduler."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.jobs.background import BackgroundJob
from bot.jobs.scheduler import Job, Scheduler


class CountingJob(BackgroundJob):
    """Waits for `release` in each run; fails in the runs numbered in `failing`."""

    def __init__(self, failing=()):
        self.problems = []
        super().__init__("counting", self._record)
        self.failing = failing
        self.runs = 0
        self.release = asyncio.Event()

    async def _record(self, problem):
        self.problems.append(problem)

    async def _run_once(self):
        self.runs += 1
        await self.release.wait()
        if self.runs in self.failing:
            raise ValueError("what was read")

    def _describe_failure(self, error):
        return f"counting failed ({type(error).__name__})"


async def test_triggers_during_a_run_cause_one_more_run():
    job = CountingJob()
    job.trigger()
    await asyncio.sleep(0)
    for _ in range(3):
        job.trigger()
    job.release.set()
    await job.wait_idle()
    assert job.runs == 2
    assert not job.is_running


async def test_a_failed_run_is_recorded_and_does_not_prevent_the_next():
    job = CountingJob(failing=(1,))
    job.release.set()
    for _ in range(2):
        job.trigger()
        await job.wait_idle()
    assert job.runs == 2
    assert job.problems == ["counting failed (ValueError)"]


async def test_a_cancelled_job_is_idle_and_can_be_triggered_again():
    job = CountingJob()
    job.trigger()
    await asyncio.sleep(0)
    await job.cancel()
    await job.cancel()
    assert not job.is_running
    job.release.set()
    job.trigger()
    await job.wait_idle()
    assert job.runs == 2


async def test_the_scheduler_runs_what_is_due_and_records_what_fails():
    problems, ran = [], []

    async def record(problem):
        problems.append(problem)

    async def works():
        ran.append("works")

    async def fails():
        raise KeyError("what was read")

    now = datetime.now(UTC)
    scheduler = Scheduler(record)
    scheduler.add(Job("works", 3600, works))
    scheduler.add(Job("fails", 3600, fails), now - timedelta(days=1))
    scheduler.add(Job("later", 3600, works), now + timedelta(hours=1))
    scheduler.start()
    await scheduler.wait_for_initial_runs(10)
    await scheduler.stop()
    assert ran == ["works"]
    assert problems == ["fails: a run failed inside Rootwatch (KeyError); see the log for details."]
