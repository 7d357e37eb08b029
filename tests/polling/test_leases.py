"""The lease of a source: who waits for it, how long it lasts, and that it keeps no process from ending."""

import asyncio
import contextvars
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.polling.leases import LeaseHeldElsewhere, polling_lease
from bot.polling.results import NullProgress
from storage import leases
from tests.support.bugzilla_polls import request_count
from tests.support.database import read, write
from tests.support.older_database import connect
from tests.support.small_corpus import build_app, open_app

NAME, ELSEWHERE = "poll bugzilla", "elsewhere/7/1-a"


async def end_lease(database, seconds):
    """Have the lease end in so many seconds."""
    lease = database.tables["lease"]
    async with database.transaction() as transaction:
        await transaction.execute(lease.update().values(expires=datetime.now(UTC) + timedelta(seconds=seconds)))


async def pass_on(database):
    """Have another process take the lease, as after its end."""
    await end_lease(database, -1)
    assert await write(database, leases.acquire_lease, NAME, ELSEWHERE, 60)


def rename_table(database_url, old, new):
    with connect(database_url) as connection:
        connection.execute(sa.text(f"ALTER TABLE {old} RENAME TO {new}"))


async def test_a_lease_is_renewed_again_after_renewals_that_failed(database, database_url, monkeypatch):
    monkeypatch.setattr("bot.polling.leases.RENEWAL_SECONDS", 0.05)
    async with polling_lease(database, NAME, "host/1/1-a"):
        # as while a backup is being restored
        rename_table(database_url, "lease", "lease_aside")
        await asyncio.sleep(0.5)
        rename_table(database_url, "lease_aside", "lease")
        await end_lease(database, 10)
        await asyncio.sleep(1)
        assert (await read(database, leases.find_lease, NAME)).expires > datetime.now(UTC) + timedelta(seconds=30)


async def test_a_poll_ends_when_its_lease_is_seen_to_be_lost(database, monkeypatch):
    monkeypatch.setattr("bot.polling.leases.RENEWAL_SECONDS", 0.05)

    async def poll():
        async with asyncio.timeout(60), polling_lease(database, NAME, "host/1/1-a"):
            await pass_on(database)
            await asyncio.sleep(60)

    with pytest.raises(LeaseHeldElsewhere, match="Process 7 on host elsewhere polls this source"):
        await poll()
    lease = await read(database, leases.find_lease, NAME)
    assert lease.holder == ELSEWHERE  # which keeps it


async def test_tasks_that_a_poll_starts_store_nothing_once_its_lease_is_lost(database):
    async def store():
        await write(database, leases.acquire_lease, "stored by a task", "a", 60)

    async def poll():
        async with polling_lease(database, NAME, "host/1/1-a"):
            await asyncio.create_task(store())
            # by a connection of another process, which has no fence
            await asyncio.create_task(pass_on(database), context=contextvars.Context())
            await asyncio.gather(store(), store())

    with pytest.raises(LeaseHeldElsewhere):
        await poll()
    await store()  # what comes after the poll is free again


async def test_a_shutdown_at_any_moment_of_a_poll_ends_it(database):
    async def poll():
        async with polling_lease(database, NAME, "host/1/1-a"):
            await write(database, leases.acquire_lease, "stored", "a", 60)

    for steps in range(0, 120, 3):
        task = asyncio.create_task(poll())
        for _ in range(steps):
            await asyncio.sleep(0.0005)
        was_done = task.done()
        task.cancel()
        _, pending = await asyncio.wait({task}, timeout=20)
        assert not pending
        assert task.cancelled() or was_done or task.exception() is None
    # no renewal is left over that would keep the source for this process
    assert len(asyncio.all_tasks()) == 1


async def test_a_shutdown_that_comes_with_the_loss_of_the_lease_ends_the_program(database, monkeypatch):
    monkeypatch.setattr("bot.polling.leases.RENEWAL_SECONDS", 0.05)

    async def poll():
        async with polling_lease(database, NAME, "host/1/1-a"):
            await pass_on(database)
            waiting = asyncio.get_running_loop().create_future()
            # the shutdown, after the task was told of the loss and before it goes on
            waiting.add_done_callback(lambda _: task.cancel())
            await waiting

    task = asyncio.create_task(poll())
    await asyncio.wait({task}, timeout=20)
    assert task.cancelled()


async def test_a_shutdown_counts_when_renewals_have_ended_by_a_fault(database, monkeypatch):
    monkeypatch.setattr("bot.polling.leases.RENEWAL_SECONDS", 0.0)
    entered = asyncio.Event()

    async def poll():
        async with polling_lease(database, NAME, "host/1/1-a"):
            monkeypatch.setattr("bot.polling.leases.LEASE_TTL_SECONDS", None)
            await asyncio.sleep(0.5)
            entered.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(poll())
    await entered.wait()
    task.cancel()
    await asyncio.wait({task}, timeout=20)
    assert task.cancelled()


async def test_the_schedule_polls_as_soon_as_the_lease_of_a_dead_process_has_ended(app, server):
    assert await write(app.database, leases.acquire_lease, NAME, ELSEWHERE, 60)
    await end_lease(app.database, 1.5)
    before = request_count(server)
    result = await app.poller.poll_bugzilla(NullProgress(), on_schedule=True, sweep=False)
    assert (result.error, result.new) == (None, 12)
    assert request_count(server) > before


async def test_sync_gets_its_turn_beside_a_bot_that_polls_all_the_time(database_url, server):
    bot = await open_app(build_app(database_url, server.url, BUGZILLA__POLL_SECONDS="0.2"))
    await bot.start_schedule()
    await bot.wait_idle(60)
    by_hand = await open_app(build_app(database_url, server.url))
    for _ in range(3):
        assert (await by_hand.poll()).bugzilla.error is None
    await by_hand.close()
    await bot.close()
