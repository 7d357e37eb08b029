"""Stopping ends every task, also where a cancellation is lost on its way."""

import asyncio

import pytest

from bot.chat.delivery.queues import ChannelQueue
from bot.jobs.cancellation import cancel_and_wait
from bot.jobs.supervisor import Supervisor


async def loses_its_first_cancellation():
    for _ in range(2):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if asyncio.current_task().cancelling() > 1:
                raise


async def ignore_problem(sentence):
    pass


async def test_a_task_that_loses_its_cancellation_is_cancelled_again():
    task = asyncio.create_task(loses_its_first_cancellation())
    await asyncio.sleep(0)
    async with asyncio.timeout(60):
        await cancel_and_wait([task])
    assert task.done()


async def test_a_supervisor_stops_a_task_that_loses_its_cancellation():
    supervisor = Supervisor(ignore_problem)
    supervisor.start("stubborn", loses_its_first_cancellation)
    await asyncio.sleep(0)
    async with asyncio.timeout(60):
        await supervisor.stop()


class Program:
    """A program whose client is not connected, so that its queues only wait."""

    class bot:  # noqa: N801 - the name of the attribute
        @staticmethod
        def is_ready():
            return False


@pytest.mark.parametrize("steps", range(5))
async def test_a_queue_that_is_woken_while_it_is_cancelled_ends(steps):
    queue = ChannelQueue(None, "alerts", "worker", None, ignore_problem, lambda: True)
    task = asyncio.create_task(queue.run(Program))
    await asyncio.sleep(0.01)
    queue.wake()
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    _, pending = await asyncio.wait({task}, timeout=1)
    assert not pending
    assert task.cancelled()
