"""The edits of posted messages: what each changes, and how what became of it is stored."""

from abc import ABC, abstractmethod
from datetime import datetime

import discord

from bot.chat.delivery.error_codes import INVALID_FORM
from bot.chat.delivery.rendering import RenderedAlert, shortened
from bot.chat.render.answers import render_withdrawn_answer
from storage import deliveries, posted_answers
from storage.database import Transaction
from storage.values.outbox import Delivery


class Edit(ABC):
    """One edit of a message.

    `withdraws`: the message shows what became restricted, so it is never given up. A message that is not `editable`
    belongs to another bot account. `attempts` have failed so far; `reason` is what was stored of the last one.
    """

    def __init__(
        self, channel: int, message: int, attempts: int, *, withdraws: bool, editable: bool, reason: str = ""
    ) -> None:
        self.channel = channel
        self.message = message
        self.attempts = attempts
        self.withdraws = withdraws
        self.editable = editable
        self.reason = reason

    @abstractmethod
    async def apply(self, message: discord.PartialMessage) -> None:
        """Ask Discord for the edit."""

    @abstractmethod
    async def mark_done(self, transaction: Transaction) -> None:
        """Store that the message shows what it should."""

    @abstractmethod
    async def mark_over(self, transaction: Transaction, reason: str) -> None:
        """Store that no attempt will follow: the message is gone, or what it shows may stay."""

    @abstractmethod
    async def mark_not_editable(self, transaction: Transaction, reason: str) -> None:
        """Store that the message belongs to another bot account."""

    @abstractmethod
    async def postpone(self, transaction: Transaction, reason: str, next_at: datetime) -> None:
        """Store why the edit failed, and when it is tried again (UTC)."""


class AlertEdit(Edit):
    """Makes a stale alert show what is stored now."""

    def __init__(self, delivery: Delivery, rendered: RenderedAlert, *, withdraws: bool) -> None:
        super().__init__(
            delivery.channel,
            delivery.message or 0,
            delivery.attempts,
            withdraws=withdraws,
            editable=delivery.editable,
            reason=delivery.reason,
        )
        self._delivery = delivery
        self._rendered = rendered
        self._shown = rendered.shown

    async def apply(self, message: discord.PartialMessage) -> None:
        """Edit the alert, unless it would show the same: the whole of it decides, no list of fields.

        What Discord finds invalid must not keep an older text readable, so then the least of it is shown.
        """
        if self._shown == self._delivery.shown:
            return
        rendered = self._rendered
        try:
            await message.edit(content=rendered.content, embed=rendered.embed, view=rendered.view)
        except discord.HTTPException as error:
            if error.code not in INVALID_FORM:
                raise
            await message.edit(**shortened(rendered).edit_options())
            self._shown = ""

    async def mark_done(self, transaction: Transaction) -> None:
        """Store that the changes up to the rendering are shown."""
        await deliveries.mark_edited(transaction, self._delivery.id, self._delivery.stale, self._shown)

    async def mark_over(self, transaction: Transaction, reason: str) -> None:
        """Store that the alert is not edited any more."""
        await deliveries.end_edits(transaction, self._delivery.id, reason)

    async def mark_not_editable(self, transaction: Transaction, reason: str) -> None:
        """Store that only a deletion is left."""
        await deliveries.mark_not_editable(transaction, self._delivery.id, reason)

    async def postpone(self, transaction: Transaction, reason: str, next_at: datetime) -> None:
        """Store the reason and the time of the next attempt."""
        await deliveries.postpone(transaction, self._delivery.id, reason, next_at)


class AnswerEdit(Edit):
    """Replaces an answer that shows a withdrawn bug by a sentence, and removes its files."""

    def __init__(self, answer: posted_answers.DueAnswer) -> None:
        super().__init__(answer.channel, answer.message, answer.attempts, withdraws=True, editable=True)
        self._embed = render_withdrawn_answer(answer.restricted, answer.outdated)

    async def apply(self, message: discord.PartialMessage) -> None:
        """Edit the answer."""
        await message.edit(content=None, embed=self._embed, attachments=[], view=None)

    async def mark_done(self, transaction: Transaction) -> None:
        """Store that the answer shows nothing any longer."""
        await posted_answers.mark_withdrawn(transaction, self.message)

    async def mark_over(self, transaction: Transaction, reason: str) -> None:  # noqa: ARG002 - it is not asked about
        """Store that the answer is gone."""
        await posted_answers.mark_withdrawn(transaction, self.message)

    async def mark_not_editable(self, transaction: Transaction, reason: str) -> None:
        """Store nothing: an answer is edited once, and each attempt finds out again."""

    async def postpone(self, transaction: Transaction, reason: str, next_at: datetime) -> None:
        """Store the reason and the time of the next attempt."""
        await posted_answers.postpone_answer(transaction, self.message, reason, next_at)
