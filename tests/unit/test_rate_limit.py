import asyncio

from bot.rate_limit import RateLimiter


class FakeClock:
    def __init__(self):
        self.now = 0.0

    async def sleep(self, seconds):
        await asyncio.sleep(0)
        self.now += seconds

    def limiter(self, max_calls, window_seconds):
        return RateLimiter(max_calls, window_seconds, sleep=self.sleep, clock=lambda: self.now)


async def acquire_many(clock, limiter, count):
    """Acquire from concurrent tasks; return when each was let through, by the order in which they came."""
    times = [None] * count

    async def acquire(index):
        await limiter.acquire()
        times[index] = clock.now

    await asyncio.gather(*(acquire(index) for index in range(count)))
    return times


async def test_a_burst_passes_and_the_rest_waits_for_the_window():
    clock = FakeClock()
    assert await acquire_many(clock, clock.limiter(3, 10), 7) == [0, 0, 0, 10, 10, 10, 20]


async def test_any_window_after_a_pause_holds_no_more_calls_than_another():
    clock = FakeClock()
    limiter = clock.limiter(3, 10)
    await acquire_many(clock, limiter, 1)
    clock.now = 9.0
    assert await acquire_many(clock, limiter, 5) == [9, 9, 10, 19, 19]


async def test_one_call_in_a_window_spaces_calls_evenly():
    clock = FakeClock()
    assert await acquire_many(clock, clock.limiter(1, 0.5), 4) == [0, 0.5, 1, 1.5]


async def test_a_cancelled_wait_is_not_counted():
    clock = FakeClock()
    limiter = clock.limiter(1, 10)
    await limiter.acquire()
    waiting = asyncio.create_task(limiter.acquire())
    await asyncio.sleep(0)
    waiting.cancel()
    assert await acquire_many(clock, limiter, 1) == [10]
