"""Spaces the sender's requests to Discord evenly, at a rate that is reached whatever delays one of them."""

import asyncio
import time
from collections.abc import Awaitable, Callable

MAX_LATE_SLOTS = 1  # that is made up for; more would be a burst after a stall


class Pacer:
    """Gives each request a slot of its own, `1 / rate` seconds after the one before, in the order in which they came.

    A slot that was used late moves the later ones only beyond MAX_LATE_SLOTS, so at most `rate + MAX_LATE_SLOTS`
    requests begin in any second.
    """

    def __init__(
        self,
        rate: float,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._interval = 1 / rate
        self._sleep = sleep
        self._clock = clock
        self._last_slot = float("-inf")
        self._lock = asyncio.Lock()

    async def wait(self) -> None:
        """Wait for the next slot and use it; a wait that is cancelled uses none."""
        async with self._lock:
            slot = max(self._last_slot + self._interval, self._clock() - MAX_LATE_SLOTS * self._interval)
            while (delay := slot - self._clock()) > 0:
                await self._sleep(delay)
            self._last_slot = slot
