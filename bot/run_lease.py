"""The lease that lets one process at a time run the bot on a database."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress

from bot.worker import Worker, describe_worker
from handlers.errors import UserError
from storage import leases
from storage.database import Database, DatabaseUnavailable, Transaction

NAME = "run"
TTL_SECONDS = 60.0
HEARTBEAT_SECONDS = 10.0
WATCH_SECONDS = 1.0  # between two looks at the lease of another host

log = logging.getLogger(__name__)


class AlreadyRunning(UserError):
    """Another process runs the bot on this database; the text says which one, and since when."""


class LeaseLost(Exception):
    """Another process runs the bot by now, so this one may write nothing any more."""


class RunLease:
    """The right of this process to run the bot; `lost` is set when another process has taken it.

    While it is held, every writing transaction of this process checks it: a process that was suspended and comes back
    cannot overwrite what its successor has stored.
    """

    def __init__(self, database: Database, worker: str) -> None:
        self._database = database
        self._worker = worker
        self._held_until = 0.0
        self.was_acquired = False
        self.lost = asyncio.Event()

    @property
    def is_held(self) -> bool:
        """Whether the lease is certainly still ours, by a clock that also runs while the machine is suspended."""
        return _clock() < self._held_until and not self.lost.is_set()

    async def acquire(self, say: Callable[[str], None]) -> None:
        """Acquire the lease; at once if its holder is known to be dead.

        A holder on another host cannot be asked: if its lease is not renewed, it is taken when it ends, within a
        minute, which `say` is told. Raises AlreadyRunning.
        """
        last_seen = None
        while not await self._renew():
            async with self._database.read() as transaction:
                lease = await leases.find_lease(transaction, NAME)
            if lease is None:
                continue
            holder = Worker.parse(lease.holder)
            if holder is not None and holder.is_dead:
                async with self._database.transaction() as transaction:
                    await leases.release_lease(transaction, NAME, lease.holder)
                continue
            is_here = holder is not None and holder.is_on_this_host
            if is_here or (last_seen is not None and (lease.holder, lease.expires) != last_seen):
                raise AlreadyRunning(f"{_describe(lease)} Stop that process first.")
            if last_seen is None:
                say(
                    f"{_describe(lease)} Waiting for up to {TTL_SECONDS:.0f} seconds to see whether that process is "
                    "still there."
                )
            last_seen = (lease.holder, lease.expires)
            await asyncio.sleep(WATCH_SECONDS)
        self.was_acquired = True
        self._database.set_fence(self._check)

    async def renew_until_lost(self) -> None:
        """Renew the lease until it is lost; an unreachable database is tried again, for nobody can take it then."""
        while not self.lost.is_set():
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                if not await self._renew():
                    self.lost.set()
            except LeaseLost:
                self.lost.set()
            except DatabaseUnavailable as error:
                log.warning("the lease could not be renewed: %s", error)

    async def release(self) -> None:
        """Give the lease back; one that cannot be given back ends by itself."""
        self._held_until = 0.0
        self._database.set_fence(None)
        with suppress(DatabaseUnavailable):
            async with self._database.transaction() as transaction:
                await leases.release_lease(transaction, NAME, self._worker)

    async def describe_successor(self) -> str:
        """Return the sentence for a process that has lost its lease."""
        with suppress(DatabaseUnavailable):
            async with self._database.read() as transaction:
                lease = await leases.find_lease(transaction, NAME)
            if lease is not None and lease.holder != self._worker:
                return f"{_describe(lease)} This process was suspended meanwhile, and ends."
        return "Another process has taken over this database; this one ends."

    async def _renew(self) -> bool:
        asked_at = _clock()
        async with self._database.transaction() as transaction:
            token = await leases.acquire_lease(transaction, NAME, self._worker, TTL_SECONDS)
        if token is not None:
            self._held_until = asked_at + TTL_SECONDS
        return token is not None

    async def _check(self, transaction: Transaction) -> None:
        """Raise LeaseLost if another process has the lease; nobody can take it before the transaction ends."""
        if not await leases.is_held_by(transaction, NAME, self._worker):
            self.lost.set()
            raise LeaseLost("another process runs the bot on this database")


def _describe(lease: leases.Lease) -> str:
    since = f", since {lease.since:%Y-%m-%d %H:%M} UTC" if lease.since else ""
    return f"Rootwatch already runs on this database: {describe_worker(lease.holder)}{since}."


def _clock() -> float:
    """Return seconds on a clock that nobody sets and that does not stop while the machine sleeps."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)
