"""The lease to run the bot: what a process may do while it cannot ask the database."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from bot import run_lease
from bot.run_lease import RunLease
from storage.database import DatabaseUnavailable
from storage.values.processes import RunIdentity
from tests.support.small_corpus import build_app

WORKER = "host/1/1-a"


@pytest.fixture
async def lease(database, monkeypatch):
    """A lease that this process has, and that would have ended by now."""
    monkeypatch.setattr(run_lease, "HEARTBEAT_SECONDS", 0.01)
    lease = RunLease(database, WORKER)
    assert await lease.try_acquire(RunIdentity("token", "sources"))
    lease._held_until = 0.0
    yield lease
    database.set_fence(None)


async def renew_for_a_moment(lease):
    renewal = asyncio.create_task(lease.renew_until_lost())
    await asyncio.sleep(0.2)
    renewal.cancel()
    await asyncio.wait({renewal})


async def test_without_a_database_questions_are_answered_and_nothing_is_sent(lease, database, monkeypatch):
    @asynccontextmanager
    async def unreachable():
        raise DatabaseUnavailable("the disk is full")
        yield

    monkeypatch.setattr(database, "transaction", unreachable)
    await renew_for_a_moment(lease)
    assert (lease.is_held, lease.may_answer) == (False, True)


async def test_after_a_suspension_nothing_is_answered_before_the_lease_is_renewed(lease):
    assert (lease.is_held, lease.may_answer) == (False, False)
    await renew_for_a_moment(lease)
    assert (lease.is_held, lease.may_answer) == (True, True)


async def test_once_another_process_runs_the_bot_nothing_is_answered(lease):
    lease._failed_at = run_lease._clock()
    lease.lost.set()
    assert (lease.is_held, lease.may_answer) == (False, False)


async def test_the_lease_is_renewed_while_the_database_is_being_brought_up_to_date(database_url, monkeypatch):
    app = build_app(database_url, "http://127.0.0.1:9")
    tasks = []

    async def open_slowly():
        tasks.extend(state.name for state in app.supervisor.states())

    monkeypatch.setattr(app, "open", open_slowly)
    try:
        await app._begin_run()
        assert "run lease" in tasks
    finally:
        await app.close()
