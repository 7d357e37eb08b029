"""The lease that stops two processes from polling one source at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bot.worker import describe_worker
from storage import leases
from storage.database import Database, DatabaseUnavailable

LEASE_TTL_SECONDS = 60.0
LEASE_WAIT_SECONDS = 30.0
RENEWAL_SECONDS = LEASE_TTL_SECONDS / 3


class LeaseHeldElsewhere(Exception):
    """Another process holds the lease to poll this source."""


@asynccontextmanager
async def polling_lease(database: Database, name: str, worker: str, *, wait: bool) -> AsyncIterator[None]:
    """Hold the lease `name` and renew it; with `wait`, wait up to LEASE_WAIT_SECONDS for another holder.

    If the lease is lost (the process was suspended, and another one took over), the block is cancelled: what it has
    read is older than what the new holder has stored. Raises LeaseHeldElsewhere.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + LEASE_WAIT_SECONDS
    while not await _acquire(database, name, worker):
        if not wait or loop.time() > deadline:
            raise LeaseHeldElsewhere(await _describe_holder(database, name))
        await asyncio.sleep(0.5)
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine runs in a task
    renewal = asyncio.create_task(_renew(database, name, worker, task))
    try:
        yield
    except asyncio.CancelledError:
        if not renewal.done():
            raise
        task.uncancel()
        raise LeaseHeldElsewhere(await _describe_holder(database, name)) from None
    finally:
        renewal.cancel()
        with suppress(asyncio.CancelledError):
            await renewal
        # otherwise the lease ends by itself
        with suppress(DatabaseUnavailable):
            async with database.transaction() as transaction:
                await leases.release_lease(transaction, name, worker)


async def _describe_holder(database: Database, name: str) -> str:
    async with database.read() as transaction:
        lease = await leases.find_lease(transaction, name)
    holder = describe_worker(lease.holder) if lease else "Another process"
    return f"{holder[:1].upper()}{holder[1:]} polls this source right now; try again in a minute."


async def _acquire(database: Database, name: str, worker: str) -> bool:
    """Acquire or renew the lease; return whether this worker has it."""
    async with database.transaction() as transaction:
        return await leases.acquire_lease(transaction, name, worker, LEASE_TTL_SECONDS) is not None


async def _renew(database: Database, name: str, worker: str, holder: asyncio.Task[object]) -> None:
    """Renew the lease until cancelled; if another process has it, cancel the task that relies on it."""
    while True:
        await asyncio.sleep(RENEWAL_SECONDS)
        try:
            is_held = await _acquire(database, name, worker)
        except DatabaseUnavailable:
            continue  # nothing can be stored either, by nobody
        if not is_held:
            holder.cancel()
            return
