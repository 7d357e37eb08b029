"""A pace that is never exceeded: so many calls within any minute."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

CALLS = 60
WINDOW_SECONDS = 61.0
"""A second more than a minute: the server's clock need not agree with ours to the millisecond."""


class Pace:
    """Lets 60 calls a minute pass; BMO blocks an anonymous address for an hour at the 76th."""

    def __init__(
        self,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sleep = sleep
        self._clock = clock
        self._passed: deque[float] = deque()

    async def keep(self) -> None:
        """Wait until another call is allowed, and count it."""
        while True:
            now = self._clock()
            while self._passed and self._passed[0] <= now - WINDOW_SECONDS:
                self._passed.popleft()
            if len(self._passed) < CALLS:
                self._passed.append(now)
                return
            await self._sleep(self._passed[0] + WINDOW_SECONDS - now)
