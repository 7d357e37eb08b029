"""A queue that is stopped leaves nothing behind: no task that runs on, no channel that others must wait for."""

import asyncio
from datetime import UTC, datetime

from bot.chat.delivery.queues import ChannelQueue
from handlers.alerts.outbox import enqueue_events
from storage import deliveries, routes
from storage.values.outbox import Event, Route
from tests.support.database import write

CHANNEL = 4242


class Program:
    """A program with a client that is connected."""

    class bot:  # noqa: N801 - the name of the attribute
        @staticmethod
        def is_ready():
            return True


async def test_a_stopped_queue_has_released_its_channels_before_the_database_is_closed(database):
    now, is_sending = datetime.now(UTC), asyncio.Event()
    await write(database, routes.save_route, Route(1, CHANNEL, ("filed",), 1, now))
    await write(database, enqueue_events, [Event("filed", "filed:7", now, bug=7)], {}, 50, now)

    async def send_forever(client, channel, may_go_on):
        is_sending.set()
        await asyncio.Event().wait()

    async def ignore_problem(sentence):
        pass

    queue = ChannelQueue(database, "alerts", "worker", send_forever, ignore_problem, lambda: True)
    running = asyncio.create_task(queue.run(Program))
    async with asyncio.timeout(60):
        await is_sending.wait()
        await queue.stop(0)
        await running
    assert {task for task in asyncio.all_tasks() if task is not asyncio.current_task()} == set()
    assert await write(database, deliveries.claim_channels, "another", datetime.now(UTC), 10) == [CHANNEL]
