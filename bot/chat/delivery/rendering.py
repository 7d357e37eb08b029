"""What an alert's message consists of, and the mark by which it is found again."""

import hashlib
import json
from dataclasses import dataclass

import discord

from bot.chat.components.alert_view import build_alert_view
from bot.chat.render.alerts import render_alert
from handlers.results.alerts import Alert
from handlers.use_cases import UseCases
from storage.database import Database
from storage.settings import database_id
from storage.values.outbox import Delivery

REFERENCE_LENGTH = 10  # characters of the nonce that stand in an alert's footer


@dataclass(frozen=True, slots=True)
class RenderedAlert:
    """An alert and the parts of its message."""

    alert: Alert
    embed: discord.Embed
    view: discord.ui.View | None

    @property
    def shown(self) -> str:
        """Return a hash of all that the embed shows."""
        return hashlib.sha256(json.dumps(self.embed.to_dict(), sort_keys=True, default=str).encode()).hexdigest()[:32]


class AlertRenderer:
    """Renders the alerts of deliveries from what is stored now."""

    def __init__(self, database: Database, use_cases: UseCases) -> None:
        self._database = database
        self._use_cases = use_cases
        self._database_id = ""

    async def render(self, delivery: Delivery) -> RenderedAlert | None:
        """Return the message of a delivery; None if its subject is no longer stored."""
        alert = await self._use_cases.build_alert(delivery.event, delivery.community)
        if alert is None:
            return None
        reference = (await self.nonce(delivery))[:REFERENCE_LENGTH]
        titles = await self._use_cases.sections.titles(delivery.community)
        embed = render_alert(alert, titles=titles, bug_url=self._use_cases.bug_url, reference=reference)
        return RenderedAlert(alert, embed, build_alert_view(alert, delivery.event.id))

    async def nonce(self, delivery: Delivery) -> str:
        """Return the delivery's nonce, which contains the database's id: nonces are shared by a bot account."""
        if not self._database_id:
            async with self._database.transaction() as transaction:
                self._database_id = await database_id(transaction)
        return hashlib.sha256(f"{self._database_id}:{delivery.id}".encode()).hexdigest()[:25]


def shortened(embed: discord.Embed) -> discord.Embed:
    """Return the least of an alert, for when Discord finds the whole one invalid: title, address and reference."""
    plain = discord.Embed(title=(embed.title or "")[:200] or None, url=embed.url, colour=embed.colour)
    return plain.set_footer(text=embed.footer.text)
