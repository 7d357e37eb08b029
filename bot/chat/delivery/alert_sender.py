"""Sends the new alerts of one channel, each once and in order.

Discord remembers a nonce for a few minutes only. A delivery that was attempted longer ago and never marked as sent is
therefore looked up in its channel, by the reference in its footer, before it is sent again.
"""

import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import discord

from bot.chat.delivery.outcomes import Outcome
from bot.chat.delivery.queues import ChannelPaused, close_channel
from bot.chat.delivery.rendering import REFERENCE_LENGTH, AlertRenderer, RenderedAlert, shortened
from bot.chat.delivery.requests import DiscordRequests, Refused
from bot.jobs.background import RecordProblem
from handlers.results.alerts import WithdrawnAlert
from storage import deliveries
from storage.database import Database, DatabaseUnavailable
from storage.values.outbox import Delivery

NONCE_SECONDS = 120  # Discord says "the past few minutes"
MAX_FAULTS, FAULT_PAUSE = 5, timedelta(seconds=20)
RECALL_TIME = timedelta(minutes=15)  # from the start, in which each source is polled
MAX_SEARCHED = 200  # messages of a channel's history
WITHDRAWN_REASONS = {
    "restricted": "its bug became restricted before the alert was posted",
    "moved": "its bug was moved to another component before the alert was posted",
}

log = logging.getLogger(__name__)


