"""Waits until this process may run the bot on its database, beside the one that runs it."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

import sqlalchemy as sa

from bot.run_lease import HEARTBEAT_SECONDS, NAME, RunLease, describe_holder
from bot.worker import is_dead_worker
from handlers.errors import UserError
from storage import leases, processes
from storage.database import Database, DatabaseUnavailable
from storage.values.processes import ProcessRecord, RunIdentity

WATCH_SECONDS = 1.0  # between two looks at the lease

Say = Callable[[str], None]

log = logging.getLogger(__name__)


class OtherIdentity(UserError):
    """The process that runs the bot on this database has another Discord token or other sources."""


class Standby:
    """A process that is to run the bot: it acquires the lease when nobody has it, and until then reports itself."""

    def __init__(self, database: Database, worker: str, lease: RunLease, identity: RunIdentity) -> None:
        self._database = database
        self._worker = worker
        self._lease = lease
        self._identity = identity
        self._reported_at = float("-inf")
        self._announced: str | None = None  # the holder of whom the operator was told

    async def wait_until_active(self, say: Say) -> bool:
        """Return once this process has the lease, and whether it had to wait; `say` is told who has it now.

        A holder that is known to be dead is replaced at once, any other when its lease has ended. A database that
        cannot be reached is tried again. Raises OtherIdentity.
        """
        failure, has_waited = "", False
        while True:
            try:
                if await self._try_once(say):
                    return has_waited
                failure = ""
            except (DatabaseUnavailable, sa.exc.SQLAlchemyError) as error:
                # a database that is being restored has no tables for a while
                if type(error).__name__ != failure:
                    failure = type(error).__name__
                    log.warning("the lease could not be read: %s", error)
            has_waited = True
            await asyncio.sleep(WATCH_SECONDS)

    async def withdraw(self) -> None:
        """Forget this process, which ends without having been active."""
        with suppress(DatabaseUnavailable):
            async with self._database.transaction() as transaction:
                await processes.delete_process(transaction, self._worker)

    async def _try_once(self, say: Say) -> bool:
        """Acquire the lease, or report who has it; return whether this process has it now."""
        async with self._database.read() as transaction:
            lease = await leases.find_lease(transaction, NAME)
            records = await processes.find_processes(transaction)
        if lease is not None:
            if is_dead_worker(lease.holder):
                await self._expire(lease.holder)
            else:
                self._check_identity(lease, records)
                if self._announced != lease.holder:
                    self._announced = lease.holder
                    say(f"{describe_holder(lease)} This process stands by, and takes over when that one ends.")
                await self._report()
                return False
        return await self._lease.try_acquire(self._identity)

    def _check_identity(self, lease: leases.Lease, records: list[ProcessRecord]) -> None:
        identities = [record.identity for record in records if record.worker == lease.holder]
        if not identities or identities[0] == self._identity:
            return
        is_token = identities[0].token != self._identity.token
        difference = "with another Discord token" if is_token else "with other sources"
        raise OtherIdentity(
            f"{describe_holder(lease)} It runs {difference}: give both the same configuration, this one another "
            "database, or stop that process first."
        )

    async def _report(self) -> None:
        """Store that this process stands by, at its first call and then at intervals."""
        now = asyncio.get_running_loop().time()
        if now - self._reported_at < HEARTBEAT_SECONDS:
            return
        async with self._database.transaction() as transaction:
            await processes.save_process(transaction, self._worker, "standby", self._identity)
        self._reported_at = now

    async def _expire(self, holder: str) -> None:
        async with self._database.transaction() as transaction:
            await leases.release_lease(transaction, NAME, holder)
            await processes.delete_process(transaction, holder)
