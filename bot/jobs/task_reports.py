"""Reports to the database which tasks of this process run, so that `status` and `check` of another one can tell."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from bot.problem_log import ProblemLog
from storage import processes, task_states
from storage.database import Database, DatabaseUnavailable
from storage.values.processes import RunIdentity
from storage.values.tasks import TaskState

INTERVAL_SECONDS = 5.0
REPORT_SECONDS = 20.0  # at least so often, even if nothing has changed

log = logging.getLogger(__name__)


class TaskReports:
    """Stores the states of tasks when they change, remembered problems, and the purge of removed text."""

    def __init__(
        self, database: Database, worker: str, states: Callable[[], list[TaskState]], problems: ProblemLog
    ) -> None:
        self._database = database
        self._worker = worker
        self._states = states
        self._problems = problems
        self._identity: RunIdentity | None = None

    def identify(self, identity: RunIdentity) -> None:
        """Report this process too, as the one that runs the bot."""
        self._identity = identity

    async def run(self) -> None:
        """Report until cancelled."""
        reported: list[TaskState] = []
        reported_at = 0.0
        loop = asyncio.get_running_loop()
        while True:
            states = self._states()
            await self._problems.flush()
            await self._database.purge_removed_text()
            if states != reported or loop.time() - reported_at >= REPORT_SECONDS:
                try:
                    async with self._database.transaction() as transaction:
                        await task_states.save_tasks(transaction, self._worker, states, datetime.now(UTC))
                        if self._identity is not None:
                            await processes.save_process(transaction, self._worker, "active", self._identity)
                    reported, reported_at = states, loop.time()
                except DatabaseUnavailable as error:
                    log.warning("the states of the tasks are stored later: %s", error)
            await asyncio.sleep(INTERVAL_SECONDS)

    async def withdraw(self) -> None:
        """Delete the report, since the process stops as it should."""
        with suppress(DatabaseUnavailable):
            async with self._database.transaction() as transaction:
                await task_states.delete_tasks(transaction, self._worker)
