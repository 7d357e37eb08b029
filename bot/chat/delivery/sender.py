"""The sender: empties the outbox into Discord's channels, each alert once and in order.

Discord remembers a nonce for a few minutes only. A delivery that was begun longer ago than that and never marked as
sent is therefore looked for in its channel, by the mark in its footer, before it is sent again.
"""

import asyncio
import hashlib
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

import aiohttp
import discord

from bot.chat.components.alert_view import alert_buttons
from bot.chat.delivery.error_codes import CHANNEL_GONE, MESSAGE_GONE
from bot.chat.render.alerts import render_alert
from handlers.queries.service import Queries
from handlers.results import Alert, WithdrawnAlert
from storage import deliveries, routes
from storage.database import Database
from storage.settings import database_id
from storage.values.incidents import Delivery

SENDS_A_SECOND = 45  # Discord allows 50 requests a second for a bot in all
UNDER_WAY = 32
NONCE_SECONDS = 120  # Discord says "the past few minutes"
TURN_SECONDS = 36  # of the 60 for which a channel is leased
RETRIES = (0.5, 1.0, 2.0)
REFUSED_PAUSE = 30.0  # seconds at first, doubled each time up to a quarter of an hour
IDLE_SECONDS = 2.0

log = logging.getLogger(__name__)

Report = Callable[[str], Awaitable[None]]


class HasBot(Protocol):
    """A program whose client may be replaced while it runs."""

    @property
    def bot(self) -> discord.Client:
        """The client of the moment."""


class Pacer:
    """Lets through so many a second, evenly."""

    def __init__(self, a_second: float) -> None:
        self._gap = 1 / a_second
        self._next = 0.0

    async def wait(self) -> None:
        """Wait for the next turn."""
        loop = asyncio.get_running_loop()
        turn = max(self._next, loop.time())
        self._next = turn + self._gap
        await asyncio.sleep(turn - loop.time())


