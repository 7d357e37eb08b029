"""Learning from tags beside everything else: no poll, delivery or answer waits for it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress

from bot.jobs.worker_process import in_worker
from handlers.classification.service import CouldNotLearn, LearningEnded, Sorter
from handlers.classifier.examples import Example

LONGEST_LEARNING = 900.0  # seconds; it takes a few
PAUSE_SECONDS = 60.0  # at least, between a failure and the next try by itself

Report = Callable[[str], Awaitable[None]]

log = logging.getLogger(__name__)


class Learning:
    """Lets a sorter learn, once at a time."""

    def __init__(self, sorter: Sorter, report: Report) -> None:
        self._sorter = sorter
        self._report = report
        self._task: asyncio.Task[None] | None = None
        self._not_before = 0.0
        self._turn = asyncio.Lock()

    def begin(self) -> None:
        """Learn in the background if that is due, unless it does already or has just failed."""
        if self._task is None and asyncio.get_running_loop().time() >= self._not_before:
            self._task = asyncio.create_task(self._run())
            self._task.add_done_callback(self._ended)

    async def finish(self) -> None:
        """Wait until all is learned that is due; a failure is told by status."""
        with suppress(CouldNotLearn):
            async with self._turn:
                await self._sorter.learn_if_due()

    async def settle(self) -> None:
        """Wait for what is under way in the background."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def stop(self) -> None:
        """End what is under way, and its process; the next start learns again. May be called twice."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        try:
            async with self._turn:
                await self._sorter.learn_if_due()
        except CouldNotLearn:
            self._not_before = asyncio.get_running_loop().time() + PAUSE_SECONDS
        except Exception as error:
            log.exception("learning failed")
            self._not_before = asyncio.get_running_loop().time() + PAUSE_SECONDS
            await self._report(f"Learning failed inside Rootwatch ({type(error).__name__}); the log tells more.")

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if not task.cancelled() and (error := task.exception()):
            log.error("learning failed", exc_info=error)


async def learn(examples: list[Example], current: bytes | None) -> bytes | None:
    """Learn in a process of its own; raises LearningEnded as `lesson` does."""
    from handlers.classifier.model_selection import learn_if_not_worse

    return await lesson(learn_if_not_worse, examples, current)


async def lesson(work: Callable[..., bytes | None], *given: object, longest: float = LONGEST_LEARNING) -> bytes | None:
    """Let a process of its own learn, so many seconds at most.

    Raises LearningEnded where it was killed or came to no end.
    """
    try:
        async with asyncio.timeout(longest):
            return await in_worker(work, *given)
    except BrokenProcessPool as error:
        raise LearningEnded("its process was ended before it was done") from error
    except TimeoutError as error:
        raise LearningEnded(f"it took longer than {longest / 60:.0f} minutes") from error
