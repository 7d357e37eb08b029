"""Edits the posted messages of one channel: alerts that are stale, answers that show a withdrawn bug.

An edit that takes away what became restricted is tried until it succeeds or the message is gone: in an archived thread
the thread is opened for it, and a message of another bot account is deleted.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import discord

from bot.chat.delivery.edits import AlertEdit, AnswerEdit, Edit
from bot.chat.delivery.error_codes import THREAD_ARCHIVED
from bot.chat.delivery.outcomes import Outcome
from bot.chat.delivery.queues import ChannelPaused, close_channel
from bot.chat.delivery.rendering import AlertRenderer, RenderedAlert
from bot.chat.delivery.requests import DiscordRequests, Refused
from bot.jobs.background import RecordProblem
from handlers.results.alerts import MessageAlert
from storage import deliveries, posted_answers
from storage.database import Database, DatabaseUnavailable
from storage.values.outbox import Delivery

BATCH_SIZE = 5
FAULT_PAUSE = timedelta(minutes=5)
FOREIGN = "another bot account posted the message, so this one cannot edit it"
DELETED = "another bot account posted the message, and it was deleted"

log = logging.getLogger(__name__)


class MessageEditor:
    """Makes the edits that are due; each that fails waits by itself, and holds back no other."""

    def __init__(
        self, database: Database, renderer: AlertRenderer, requests: DiscordRequests, record_problem: RecordProblem
    ) -> None:
        self._database = database
        self._renderer = renderer
        self._requests = requests
        self._record_problem = record_problem

    async def drain(self, client: discord.Client, channel_id: int, may_go_on: Callable[[], bool]) -> None:
        """Make a channel's edits while `may_go_on`; raises ChannelPaused if no edit there can succeed now."""
        while may_go_on():
            now = datetime.now(UTC)
            async with self._database.read() as transaction:
                answers = await posted_answers.find_due_answers(transaction, channel_id, now, BATCH_SIZE)
                alerts = await deliveries.find_edits(transaction, channel_id, now, BATCH_SIZE)
            if not answers and not alerts:
                return
            for answer in answers:
                await self._make(client, AnswerEdit(answer))
            for delivery in alerts:
                if not may_go_on():
                    return
                await self._edit_alert(client, delivery)

    async def _edit_alert(self, client: discord.Client, delivery: Delivery) -> None:
        """Edit one alert; if that fails inside Rootwatch, it is tried again later and holds back no other."""
        try:
            edit = await self._edit_of_alert(delivery)
            if edit is not None:
                await self._make(client, edit)
        except (DatabaseUnavailable, ChannelPaused):
            raise
        except Exception as error:
            log.exception("the edit of delivery %s failed", delivery.id)
            reason = f"it failed inside Rootwatch ({type(error).__name__})"
            async with self._database.transaction() as transaction:
                await deliveries.postpone(transaction, delivery.id, reason, datetime.now(UTC) + FAULT_PAUSE)

    async def _edit_of_alert(self, delivery: Delivery) -> AlertEdit | None:
        """Return the edit of a stale alert; None if there is nothing to edit, which is stored."""
        rendered = await self._renderer.render(delivery)
        if rendered is None or not delivery.message:
            async with self._database.transaction() as transaction:
                await deliveries.mark_edited(transaction, delivery.id, delivery.stale)
            return None
        return AlertEdit(delivery, rendered, withdraws=await self._shows_restricted_bug(delivery, rendered))

    async def _shows_restricted_bug(self, delivery: Delivery, rendered: RenderedAlert) -> bool:
        event = delivery.event
        bugs = {*event.bugs, *([event.bug] if event.bug is not None else [])}
        if isinstance(rendered.alert, MessageAlert):
            bugs.update(rendered.alert.message.bugs)
        async with self._database.read() as transaction:
            return bool(await deliveries.find_restricted_bugs(transaction, bugs))

    async def _make(self, client: discord.Client, edit: Edit) -> None:
        message = client.get_partial_messageable(edit.channel).get_partial_message(edit.message)
        if not edit.editable:
            await self._remove_foreign(edit, message)
            return
        try:
            await self._apply(client, edit, message)
        except Refused as refusal:
            await self._on_refusal(client, edit, message, refusal.outcome)
        else:
            async with self._database.transaction() as transaction:
                await edit.mark_done(transaction)

    async def _apply(self, client: discord.Client, edit: Edit, message: discord.PartialMessage) -> None:
        """Edit a message; if its thread is archived and the edit withdraws text, open the thread first."""
        try:
            await self._requests.run(lambda: edit.apply(message))
        except Refused as refusal:
            cause = refusal.__cause__
            is_archived = isinstance(cause, discord.HTTPException) and cause.code == THREAD_ARCHIVED
            if not (is_archived and edit.withdraws):
                raise
            channel = await self._requests.run(lambda: client.fetch_channel(edit.channel))
            if not isinstance(channel, discord.Thread):
                raise
            await self._requests.run(lambda: channel.edit(archived=False))
            await self._requests.run(lambda: edit.apply(message))

    async def _on_refusal(
        self, client: discord.Client, edit: Edit, message: discord.PartialMessage, outcome: Outcome
    ) -> None:
        """Store what a refusal means; raise ChannelPaused if it holds for the whole channel."""
        if outcome.kind == "foreign":
            async with self._database.transaction() as transaction:
                await edit.mark_not_editable(transaction, outcome.reason)
            await self._remove_foreign(edit, message)
        elif outcome.kind == "message gone":
            async with self._database.transaction() as transaction:
                await edit.mark_over(transaction, outcome.reason)
        elif outcome.kind == "channel gone" and await self._is_gone(client, edit.channel):
            await close_channel(self._database, edit.channel, self._record_problem)
        else:
            next_at = await self._postpone(edit, outcome, outcome.reason)
            if outcome.whole_channel:
                raise ChannelPaused(next_at)

    async def _remove_foreign(self, edit: Edit, message: discord.PartialMessage) -> None:
        """Delete a message of another bot account if it shows what became restricted, otherwise let it be."""
        reason = DELETED if edit.reason == DELETED else FOREIGN
        if edit.withdraws:
            try:
                await self._requests.run(message.delete)
                reason = DELETED
            except Refused as refusal:
                if refusal.outcome.kind != "message gone":
                    # whatever the code, only this message is refused: the bot may edit its own
                    reason = (
                        f"{FOREIGN}, nor delete it: {refusal.outcome.reason}; grant the bot Manage Messages there, or "
                        "delete the message by hand"
                    )
                    await self._postpone(edit, refusal.outcome, reason)
                    return
        async with self._database.transaction() as transaction:
            await edit.mark_over(transaction, reason)

    async def _postpone(self, edit: Edit, outcome: Outcome, reason: str) -> datetime:
        """Store that an edit waits, and record a problem when that begins; return the time of the next attempt."""
        next_at = datetime.now(UTC) + self._requests.pause_after(outcome, edit.attempts + 1)
        async with self._database.transaction() as transaction:
            await edit.postpone(transaction, reason, next_at)
        if outcome.refused and not edit.attempts:
            what = "and still shows what became restricted" if edit.withdraws else "so it shows what is out of date"
            await self._record_problem(
                f"Message {edit.message} in channel {edit.channel} could not be edited, {what}: {reason}. It is tried "
                "again."
            )
        return next_at

    async def _is_gone(self, client: discord.Client, channel_id: int) -> bool:
        try:
            return await self._requests.is_gone(client, channel_id)
        except Refused:
            return False
