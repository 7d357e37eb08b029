"""Long-lived tasks: one that ends is started again, and the status tells which do not run."""

import asyncio

import pytest

from bot.jobs import supervisor as supervision
from bot.jobs.supervisor import Supervisor
from storage.database import DatabaseUnavailable


@pytest.fixture(autouse=True)
def _short_delays(monkeypatch):
    monkeypatch.setattr(supervision, "INITIAL_DELAY_SECONDS", 0.01)


class Task:
    """Runs forever from its third run on; before that it ends as told."""

    def __init__(self, *endings):
        self.endings = list(endings)
        self.runs = 0
        self.goes_on = asyncio.Event()

    async def run(self):
        self.runs += 1
        if not self.endings:
            self.goes_on.set()
            await asyncio.Event().wait()
        ending = self.endings.pop(0)
        if ending == "cancelled":
            inner = asyncio.create_task(asyncio.sleep(10))
            inner.cancel()
            await inner
        if isinstance(ending, Exception):
            raise ending


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        (ValueError("what was read"), "The task sender ended (ValueError); it is started again."),
        (None, "The task sender ended without an error; it is started again."),
        ("cancelled", "The task sender was cancelled from within; it is started again."),
        (DatabaseUnavailable("The file is locked."), "The task sender ended: The file is locked; it is started again."),
    ],
)
async def test_a_task_that_ends_is_started_again_and_said_once(ending, said):
    problems, task = [], Task(ending, ending)

    async def record(problem):
        problems.append(problem)

    supervisor = Supervisor(record)
    supervisor.start("sender", task.run)
    async with asyncio.timeout(60):
        await task.goes_on.wait()
    assert task.runs == 3
    assert problems == [said]
    (state,) = supervisor.states()
    assert state.running
    assert state.error
    await supervisor.stop()
    assert supervisor.states() == []


async def test_a_task_between_two_runs_does_not_run(monkeypatch):
    monkeypatch.setattr(supervision, "INITIAL_DELAY_SECONDS", 60)
    reported = asyncio.Event()

    async def record(problem):
        reported.set()

    supervisor = Supervisor(record)
    supervisor.start("editor", Task(KeyError("x")).run)
    async with asyncio.timeout(60):
        await reported.wait()
    (state,) = supervisor.states()
    assert (state.name, state.running, state.error) == ("editor", False, "ended (KeyError)")
    await supervisor.stop()
