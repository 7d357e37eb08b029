"""Jobs: triggered in the background, or run at intervals by the scheduler."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.jobs import background
from bot.jobs import scheduler as schedule
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


async def test_a_failed_run_is_repeated_by_itself_and_said_once(monkeypatch):
    monkeypatch.setattr(background, "INITIAL_RETRY_SECONDS", 0.01)
    job = CountingJob(failing=(1, 2))
    job.release.set()
    job.trigger()
    for _ in range(3):
        await asyncio.sleep(0.05)
        await job.wait_idle()
    assert job.runs == 3
    assert job.problems == ["counting failed (ValueError)"]
    assert job.state().error == ""
    await job.cancel()


async def test_a_trigger_as_a_job_ends_is_not_lost():
    job = CountingJob()
    job.release.set()
    run_once = job._run_once

    async def run_and_be_triggered():
        await run_once()
        if job.runs == 1:
            # after the job has seen that nobody wants another run, and before asyncio calls its callback
            asyncio.get_running_loop().call_soon(job.trigger)

    job._run_once = run_and_be_triggered
    job.trigger()
    await job.wait_idle()
    await asyncio.sleep(0)
    await job.wait_idle()
    assert job.runs == 2


async def test_a_cancellation_from_within_is_recorded():
    class CancelledJob(CountingJob):
        async def _run_once(self):
            raise asyncio.CancelledError

    job = CancelledJob()
    job.trigger()
    await job.wait_idle()
    assert job.problems == ["counting failed (RuntimeError)"]
    await job.cancel()

    problems = []
    recorded = asyncio.Event()

    async def record(problem):
        problems.append(problem)
        recorded.set()

    async def cancelled():
        raise asyncio.CancelledError

    scheduler = Scheduler(record)
    scheduler.add(Job("cleanup", 3600, cancelled))
    scheduler.start()
    async with asyncio.timeout(60):
        await recorded.wait()
    assert problems == ["cleanup: a run was cancelled inside Rootwatch; see the log for details."]
    await scheduler.stop()


async def test_a_job_that_is_not_run_when_it_is_due_is_named_and_brought_back(monkeypatch):
    monkeypatch.setattr(schedule, "WATCH_SECONDS", 0.01)
    ran = asyncio.Event()

    async def run():
        ran.set()

    async def record(problem):
        raise AssertionError(problem)

    scheduler = Scheduler(record)
    scheduler.add(Job("cleanup", 3600, run), datetime.now(UTC) + timedelta(minutes=30))
    scheduler.start()
    assert [(state.name, state.running) for state in scheduler.states()] == [("cleanup", True)]
    # as after the clock was set back by a year
    scheduler._scheduler.modify_job("cleanup", next_run_time=datetime.now(UTC) + timedelta(days=365))
    assert [(state.name, state.running) for state in scheduler.states()] == [("cleanup", False)]
    watching = asyncio.create_task(scheduler.watch())
    async with asyncio.timeout(60):
        await ran.wait()
    assert scheduler.states()[0].running
    watching.cancel()
    await scheduler.stop()


async def test_a_first_run_that_lies_too_far_ahead_is_due_now():
    ran = asyncio.Event()

    async def run():
        ran.set()

    scheduler = Scheduler(None)
    scheduler.add(Job("bugzilla", 300, run), datetime.now(UTC) + timedelta(days=365))
    scheduler.start()
    async with asyncio.timeout(60):
        await ran.wait()
    await scheduler.stop()


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
