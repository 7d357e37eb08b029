"""Whose turn it is to poll: the process that runs the bot polls, any other only while none runs."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.run_lease import NAME
from bot.worker import describe_worker, is_dead_worker
from storage import leases
from storage.database import Database, DatabaseUnavailable

WATCH_SECONDS = 5.0


class PollingTurn:
    """Tells whether this process polls and runs the other jobs; `runs_bot` returns whether it runs the bot itself."""

    def __init__(self, database: Database, runs_bot: Callable[[], bool]) -> None:
        self._database = database
        self._runs_bot = runs_bot

    async def runs_elsewhere(self) -> str | None:
        """Return the worker id of another process that runs the bot, None if there is none.

        Raises DatabaseUnavailable.
        """
        if self._runs_bot():
            return None
        async with self._database.read() as transaction:
            lease = await leases.find_lease(transaction, NAME)
        return None if lease is None or is_dead_worker(lease.holder) else lease.holder

    def in_turn(self, run: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[object]]:
        """Return a job that does nothing while another process runs the bot."""

        async def run_in_turn() -> object:
            return await run() if await self.runs_elsewhere() is None else None

        return run_in_turn

    async def watch(self, show: Callable[[str], None]) -> None:
        """Show who polls when that is another process, and whenever it changes, until cancelled."""
        polls_here = True
        while True:
            try:
                worker = await self.runs_elsewhere()
            except DatabaseUnavailable:
                pass  # the schedule reports it
            else:
                if (worker is None) != polls_here:
                    polls_here = worker is None
                    show(describe_turn(worker))
            await asyncio.sleep(WATCH_SECONDS)


def describe_turn(worker: str | None) -> str:
    """Return the sentence about who polls: a process that runs the bot, or this one (None)."""
    if worker is None:
        return "No bot runs on this database any more: this chat polls the sources."
    return f"The bot runs on this database ({describe_worker(worker)}) and polls the sources; this chat answers."
