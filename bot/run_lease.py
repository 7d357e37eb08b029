"""The lease that lets one process at a time run the bot on a database."""

import asyncio
import logging
import time
from contextlib import suppress

from bot.worker import describe_worker
from storage import deliveries, leases, processes
from storage.database import Database, DatabaseUnavailable, Transaction
from storage.migrations.upgrade import newest_revision
from storage.values.processes import RunIdentity

NAME = "run"
TTL_SECONDS = 45.0  # with the start of a successor's connection less than a minute
HEARTBEAT_SECONDS = 8.0
RETRY_SECONDS = 2.0
RENEWAL_TIMEOUT_SECONDS = 10.0  # a renewal that hangs must not use up the lease
UNREACHABLE_SECONDS = 20.0  # after a failed renewal; until then the next one has succeeded or failed

log = logging.getLogger(__name__)


class LeaseLost(DatabaseUnavailable):
    """Another process runs the bot by now, or a newer version migrated the tables: this one may write nothing more."""


class RunLease:
    """The right of this process to run the bot; `lost` is set when it has ended for good.

    While it is held, every writing transaction of this process checks it: a process that was suspended and comes back
    cannot overwrite what its successor has stored.
    """

    def __init__(self, database: Database, worker: str) -> None:
        self._database = database
        self._worker = worker
        self._token: int | None = None
        self._held_until = 0.0
        self._failed_at = float("-inf")
        self._revision = newest_revision()
        self.lost = asyncio.Event()

    @property
    def was_acquired(self) -> bool:
        """Whether this process has run the bot, or still does."""
        return self._token is not None

    @property
    def is_held(self) -> bool:
        """Whether the lease is certainly still ours, by a clock that also runs while the machine is suspended."""
        return _clock() < self._held_until and not self.lost.is_set()

    @property
    def may_answer(self) -> bool:
        """Whether the lease may still be ours: it is, or the database could not be asked just now.

        A process that was suspended has to ask first.
        """
        is_unreachable = _clock() < self._failed_at + UNREACHABLE_SECONDS
        return not self.lost.is_set() and (self.is_held or is_unreachable)

    async def try_acquire(self, identity: RunIdentity) -> bool:
        """Acquire the lease if nobody has it, and report this process as active; return whether it is ours now.

        What the last holder had leased besides, sources and channels, is free too: it can neither write nor send.
        Raises DatabaseUnavailable.
        """
        asked_at = _clock()
        async with self._database.transaction() as transaction:
            last_holder = await leases.find_last_holder(transaction, NAME)
            token = await leases.acquire_lease(transaction, NAME, self._worker, TTL_SECONDS)
            if token is not None:
                await processes.save_process(transaction, self._worker, "active", identity)
                if last_holder is not None and last_holder != self._worker:
                    await deliveries.release_holders(transaction, [last_holder])
        if token is None:
            return False
        self._token, self._held_until = token, asked_at + TTL_SECONDS
        self._database.set_fence(self._check)
        return True

    async def renew_until_lost(self) -> None:
        """Renew the lease until it is lost; an unreachable database is tried again, for nobody can take it then."""
        delay = HEARTBEAT_SECONDS
        while not self.lost.is_set():
            await asyncio.sleep(delay)
            delay = HEARTBEAT_SECONDS
            try:
                async with asyncio.timeout(RENEWAL_TIMEOUT_SECONDS):
                    await self._renew()
            except LeaseLost:
                self.lost.set()
            except (DatabaseUnavailable, TimeoutError) as error:
                log.warning("the lease could not be renewed: %s", error or "the database does not answer")
                delay, self._failed_at = RETRY_SECONDS, _clock()

    async def release(self) -> None:
        """Give the lease back; one that cannot be given back ends by itself."""
        self._held_until = 0.0
        self._database.set_fence(None)
        with suppress(DatabaseUnavailable):
            async with self._database.transaction() as transaction:
                await leases.release_lease(transaction, NAME, self._worker)
                await processes.delete_process(transaction, self._worker)

    async def abandon(self) -> None:
        """Release what this process has leased besides, since it has lost the lease and starts anew as a standby."""
        self._database.set_fence(None)
        with suppress(DatabaseUnavailable):
            async with self._database.transaction() as transaction:
                await deliveries.release_holders(transaction, [self._worker])

    async def describe_successor(self) -> str:
        """Return the sentence for a process that has lost its lease."""
        with suppress(DatabaseUnavailable):
            async with self._database.read() as transaction:
                lease = await leases.find_lease(transaction, NAME)
            if lease is not None and lease.holder != self._worker:
                return f"{describe_holder(lease)} This process was suspended meanwhile, and stands by."
        return "This process may not run the bot on this database any more, and stands by."

    async def _renew(self) -> None:
        """Extend the lease. Raises LeaseLost, from here or from the check at the start of the transaction."""
        asked_at = _clock()
        async with self._database.transaction() as transaction:
            token = await leases.acquire_lease(transaction, NAME, self._worker, TTL_SECONDS)
            if token != self._token:
                raise LeaseLost("Another process runs the bot on this database.")
        self._held_until = asked_at + TTL_SECONDS

    async def _check(self, transaction: Transaction) -> None:
        """Raise LeaseLost if the lease is another's; nobody can take it before the transaction ends."""
        holding = await leases.find_holding(transaction, NAME)
        if holding != (self._worker, self._token, self._revision):
            self.lost.set()
            raise LeaseLost("Another process runs the bot on this database, or another version has migrated it.")


def describe_holder(lease: leases.Lease) -> str:
    """Return the sentence that says which process runs the bot, and since when."""
    since = f", since {lease.since:%Y-%m-%d %H:%M} UTC" if lease.since else ""
    return f"Rootwatch runs on this database already: {describe_worker(lease.holder)}{since}."


def _clock() -> float:
    """Return seconds on a clock that nobody sets and that does not stop while the machine sleeps."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)
