"""The outbox sender: sends stored deliveries to Discord's channels, and keeps what was posted up to date.

New alerts and edits have a queue each, with pauses of their own.
"""

import asyncio
from collections.abc import Awaitable, Callable

import discord

from bot.chat.delivery.alert_sender import AlertSender
from bot.chat.delivery.message_editor import MessageEditor
from bot.chat.delivery.queues import ChannelQueue, ClientProvider
from bot.chat.delivery.rendering import AlertRenderer
from bot.chat.delivery.requests import DiscordRequests
from bot.jobs.background import RecordProblem
from handlers.use_cases import UseCases
from storage.database import Database
from storage.values.outbox import Queue


class OutboxSender:
    """Works on the queues of all channels; `is_active` returns whether this process may send."""

    def __init__(
        self,
        database: Database,
        use_cases: UseCases,
        worker_id: str,
        record_problem: RecordProblem,
        is_active: Callable[[], bool] = lambda: True,
    ) -> None:
        renderer, requests = AlertRenderer(database, use_cases), DiscordRequests()
        sender = AlertSender(database, renderer, requests, record_problem)
        editor = MessageEditor(database, renderer, requests, record_problem)

        def queue(name: Queue, drain: AlertSender | MessageEditor) -> ChannelQueue:
            return ChannelQueue(database, name, worker_id, drain.drain, record_problem, is_active)

        self._queues = {"sender": queue("alerts", sender), "editor": queue("edits", editor)}

    def tasks(self, program: ClientProvider) -> dict[str, Callable[[], Awaitable[None]]]:
        """Return what has to run until `stop`, by the name of the task; each through the program's current client."""
        return {name: lambda queue=queue: queue.run(program) for name, queue in self._queues.items()}  # type: ignore[misc]

    def wake(self) -> None:
        """Look for new deliveries and edits without waiting for the next interval."""
        for queue in self._queues.values():
            queue.wake()

    async def drain(self, client: discord.Client) -> None:
        """Send and edit everything that is due."""
        while any([await queue.drain(client) for queue in self._queues.values()]):
            pass

    async def stop(self, seconds: float) -> None:
        """Start nothing new and wait up to `seconds` for running sends; those cancelled are sent after a restart."""
        await asyncio.gather(*(queue.stop(seconds) for queue in self._queues.values()))
