"""The lease that stops two processes from polling one source at the same time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import sqlalchemy as sa

from bot.jobs.cancellation import cancel_and_wait
from bot.worker import describe_worker
from storage import leases
from storage.database import Database, DatabaseUnavailable, Transaction

LEASE_TTL_SECONDS = 60.0
LEASE_WAIT_SECONDS = 60.0
RENEWAL_SECONDS = LEASE_TTL_SECONDS / 3


class LeaseHeldElsewhere(Exception):
    """Another process holds the lease to poll this source."""


@asynccontextmanager
async def polling_lease(database: Database, name: str, worker: str) -> AsyncIterator[None]:
    """Hold the lease `name` and renew it, after a wait of up to LEASE_WAIT_SECONDS for another holder.

    Each writing transaction within the block checks that the lease is still ours: what a process has read before it was
    suspended is older than what the next holder has stored. If the loss is noticed otherwise, the block is cancelled.
    Raises LeaseHeldElsewhere.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + LEASE_WAIT_SECONDS
    while (token := await _acquire(database, name, worker)) is None:
        if loop.time() > deadline:
            raise LeaseHeldElsewhere(await _describe_holder(database, name))
        await asyncio.sleep(0.5)
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine runs in a task
    is_lost = False

    def end_block() -> None:
        nonlocal is_lost
        is_lost = True
        task.cancel()

    renewal = asyncio.create_task(_renew(database, name, worker, token, end_block))

    async def check(transaction: Transaction) -> None:
        if not await leases.is_held_by(transaction, name, worker, token):
            raise LeaseHeldElsewhere(await _describe_holder(database, name))

    try:
        with database.fenced(check):
            yield
    except asyncio.CancelledError:
        # a shutdown may have cancelled the task, or may have done so too
        if not is_lost or task.uncancel():
            raise
        raise LeaseHeldElsewhere(await _describe_holder(database, name)) from None
    finally:
        await cancel_and_wait([renewal])
        # otherwise the lease ends by itself
        with suppress(DatabaseUnavailable):
            async with database.transaction() as transaction:
                await leases.release_lease(transaction, name, worker)


async def _describe_holder(database: Database, name: str) -> str:
    async with database.read() as transaction:
        lease = await leases.find_lease(transaction, name)
    holder = describe_worker(lease.holder) if lease else "Another process"
    return f"{holder[:1].upper()}{holder[1:]} polls this source right now; try again in a minute."


async def _acquire(database: Database, name: str, worker: str) -> int | None:
    """Acquire or renew the lease; return its token, None if another worker has it."""
    async with database.transaction() as transaction:
        return await leases.acquire_lease(transaction, name, worker, LEASE_TTL_SECONDS)


async def _renew(database: Database, name: str, worker: str, token: int, on_lost: Callable[[], None]) -> None:
    """Renew the lease until cancelled; call `on_lost` if another process has had it."""
    renewal = asyncio.current_task()
    assert renewal is not None  # noqa: S101 - a coroutine runs in a task
    # a driver may lose the cancellation, and the block has ended then
    while not renewal.cancelling():
        await asyncio.sleep(RENEWAL_SECONDS)
        try:
            is_held = await _acquire(database, name, worker) == token
        except (DatabaseUnavailable, sa.exc.SQLAlchemyError):
            continue  # nothing can be stored either, by nobody; while a backup is restored there are no tables
        if not is_held and not renewal.cancelling():
            on_lost()
            return
