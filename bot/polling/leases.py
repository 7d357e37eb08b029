"""The identity of this process on a shared database, and the lease that stops two processes from polling one source."""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from storage import leases
from storage.database import Database

LEASE_TTL_SECONDS = 60.0
LEASE_WAIT_SECONDS = 30.0


class LeaseHeldElsewhere(Exception):
    """Another process holds the lease to poll this source."""


def worker_id() -> str:
    """Return a unique identifier of this process: host, process id and a random part."""
    return f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"


def is_dead_worker(worker: str) -> bool:
    """Return whether a worker id belongs to a process of this host that no longer runs.

    A worker id with this process's own process id is an earlier run: in a container the process id is always the same.
    """
    host, _, rest = worker.partition("/")
    process_id = rest.partition("/")[0]
    if host != socket.gethostname() or not process_id.isdigit():
        return False
    if int(process_id) == os.getpid():
        return True
    try:
        os.kill(int(process_id), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


@asynccontextmanager
async def polling_lease(database: Database, name: str, worker: str, *, wait: bool) -> AsyncIterator[None]:
    """Hold the lease `name` and renew it; with `wait`, wait up to LEASE_WAIT_SECONDS for another holder.

    Raises LeaseHeldElsewhere.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + LEASE_WAIT_SECONDS
    while not await _acquire(database, name, worker):
        if not wait or loop.time() > deadline:
            raise LeaseHeldElsewhere("Another Rootwatch process polls this database right now; try again in a minute.")
        await asyncio.sleep(0.5)
    renewal = asyncio.create_task(_renew(database, name, worker))
    try:
        yield
    finally:
        renewal.cancel()
        with suppress(asyncio.CancelledError):
            await renewal
        async with database.transaction() as transaction:
            await leases.release_lease(transaction, name, worker, datetime.now(UTC))


async def _acquire(database: Database, name: str, worker: str) -> bool:
    """Acquire or renew the lease; return whether this worker has it."""
    async with database.transaction() as transaction:
        token = await leases.acquire_lease(transaction, name, worker, datetime.now(UTC), LEASE_TTL_SECONDS)
    return token is not None


async def _renew(database: Database, name: str, worker: str) -> None:
    while True:
        await asyncio.sleep(LEASE_TTL_SECONDS / 3)
        await _acquire(database, name, worker)
