"""Going through all incidents for members' sections, beside everything else."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from handlers.sections.backfill import Advance, Holding

Report = Callable[[str], Awaitable[None]]

log = logging.getLogger(__name__)


class GoingThrough:
    """Lets sections find their incidents, once at a time."""

    def __init__(self, holding: Holding, report: Report) -> None:
        self._holding = holding
        self._report = report
        self._task: asyncio.Task[None] | None = None
        self._more = False
        self._turn = asyncio.Lock()

    def begin(self) -> None:
        """Go through what waits in the background; if that is under way, once more after it."""
        self._more = True
        if self._task is None:
            self._task = asyncio.create_task(self._run())
            self._task.add_done_callback(self._ended)

    async def finish(self, advance: Advance | None = None) -> None:
        """Wait until no section waits any more."""
        async with self._turn:
            await self._holding.go_through(advance)

    async def settle(self) -> None:
        """Wait for what is under way in the background."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def stop(self) -> None:
        """End what is under way; the next start takes it up again. May be called twice."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        while self._more:
            self._more = False
            try:
                await self.finish()
            except Exception as error:
                log.exception("going through all incidents failed")
                await self._report(
                    f"Going through all incidents for a section failed inside Rootwatch ({type(error).__name__}); it "
                    "is taken up again with the next change."
                )

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if not task.cancelled() and (error := task.exception()):
            log.error("going through all incidents failed", exc_info=error)
