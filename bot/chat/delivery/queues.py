"""One queue of all channels, new alerts or edits: leases channels that have something due and works on them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol

import discord

from bot.jobs.background import RecordProblem
from bot.jobs.cancellation import cancel_and_wait
from storage import deliveries, posted_answers, routes
from storage.database import Database, DatabaseUnavailable
from storage.values.outbox import Queue

MAX_CONCURRENT_CHANNELS = 32
CHANNEL_SLICE_SECONDS = 36  # of the 60 for which a channel is leased
FAILED_PAUSE = timedelta(seconds=10)  # doubled with each failure, up to MAX_FAILED_PAUSE
MAX_FAILED_PAUSE = timedelta(minutes=15)
IDLE_SECONDS = 2.0
GATHER_SECONDS = 0.15  # while others are under way: several channels are leased and released in one transaction
RELEASE_SECONDS = 0.5  # for channels to be released at the end; those that are not wait for the end of their lease

log = logging.getLogger(__name__)

# Works on one channel while its last argument returns True; raises ChannelPaused.
DrainChannel = Callable[[discord.Client, int, Callable[[], bool]], Awaitable[None]]


class ClientProvider(Protocol):
    """A program whose Discord client may be replaced while it runs."""

    @property
    def bot(self) -> discord.Client:
        """The current client."""


class ChannelPaused(Exception):
    """A channel's queue has to wait until `next_at` (UTC)."""

    def __init__(self, next_at: datetime) -> None:
        super().__init__("paused")
        self.next_at = next_at


class ChannelQueue:
    """Works on one of the queues, several channels at a time; the other queue does not wait for it.

    `is_active` returns whether this process may send: another may have taken over.
    """

    def __init__(
        self,
        database: Database,
        queue: Queue,
        worker_id: str,
        drain_channel: DrainChannel,
        record_problem: RecordProblem,
        is_active: Callable[[], bool],
    ) -> None:
        self._database = database
        self._queue = queue
        self._worker_id = worker_id
        self._drain_channel = drain_channel
        self._record_problem = record_problem
        self._is_active = is_active
        self._stopping = False
        self._wake = asyncio.Event()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._finished: set[int] = set()  # channels that are still leased, with nothing left to do

    def wake(self) -> None:
        """Look for work without waiting for the next interval."""
        self._wake.set()

    async def run(self, program: ClientProvider) -> None:
        """Work until stopped, through the program's current client."""
        while not self._stopping:
            self._wake.clear()
            if program.bot.is_ready():
                await self._start_channels(program.bot)
            with suppress(TimeoutError):
                # `wait_for` of Python 3.11 loses a cancellation that comes together with the event
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._wake.wait()
            if self._tasks and not self._stopping:
                await asyncio.sleep(GATHER_SECONDS)

    async def drain(self, client: discord.Client) -> bool:
        """Do everything that is due; return whether there was anything."""
        was_due = False
        while await self._start_channels(client):
            was_due = True
            await asyncio.gather(*self._tasks.values())
        return was_due

    async def stop(self, seconds: float) -> None:
        """Start nothing new and wait up to `seconds` for what runs; the rest is done after a restart."""
        self._stopping = True
        self.wake()
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        # channels are released as all ends, for which the database must still be open
        with suppress(TimeoutError, DatabaseUnavailable):
            async with asyncio.timeout(RELEASE_SECONDS):
                await cancel_and_wait(tasks)
                if self._finished:
                    async with self._database.transaction() as transaction:
                        await deliveries.release_channels(transaction, self._finished, self._worker_id, self._queue)

    async def _start_channels(self, client: discord.Client) -> int:
        """Lease channels that have something due and start a task for each; return their number."""
        free_slots = MAX_CONCURRENT_CHANNELS - len(self._tasks)
        if free_slots <= 0 or not self._may_go_on():
            return 0
        finished, self._finished = self._finished, set()
        async with self._database.transaction() as transaction:
            await deliveries.release_channels(transaction, finished, self._worker_id, self._queue)
            channel_ids = await deliveries.claim_channels(
                transaction, self._worker_id, datetime.now(UTC), free_slots, self._queue, list(self._tasks)
            )
        for channel_id in channel_ids:
            self._tasks[channel_id] = asyncio.create_task(self._work_on(client, channel_id))
        return len(channel_ids)

    async def _work_on(self, client: discord.Client, channel_id: int) -> None:
        """Work on one channel until the slice of its lease is over; a failure is for the operator and ends nothing."""
        loop = asyncio.get_running_loop()
        slice_end = loop.time() + CHANNEL_SLICE_SECONDS
        next_at: datetime | None = None
        has_failed = False
        try:
            await self._drain_channel(client, channel_id, lambda: loop.time() < slice_end and self._may_go_on())
        except ChannelPaused as pause:
            next_at = pause.next_at
        except DatabaseUnavailable as error:
            log.warning("channel %s (%s) is tried again: %s", channel_id, self._queue, error)
            has_failed = True
        except Exception as error:
            log.exception("working on channel %s (%s) failed", channel_id, self._queue)
            has_failed = True
            await self._record_problem(
                f"Channel {channel_id} ({self._queue}) failed inside Rootwatch ({type(error).__name__}); "
                "it is tried again."
            )
        finally:
            self._tasks.pop(channel_id, None)
            if has_failed or next_at is not None:
                with suppress(DatabaseUnavailable):  # then the lease is left over, and taken again by this process
                    await self._pause(channel_id, next_at)
            else:
                self._finished.add(channel_id)
            self.wake()

    async def _pause(self, channel_id: int, next_at: datetime | None) -> None:
        """Release a channel until `next_at`; None: for longer with each failure in a row."""
        async with self._database.transaction() as transaction:
            failures = await deliveries.failure_count(transaction, channel_id, self._queue) + 1
            if next_at is None:
                pause = min(FAILED_PAUSE * 2 ** min(failures - 1, 10), MAX_FAILED_PAUSE)
                next_at = datetime.now(UTC) + pause
            await deliveries.pause_channel(
                transaction, channel_id, self._worker_id, self._queue, next_at=next_at, failures=failures
            )

    def _may_go_on(self) -> bool:
        return not self._stopping and self._is_active()


async def close_channel(database: Database, channel_id: int, record_problem: RecordProblem) -> None:
    """Stop watching a channel that no longer exists: its messages are gone with it."""
    async with database.transaction() as transaction:
        was_watched = await routes.delete_route(transaction, channel_id)
        await deliveries.discard_edits(transaction, channel_id)
        await posted_answers.delete_answers(transaction, channel_id)
    if was_watched:
        await record_problem(f"Channel {channel_id} is gone; it is no longer watched.")