class Deliverer:
    """Sends what waits, edits what has changed, and gives up only what can never arrive."""

    def __init__(self, database: Database, answers: Queries, holder: str, report: Report) -> None:
        self._database = database
        self._answers = answers
        self._holder = holder
        self._report = report
        self._pacer = Pacer(SENDS_A_SECOND)
        self._chance = random.Random()  # noqa: S311 - jitter, no secret
        self._stopping = False
        self._wake = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._secret = ""

    def wake(self) -> None:
        """Look for something to send at once."""
        self._wake.set()

    async def run(self, program: HasBot) -> None:
        """Send until stopped, through whichever client the program has at the moment."""
        while not self._stopping:
            self._wake.clear()
            if program.bot.is_ready():
                await self._start_channels(program.bot)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), IDLE_SECONDS)

    async def drain(self, bot: discord.Client) -> None:
        """Send all that can be sent now."""
        while await self._start_channels(bot):
            await asyncio.gather(*self._under_way)

    async def stop(self, seconds: float) -> None:
        """Begin nothing new and wait so long for what is under way; what is cut off is sent after the next start."""
        self._stopping = True
        self.wake()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)
        for task in list(self._under_way):
            task.cancel()

    async def _start_channels(self, bot: discord.Client) -> int:
        room = UNDER_WAY - len(self._under_way)
        if room <= 0 or self._stopping:
            return 0
        claimed = await deliveries.claim_channels(self._database, self._holder, datetime.now(UTC), room)
        for channel in claimed:
            task = asyncio.create_task(self._serve(bot, channel))
            self._under_way.add(task)
            task.add_done_callback(self._finished)
        return len(claimed)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()):
            # not even the database took it, so status cannot show it
            log.error("a channel could not be served", exc_info=error)
        self.wake()

    async def _serve(self, bot: discord.Client, channel: int) -> None:
        """Send one channel's deliveries in order for as long as the lease is safe."""
        loop = asyncio.get_running_loop()
        until = loop.time() + TURN_SECONDS
        next_at, failures = None, 0
        place = bot.get_partial_messageable(channel)
        try:
            while loop.time() < until and not self._stopping:
                due = await deliveries.find_due(self._database, channel, 5)
                if not due:
                    break
                for one in due:
                    if loop.time() >= until or self._stopping:
                        break
                    await self._settle(place, one)
        except Postponed as pause:
            failures = await deliveries.channel_failures(self._database, channel) + 1
            next_at = datetime.now(UTC) + (pause.wait or self._pause(failures, pause.first))
        except Exception as error:  # noqa: BLE001 - one channel's trouble must not end the others; it is reported
            failures = await deliveries.channel_failures(self._database, channel) + 1
            next_at = datetime.now(UTC) + self._pause(failures)
            await self._report(f"Sending to channel {channel} failed ({type(error).__name__}); it will be tried again.")
        finally:
            await deliveries.release_channel(self._database, channel, self._holder, next_at=next_at, failures=failures)

    def _pause(self, failures: int, first: float = 1.0) -> timedelta:
        return timedelta(seconds=min(first * 2 ** min(failures, 20), 900) * self._chance.uniform(0.8, 1.2))

    async def _settle(self, place: discord.PartialMessageable, delivery: Delivery) -> None:
        """Bring one delivery to its end, or raise Postponed; what Discord will never take is marked as failed."""
        try:
            if delivery.state == "sent":
                await self._edit(place, delivery)
            else:
                await self._send(place, delivery)
        except discord.HTTPException as error:
            await self._refused(place.id, delivery, error)

    async def _send(self, place: discord.PartialMessageable, delivery: Delivery) -> None:
        now = datetime.now(UTC)
        mark = await self._mark(delivery)
        tried = delivery.tried
        if tried and now - tried > timedelta(seconds=NONCE_SECONDS):
            found = await self._find(place, mark[:10], tried)
            if found is not None:
                await deliveries.mark_sent(self._database, delivery.id, found, now)
                return
            tried = None
        if tried is None:
            # from here on a change, a withdrawal above all, counts as one of a message that may have been posted
            await deliveries.mark_tried(self._database, delivery.id, now)
        alert = await self._answers.for_community(delivery.community).alert(delivery.event)
        if alert is None or (isinstance(alert, WithdrawnAlert) and tried is None):
            await deliveries.mark_ended(self._database, delivery.id, "skipped", "it can no longer be read")
            return
        embed = await self._render(delivery, alert, mark)
        if view := alert_buttons(alert, delivery.event.id):
            sending = partial(place.send, embed=embed, nonce=mark, view=view)
        else:
            sending = partial(place.send, embed=embed, nonce=mark)
        sent = await self._retried(sending)
        await deliveries.mark_sent(self._database, delivery.id, sent.id, datetime.now(UTC))
        await deliveries.note_refusal(self._database, place.id, "")

    async def _edit(self, place: discord.PartialMessageable, delivery: Delivery) -> None:
        alert = await self._answers.for_community(delivery.community).alert(delivery.event)
        if alert is not None and delivery.message is not None:
            message = place.get_partial_message(delivery.message)
            embed = await self._render(delivery, alert, await self._mark(delivery))
            view = alert_buttons(alert, delivery.event.id)
            await self._retried(lambda: message.edit(embed=embed, view=view))
        await deliveries.mark_edited(self._database, delivery.id, delivery.stale)

    async def _render(self, delivery: Delivery, alert: Alert, mark: str) -> discord.Embed:
        titles = await self._answers.for_community(delivery.community).section_titles()
        return render_alert(alert, titles=titles, bug_url=self._answers.bug_url, mark=mark[:10])

    async def _retried(self, call: Callable[[], Awaitable[discord.Message]]) -> discord.Message:
        """Call once more after what discord.py gives up at once: a 503, a reset connection, a timeout."""
        for pause in (*RETRIES, None):
            await self._pacer.wait()
            try:
                return await call()
            except (discord.DiscordServerError, aiohttp.ClientError, OSError, TimeoutError) as error:
                if pause is None:
                    raise Postponed(None) from error
                await asyncio.sleep(pause * self._chance.uniform(0.8, 1.2))
            except discord.RateLimited as error:
                raise Postponed(timedelta(seconds=error.retry_after)) from error
        raise AssertionError("the last turn of the loop returns or raises")

    async def _find(self, place: discord.PartialMessageable, mark: str, tried: datetime) -> int | None:
        """Look in a channel for a message of ours with this mark, sent since then."""
        try:
            async for message in place.history(limit=200, after=tried - timedelta(minutes=5), oldest_first=True):
                for embed in message.embeds:
                    if (embed.footer.text or "").endswith(mark):
                        return message.id
        except discord.Forbidden:
            # without the right to read back, a second message is better than none
            return None
        return None

    async def _refused(self, channel: int, delivery: Delivery, error: discord.HTTPException) -> None:
        if error.code in CHANNEL_GONE:
            await routes.remove_route(self._database, channel)
            await deliveries.forget_edits(self._database, channel)
            await self._report(f"Channel {channel} is gone; it is no longer watched.")
            raise Postponed(None, first=REFUSED_PAUSE / 2) from error
        if isinstance(error, discord.Forbidden):
            reason = "the bot may not write or embed links there"
            await deliveries.note_refusal(self._database, channel, reason)
            await self._report(f"Channel {channel} refuses alerts: {reason}. They wait until it may.")
            raise Postponed(None, first=REFUSED_PAUSE / 2) from error
        if error.code == MESSAGE_GONE:
            # a message that was sent and then deleted by somebody: it was seen, and is not sent again
            if delivery.state == "sent":
                await deliveries.mark_edited(self._database, delivery.id, delivery.stale)
            else:
                await deliveries.mark_sent(self._database, delivery.id, 0, datetime.now(UTC))
        elif error.status in (404, 429):
            raise Postponed(None) from error
        elif delivery.state == "sent":
            await deliveries.mark_edited(self._database, delivery.id, delivery.stale)
            await self._report(f"Discord refused to edit an alert in channel {channel} (answer {error.status}).")
        else:
            await deliveries.mark_ended(self._database, delivery.id, "failed", f"Discord answered {error.status}")
            await self._report(f"Discord refused an alert for channel {channel} (answer {error.status}).")

    async def _mark(self, delivery: Delivery) -> str:
        """Make the nonce: nonces count per bot account, so two databases must not share them."""
        self._secret = self._secret or await database_id(self._database)
        return hashlib.sha256(f"{self._secret}:{delivery.id}".encode()).hexdigest()[:25]


class Postponed(Exception):
    """A channel is to be tried again later: after `wait` if one was asked for, else `first` seconds, doubling."""

    def __init__(self, wait: timedelta | None, *, first: float = 1.0) -> None:
        super().__init__("postponed")
        self.wait = wait
        self.first = first