class AlertSender:
    """Sends deliveries; gives up only those that Discord will never accept."""

    def __init__(
        self,
        database: Database,
        renderer: AlertRenderer,
        requests: DiscordRequests,
        record_problem: RecordProblem,
    ) -> None:
        self._database = database
        self._renderer = renderer
        self._requests = requests
        self._record_problem = record_problem
        self._faults: Counter[int] = Counter()  # of each delivery, inside Rootwatch
        self._started_at = datetime.now(UTC)

    async def drain(self, client: discord.Client, channel_id: int, may_go_on: Callable[[], bool]) -> None:
        """Send a channel's deliveries, oldest first, while `may_go_on`.

        Raises ChannelPaused if one has to wait: those after it wait too, which keeps them in order.
        """
        channel = client.get_partial_messageable(channel_id)
        async for delivery in self._due(channel_id, may_go_on):
            try:
                await self._send(channel, delivery)
            except Refused as refusal:
                await self._on_refusal(client, delivery, refusal.outcome)
            except DatabaseUnavailable:
                raise
            except Exception as error:
                log.exception("the alert of delivery %s failed", delivery.id)
                await self._on_fault(delivery, type(error).__name__)
            else:
                self._faults.pop(delivery.id, None)

    async def _due(self, channel_id: int, may_go_on: Callable[[], bool]) -> AsyncIterator[Delivery]:
        while may_go_on():
            async with self._database.read() as transaction:
                due = await deliveries.find_due(transaction, channel_id, 1)
            if not due:
                return
            yield due[0]

    async def _send(self, channel: discord.PartialMessageable, delivery: Delivery) -> None:
        now, attempted_at = datetime.now(UTC), delivery.attempted_at
        nonce = await self._renderer.nonce(delivery)
        if attempted_at is not None and not timedelta(0) <= now - attempted_at <= timedelta(seconds=NONCE_SECONDS):
            if await self._found_in_channel(channel, delivery, nonce, attempted_at):
                return None
            attempted_at = None
        elif (
            attempted_at is None
            and self._is_caught_up(delivery, now)
            and await self._found_in_channel(channel, delivery, nonce, None)
        ):
            return None
        if attempted_at is None:
            # from here on the message may have been posted, so a change, above all a withdrawal, must edit it
            async with self._database.transaction() as transaction:
                await deliveries.mark_attempted(transaction, delivery.id, now)
        rendered = await self._renderer.render(delivery)
        if rendered is None:
            return await self._skip(delivery, "what it is about is no longer stored")
        if isinstance(rendered.alert, WithdrawnAlert):
            if attempted_at is None or not await self._found_in_channel(channel, delivery, nonce, attempted_at):
                await self._skip(
                    delivery, WITHDRAWN_REASONS.get(rendered.alert.reason, WITHDRAWN_REASONS["restricted"])
                )
            return None
        message, is_whole = await self._post(channel, rendered, nonce)
        # within Discord's memory an earlier attempt may have posted it, as it was rendered then
        shown = rendered.shown if is_whole and attempted_at is None else ""
        async with self._database.transaction() as transaction:
            # the route first, as when a route is deleted: the other order could deadlock on PostgreSQL
            await deliveries.set_route_error(transaction, channel.id, "")
            # the first polls after a start or a suspension store much that was not known when this was rendered
            recheck = bool(shown) and self._is_caught_up(delivery, now)
            await deliveries.mark_sent(transaction, delivery.id, message.id, datetime.now(UTC), shown, recheck=recheck)
        return None

    async def _post(
        self, channel: discord.PartialMessageable, rendered: RenderedAlert, nonce: str
    ) -> tuple[discord.Message, bool]:
        """Post an alert, or the least of it if Discord finds the whole invalid; return the message and which it is."""
        view = {"view": rendered.view} if rendered.view else {}
        send = partial(channel.send, nonce=nonce)
        try:
            return await self._requests.run(partial(send, rendered.content, embed=rendered.embed, **view)), True
        except Refused as refusal:
            if refusal.outcome.kind != "invalid":
                raise
            reason = refusal.outcome.reason
        message = await self._requests.run(partial(send, **shortened(rendered).options()))
        await self._record_problem(f"An alert in channel {channel.id} was posted without its details: {reason}.")
        return message, False

    def _is_caught_up(self, delivery: Delivery, now: datetime) -> bool:
        """Return whether an alert is of what happened before the start, as the first polls after it find.

        It may be in its channel although the database knows of no attempt: one that was restored from a backup has
        forgotten what was sent since.
        """
        return delivery.event.happened < self._started_at and now - self._started_at < RECALL_TIME

    async def _skip(self, delivery: Delivery, reason: str) -> None:
        async with self._database.transaction() as transaction:
            await deliveries.mark_final(transaction, delivery.id, "skipped", reason)

    async def _found_in_channel(
        self, channel: discord.PartialMessageable, delivery: Delivery, nonce: str, attempted_at: datetime | None
    ) -> bool:
        """Mark the delivery as sent if a message with its reference is in the channel; return whether it is."""
        message_id = await self._requests.run(
            partial(self._find_message, channel, nonce[:REFERENCE_LENGTH], attempted_at)
        )
        if message_id is None:
            return False
        async with self._database.transaction() as transaction:
            # what it shows is not known, and no change may have marked it since: a restored database forgot it
            await deliveries.mark_sent(transaction, delivery.id, message_id, datetime.now(UTC), recheck=True)
        return True

    async def _find_message(
        self, channel: discord.PartialMessageable, reference: str, attempted_at: datetime | None
    ) -> int | None:
        # a time ahead of now was stored while the clock was wrong: then the newest messages are searched
        span: dict[str, Any] = {}
        if attempted_at is not None and attempted_at <= datetime.now(UTC):
            span = {"after": attempted_at - timedelta(minutes=5), "oldest_first": True}
        try:
            async for message in channel.history(limit=MAX_SEARCHED, **span):
                for embed in message.embeds:
                    if (embed.footer.text or "").endswith(reference):
                        return message.id
        except discord.Forbidden:
            # without the permission Read Message History, a duplicate is better than no message
            return None
        return None

    async def _on_refusal(self, client: discord.Client, delivery: Delivery, outcome: Outcome) -> None:
        """Mark the delivery as the outcome demands; raise ChannelPaused if it has to wait."""
        channel_id, now = delivery.channel, datetime.now(UTC)
        if outcome.kind == "message gone":
            # a message that was sent and then deleted by somebody was seen, so it is not sent again
            async with self._database.transaction() as transaction:
                await deliveries.mark_sent(transaction, delivery.id, 0, now)
            return
        if outcome.kind == "invalid":
            async with self._database.transaction() as transaction:
                await deliveries.mark_final(transaction, delivery.id, "failed", outcome.reason)
            await self._record_problem(f"An alert for channel {channel_id} failed: {outcome.reason}.")
            return
        if outcome.kind == "channel gone" and await self._is_gone(client, channel_id):
            await close_channel(self._database, channel_id, self._record_problem)
            return
        next_at = now + self._requests.pause_after(outcome, delivery.attempts + 1)
        async with self._database.transaction() as transaction:
            is_news = outcome.refused and await deliveries.set_route_error(transaction, channel_id, outcome.reason)
            # the refusal speaks of this request: one before it, whose answer was lost, may have posted the message
            refused = outcome.refused and delivery.attempted_at is None
            await deliveries.postpone(transaction, delivery.id, outcome.reason, next_at, refused=refused)
        if is_news:
            await self._record_problem(f"Channel {channel_id} refuses alerts: {outcome.reason}. They wait.")
        raise ChannelPaused(next_at)

    async def _on_fault(self, delivery: Delivery, error_name: str) -> None:
        """Give up an alert that fails inside Rootwatch again and again: those after it must not wait for it forever."""
        reason = f"it failed inside Rootwatch ({error_name})"
        self._faults[delivery.id] += 1
        if self._faults[delivery.id] >= MAX_FAULTS:
            async with self._database.transaction() as transaction:
                await deliveries.mark_final(transaction, delivery.id, "failed", reason)
            del self._faults[delivery.id]
            await self._record_problem(f"An alert for channel {delivery.channel} failed: {reason}; see the log.")
            return
        next_at = datetime.now(UTC) + FAULT_PAUSE * self._faults[delivery.id]
        async with self._database.transaction() as transaction:
            await deliveries.postpone(transaction, delivery.id, reason, next_at)
        raise ChannelPaused(next_at)

    async def _is_gone(self, client: discord.Client, channel_id: int) -> bool:
        try:
            return await self._requests.is_gone(client, channel_id)
        except Refused:
            return False
