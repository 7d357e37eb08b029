"""The outbox sender: sends stored deliveries to Discord's channels, each alert once and in order.

Discord remembers a nonce for a few minutes only. A delivery that was attempted longer ago and never marked as sent is
therefore looked up in its channel, by the reference in its footer, before it is sent again.
"""

import asyncio
import hashlib
import json
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

import aiohttp
import discord

from bot.chat.components.alert_view import build_alert_view
from bot.chat.delivery.error_codes import CHANNEL_GONE, MESSAGE_GONE
from bot.chat.render.alerts import render_alert
from bot.rate_limit import RateLimiter
from handlers.results.alerts import Alert, WithdrawnAlert
from handlers.use_cases import UseCases
from storage import deliveries, routes
from storage.database import Database
from storage.settings import database_id
from storage.values.outbox import Delivery

SENDS_PER_SECOND = 45  # Discord allows a bot 50 requests a second in all
MAX_CONCURRENT_CHANNELS = 32
NONCE_SECONDS = 120  # Discord says "the past few minutes"
CHANNEL_SLICE_SECONDS = 36  # of the 60 for which a channel is leased
BATCH_SIZE = 5  # deliveries read from the outbox at once
RETRY_DELAYS = (0.5, 1.0, 2.0)  # seconds
FORBIDDEN_RETRY_SECONDS = 30.0  # doubled with each failure, up to MAX_BACKOFF_SECONDS
MAX_BACKOFF_SECONDS = 900
IDLE_SECONDS = 2.0
REFERENCE_LENGTH = 10  # characters of the nonce that stand in an alert's footer

log = logging.getLogger(__name__)

RecordProblem = Callable[[str], Awaitable[None]]


class ClientProvider(Protocol):
    """A program whose Discord client may be replaced while it runs."""

    @property
    def bot(self) -> discord.Client:
        """The current client."""


