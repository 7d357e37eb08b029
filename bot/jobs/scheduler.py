"""When each source is polled: APScheduler ticks, the database knows what is due.

Next runs are kept with the sources and not in APScheduler's job store, so that a restart neither hammers a source nor
forgets its back-off.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from storage import sources
from storage.database import Database

LONGEST_POLL = 1800.0  # seconds; a poll that hangs must not stop its source for ever
JITTER = 5

log = logging.getLogger(__name__)

Poll = Callable[[], Awaitable[object]]
Report = Callable[[str], Awaitable[None]]


class Schedule:
    """Polls each source at its pace until stopped."""

    def __init__(self, database: Database, report: Report) -> None:
        self._database = database
        self._report = report
        self._tasks: set[asyncio.Task[object]] = set()
        self._first: list[asyncio.Event] = []
        # by default a run that is a second late is skipped, with a line in the log
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    async def add(self, name: str, seconds: float, poll: Poll) -> None:
        """Poll a source every so many seconds, the first time when that is due."""
        state = await sources.find_source(self._database, name)
        now, done = datetime.now(UTC), asyncio.Event()
        due = state.last_good + timedelta(seconds=seconds) if state.last_good else now
        if due <= now:
            self._first.append(done)
        self._scheduler.add_job(
            self._run,
            "interval",
            args=(name, poll, done),
            id=name,
            seconds=seconds,
            jitter=min(JITTER, seconds / 10),
            next_run_time=max(due, now),
        )

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()

    async def settle(self, seconds: float) -> None:
        """Wait for the polls that were due at the start, so long at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                for first in self._first:
                    await first.wait()

    async def stop(self) -> None:
        """Stop ticking and cancel the polls under way; what they had stored is kept."""
        if self._scheduler.running:
            self._scheduler.pause()
        running = list(self._tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _run(self, name: str, poll: Poll, done: asyncio.Event) -> None:
        task = asyncio.ensure_future(poll())
        self._tasks.add(task)
        try:
            async with asyncio.timeout(LONGEST_POLL):
                await task
        except TimeoutError:
            await self._report(f"{name}: a poll took longer than {LONGEST_POLL / 60:.0f} minutes and was ended.")
        except asyncio.CancelledError:
            task.cancel()  # the schedule is being stopped; what the poll had stored is kept
        except Exception as error:
            # what an exception says may hold what was read; the log is for the operator alone
            log.exception("a poll of %s failed", name)
            await self._report(f"{name}: a poll failed inside Rootwatch ({type(error).__name__}); the log tells more.")
        finally:
            self._tasks.discard(task)
            done.set()
