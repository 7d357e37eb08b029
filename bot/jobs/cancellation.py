"""Ends tasks for certain: cancels them, and again if a library has swallowed the cancellation."""

import asyncio
from collections.abc import Iterable

REPEAT_SECONDS = 0.5


def is_being_cancelled() -> bool:
    """Return whether somebody ends the current task; a CancelledError that it meets otherwise comes from within."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def cancel_and_wait(tasks: Iterable[asyncio.Task[object]]) -> None:
    """Cancel these tasks and wait until all have ended; what they raise is theirs.

    A cancellation that arrives together with a result can be lost, as in `asyncio.wait_for` before Python 3.12, which
    libraries use; a task that goes on is therefore cancelled again.
    """
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=REPEAT_SECONDS)