class OutboxSender:
    """Sends waiting deliveries, edits changed ones, and gives up only those that Discord will never accept."""

    def __init__(self, database: Database, use_cases: UseCases, worker_id: str, record_problem: RecordProblem) -> None:
        self._database = database
        self._use_cases = use_cases
        self._worker_id = worker_id
        self._record_problem = record_problem
        self._rate_limiter = RateLimiter(1, 1 / SENDS_PER_SECOND)  # one at a time, so that sends are spaced evenly
        self._rng = random.Random()  # noqa: S311 - jitter, no secret
        self._stopping = False
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._database_id = ""

    def wake(self) -> None:
        """Check the outbox without waiting for the next interval."""
        self._wake.set()

    async def run(self, program: ClientProvider) -> None:
        """Send until stopped, through the program's current client."""
        while not self._stopping:
            self._wake.clear()
            if program.bot.is_ready():
                await self._start_channels(program.bot)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), IDLE_SECONDS)

    async def drain(self, bot: discord.Client) -> None:
        """Send everything that is due."""
        while await self._start_channels(bot):
            await asyncio.gather(*self._tasks)

    async def stop(self, seconds: float) -> None:
        """Start nothing new and wait up to `seconds` for running sends; those cancelled are sent after a restart."""
        self._stopping = True
        self.wake()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in list(self._tasks):
            task.cancel()

    async def _start_channels(self, bot: discord.Client) -> int:
        """Lease channels with due deliveries and start a task for each; return their number."""
        free_slots = MAX_CONCURRENT_CHANNELS - len(self._tasks)
        if free_slots <= 0 or self._stopping:
            return 0
        async with self._database.transaction() as transaction:
            channel_ids = await deliveries.claim_channels(transaction, self._worker_id, datetime.now(UTC), free_slots)
        for channel_id in channel_ids:
            task = asyncio.create_task(self._drain_channel(bot, channel_id))
            self._tasks.add(task)
            task.add_done_callback(self._on_task_done)
        return len(channel_ids)

    def _on_task_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            # the error could not be stored in the database, so status cannot show it
            log.error("a channel could not be served", exc_info=error)
        self.wake()

    async def _drain_channel(self, bot: discord.Client, channel_id: int) -> None:
        """Send one channel's deliveries in order until the slice of its lease is over."""
        loop = asyncio.get_running_loop()
        slice_end = loop.time() + CHANNEL_SLICE_SECONDS
        retry: RetryLater | None = None
        channel = bot.get_partial_messageable(channel_id)
        try:
            while loop.time() < slice_end and not self._stopping:
                async with self._database.read() as transaction:
                    due = await deliveries.find_due(transaction, channel_id, BATCH_SIZE)
                if not due:
                    break
                for delivery in due:
                    if loop.time() >= slice_end or self._stopping:
                        break
                    await self._process(channel, delivery)
        except RetryLater as error:
            retry = error
        except Exception as error:  # noqa: BLE001 - one channel's trouble must not end the others; it is reported
            retry = RetryLater(None)
            await self._record_problem(
                f"Sending to channel {channel_id} failed ({type(error).__name__}); it will be tried again."
            )
        finally:
            await self._release_channel(channel_id, retry)

    async def _release_channel(self, channel_id: int, retry: "RetryLater | None") -> None:
        """Release a channel's lease; one that failed is to be tried again later."""
        next_at, failures = None, 0
        async with self._database.transaction() as transaction:
            if retry is not None:
                failures = await deliveries.failure_count(transaction, channel_id) + 1
                next_at = datetime.now(UTC) + (retry.retry_after or self._backoff(failures, retry.initial_seconds))
            await deliveries.release_channel(
                transaction, channel_id, self._worker_id, next_at=next_at, failures=failures
            )

    def _backoff(self, failures: int, initial_seconds: float = 1.0) -> timedelta:
        seconds = min(initial_seconds * 2 ** min(failures, 20), MAX_BACKOFF_SECONDS)
        return timedelta(seconds=seconds * self._rng.uniform(0.8, 1.2))

    async def _process(self, channel: discord.PartialMessageable, delivery: Delivery) -> None:
        """Send or edit one delivery; mark it as failed if Discord will never accept it. Raises RetryLater."""
        try:
            if delivery.state == "sent":
                await self._edit(channel, delivery)
            else:
                await self._send(channel, delivery)
        except discord.HTTPException as error:
            await self._handle_http_error(channel.id, delivery, error)

    async def _send(self, channel: discord.PartialMessageable, delivery: Delivery) -> None:
        now = datetime.now(UTC)
        nonce = await self._nonce(delivery)
        attempted_at = delivery.attempted_at
        if attempted_at and now - attempted_at > timedelta(seconds=NONCE_SECONDS):
            message_id = await self._find_sent_message(channel, nonce[:REFERENCE_LENGTH], attempted_at)
            if message_id is not None:
                async with self._database.transaction() as transaction:
                    await deliveries.mark_sent(transaction, delivery.id, message_id, now)
                return
            attempted_at = None
        may_be_posted = attempted_at is not None  # as an earlier attempt rendered it
        if not may_be_posted:
            # from here on the message may have been posted, so a change, above all a withdrawal, must edit it
            async with self._database.transaction() as transaction:
                await deliveries.mark_attempted(transaction, delivery.id, now)
        alert = await self._use_cases.build_alert(delivery.event, delivery.community)
        if alert is None or (isinstance(alert, WithdrawnAlert) and not may_be_posted):
            async with self._database.transaction() as transaction:
                await deliveries.mark_final(transaction, delivery.id, "skipped", "it can no longer be read")
            return
        embed = await self._render(delivery, alert, nonce)
        if view := build_alert_view(alert, delivery.event.id):
            send = partial(channel.send, embed=embed, nonce=nonce, view=view)
        else:
            send = partial(channel.send, embed=embed, nonce=nonce)
        message = await self._with_retries(send)
        async with self._database.transaction() as transaction:
            # the route first, as when a route is deleted: the other order could deadlock on PostgreSQL
            await deliveries.set_route_error(transaction, channel.id, "")
            shown = "" if may_be_posted else embed_hash(embed)
            await deliveries.mark_sent(transaction, delivery.id, message.id, datetime.now(UTC), shown)

    async def _edit(self, channel: discord.PartialMessageable, delivery: Delivery) -> None:
        """Edit a posted message if it would show something else now: the whole of it decides, no list of fields."""
        alert = await self._use_cases.build_alert(delivery.event, delivery.community)
        shown = delivery.shown
        if alert is not None and delivery.message is not None:
            message = channel.get_partial_message(delivery.message)
            embed = await self._render(delivery, alert, await self._nonce(delivery))
            shown = embed_hash(embed)
            if shown != delivery.shown:
                view = build_alert_view(alert, delivery.event.id)
                await self._with_retries(lambda: message.edit(embed=embed, view=view))
        async with self._database.transaction() as transaction:
            await deliveries.mark_edited(transaction, delivery.id, delivery.stale, shown)

    async def _render(self, delivery: Delivery, alert: Alert, nonce: str) -> discord.Embed:
        titles = await self._use_cases.sections.titles(delivery.community)
        reference = nonce[:REFERENCE_LENGTH]
        return render_alert(alert, titles=titles, bug_url=self._use_cases.bug_url, reference=reference)

    async def _with_retries(self, call: Callable[[], Awaitable[discord.Message]]) -> discord.Message:
        """Retry errors that discord.py does not retry: a 503, a reset connection, a timeout. Raises RetryLater."""
        for delay in (*RETRY_DELAYS, None):
            await self._rate_limiter.acquire()
            try:
                return await call()
            except (discord.DiscordServerError, aiohttp.ClientError, OSError, TimeoutError) as error:
                if delay is None:
                    raise RetryLater(None) from error
                await asyncio.sleep(delay * self._rng.uniform(0.8, 1.2))
            except discord.RateLimited as error:
                raise RetryLater(timedelta(seconds=error.retry_after)) from error
        raise AssertionError("the last iteration returns or raises")

    async def _find_sent_message(
        self, channel: discord.PartialMessageable, reference: str, attempted_at: datetime
    ) -> int | None:
        """Return the id of a message with this reference that was sent since then, None if there is none."""
        try:
            sent_after = attempted_at - timedelta(minutes=5)
            async for message in channel.history(limit=200, after=sent_after, oldest_first=True):
                for embed in message.embeds:
                    if (embed.footer.text or "").endswith(reference):
                        return message.id
        except discord.Forbidden:
            # without the permission Read Message History, a duplicate is better than no message
            return None
        return None

    async def _handle_http_error(self, channel_id: int, delivery: Delivery, error: discord.HTTPException) -> None:
        """Mark the delivery or record a problem, as the error demands; raise RetryLater if it is not final."""
        if error.code in CHANNEL_GONE:
            async with self._database.transaction() as transaction:
                await routes.delete_route(transaction, channel_id)
                await deliveries.discard_edits(transaction, channel_id)
            await self._record_problem(f"Channel {channel_id} is gone; it is no longer watched.")
            raise RetryLater(None, initial_seconds=FORBIDDEN_RETRY_SECONDS / 2) from error
        if isinstance(error, discord.Forbidden):
            reason = "the bot may not write or embed links there"
            async with self._database.transaction() as transaction:
                await deliveries.set_route_error(transaction, channel_id, reason)
            await self._record_problem(f"Channel {channel_id} refuses alerts: {reason}. They wait until it may.")
            raise RetryLater(None, initial_seconds=FORBIDDEN_RETRY_SECONDS / 2) from error
        if error.code == MESSAGE_GONE:
            # a message that was sent and then deleted by somebody was seen, so it is not sent again
            async with self._database.transaction() as transaction:
                if delivery.state == "sent":
                    await deliveries.mark_edited(transaction, delivery.id, delivery.stale)
                else:
                    await deliveries.mark_sent(transaction, delivery.id, 0, datetime.now(UTC))
        elif error.status in (404, 429):
            raise RetryLater(None) from error
        elif delivery.state == "sent":
            async with self._database.transaction() as transaction:
                await deliveries.mark_edited(transaction, delivery.id, delivery.stale)
            await self._record_problem(
                f"Discord refused to edit an alert in channel {channel_id} (status {error.status})."
            )
        else:
            async with self._database.transaction() as transaction:
                await deliveries.mark_final(transaction, delivery.id, "failed", f"Discord answered {error.status}")
            await self._record_problem(f"Discord refused an alert for channel {channel_id} (status {error.status}).")

    async def _nonce(self, delivery: Delivery) -> str:
        """Return the delivery's nonce, which contains the database's id: nonces are shared by a bot account."""
        if not self._database_id:
            async with self._database.transaction() as transaction:
                self._database_id = await database_id(transaction)
        return hashlib.sha256(f"{self._database_id}:{delivery.id}".encode()).hexdigest()[:25]


def embed_hash(embed: discord.Embed) -> str:
    """Return a hash of all that an embed shows."""
    return hashlib.sha256(json.dumps(embed.to_dict(), sort_keys=True, default=str).encode()).hexdigest()[:32]


class RetryLater(Exception):
    """A channel is to be tried again: after `retry_after` if Discord named a time, else with exponential back-off."""

    def __init__(self, retry_after: timedelta | None, *, initial_seconds: float = 1.0) -> None:
        super().__init__("retry later")
        self.retry_after = retry_after
        self.initial_seconds = initial_seconds
