"""What an alert's message consists of, and the mark by which it is found again."""

import hashlib
import json
from dataclasses import dataclass

import discord

from bot.chat.components.alert_view import build_alert_view
from bot.chat.render.alerts import render_alert
from bot.chat.render.escape import truncate_markdown
from bot.chat.render.message import Answer
from bot.formatting.alert_text import neutral_headline
from handlers.results.alerts import Alert
from handlers.use_cases import UseCases
from storage.database import Database
from storage.settings import database_id
from storage.values.outbox import Delivery

REFERENCE_LENGTH = 10  # characters of the nonce that stand in an alert's footer
MAX_SHORTENED_TITLE = 200


@dataclass(frozen=True, slots=True)
class RenderedAlert:
    """An alert and the parts of its message."""

    alert: Alert
    content: str
    embed: discord.Embed
    view: discord.ui.View | None

    @property
    def shown(self) -> str:
        """Return a hash of all that the message shows."""
        parts = (self.content, self.embed.to_dict(), self.view.to_components() if self.view else [])
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:32]


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
        bug_url = self._use_cases.bug_url
        answer = render_alert(alert, titles=titles, bug_url=bug_url, reference=reference)
        view = build_alert_view(alert, delivery.event.id, bug_url)
        return RenderedAlert(alert, answer.content, answer.embed or discord.Embed(), view)

    async def nonce(self, delivery: Delivery) -> str:
        """Return the delivery's nonce, a digest of what it is about, where it goes, and the database's id.

        Nonces are shared by a bot account. Row numbers are not in it: a database that was restored from a backup gives
        them to other events.
        """
        if not self._database_id:
            async with self._database.transaction() as transaction:
                self._database_id = await database_id(transaction)
        subject = f"{self._database_id}:{delivery.channel}:{delivery.event.key}"
        return hashlib.sha256(subject.encode()).hexdigest()[:25]


def shortened(rendered: RenderedAlert) -> Answer:
    """Return the least of an alert, for when Discord finds the whole invalid: title, address and reference.

    Its content is ours alone: what somebody wrote may be why Discord refused the whole.
    """
    embed = rendered.embed
    title = truncate_markdown(embed.title, MAX_SHORTENED_TITLE) if embed.title else None
    least = discord.Embed(title=title, url=embed.url, colour=embed.colour).set_footer(text=embed.footer.text)
    return Answer(neutral_headline(rendered.alert), least)
