"""Who this process is to others on the same database, and the lease that keeps two polls apart."""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from storage import sources
from storage.database import Database

LEASE_TTL_SECONDS = 60.0
LEASE_WAIT_SECONDS = 30.0


class LeaseHeldElsewhere(Exception):
    """Another process polls the sources of this database right now."""


def worker_id() -> str:
    """Name this process: host, process id, and a random part."""
    return f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"


def is_dead_worker(holder: str) -> bool:
    """Tell whether a holder was a process of this host that runs no more.

    A holder with our own process id was an earlier life of ours: within a container it is always the same.
    """
    host, _, rest = holder.partition("/")
    number = rest.partition("/")[0]
    if host != socket.gethostname() or not number.isdigit():
        return False
    if int(number) == os.getpid():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


@asynccontextmanager
async def polling_lease(database: Database, name: str, holder: str, *, wait: bool) -> AsyncIterator[None]:
    """Hold the right to poll a source; a patient caller waits half a minute for another holder.

    Raises AnotherPolls.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + LEASE_WAIT_SECONDS
    while await sources.take_lease(database, name, holder, datetime.now(UTC), LEASE_TTL_SECONDS) is None:
        if not wait or loop.time() > until:
            raise LeaseHeldElsewhere("Another Rootwatch process polls this database right now; try again in a minute.")
        await asyncio.sleep(0.5)
    renewing = asyncio.create_task(_renew(database, name, holder))
    try:
        yield
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing
        await sources.release_lease(database, name, holder, datetime.now(UTC))


async def _renew(database: Database, name: str, holder: str) -> None:
    while True:
        await asyncio.sleep(LEASE_TTL_SECONDS / 3)
        await sources.take_lease(database, name, holder, datetime.now(UTC), LEASE_TTL_SECONDS)
