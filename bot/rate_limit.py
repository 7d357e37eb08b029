"""A rate limiter with a sliding window, shared by the clients of Bugzilla and mail archives."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable


class RateLimiter:
    """Lets at most `max_calls` pass in any `window_seconds`; the rest wait in the order in which they came.

    Up to `max_calls` may pass at once. With a `max_calls` of 1 calls are spaced evenly, one in each window.
    """

    def __init__(
        self,
        max_calls: int,
        window_seconds: float,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._window_seconds = window_seconds
        self._sleep = sleep
        self._clock = clock
        self._call_times: deque[float] = deque(maxlen=max_calls)
        self._lock = asyncio.Lock()

    async def acquire(self) -> None:
        """Wait until another call is allowed, and count it; a wait that is cancelled is not counted."""
        async with self._lock:
            while (delay := self._delay()) > 0:
                await self._sleep(delay)
            self._call_times.append(self._clock())

    def _delay(self) -> float:
        """Return the seconds until the oldest of the last `max_calls` calls leaves the window."""
        if len(self._call_times) < (self._call_times.maxlen or 0):
            return 0.0
        return self._call_times[0] + self._window_seconds - self._clock()
