"""The pace of the sender: as fast as it may be, and never faster."""

from bot.chat.delivery.pacer import Pacer


class Clock:
    """A clock that sleeping moves on, a little longer than was asked for."""

    def __init__(self, lateness=0.0):
        self.now, self.lateness = 100.0, lateness

    def time(self):
        return self.now

    async def sleep(self, seconds):
        self.now += seconds + self.lateness


async def moments(pacer, clock, count):
    times = []
    for _ in range(count):
        await pacer.wait()
        times.append(clock.now)
    return times


def most_in_a_second(times):
    return max(sum(start <= moment < start + 1 for moment in times) for start in times)


async def test_late_wake_ups_cost_no_rate():
    clock = Clock(lateness=0.004)
    times = await moments(Pacer(46, sleep=clock.sleep, clock=clock.time), clock, 1000)
    assert times[-1] - times[0] < 1000 / 46 + 0.1
    assert most_in_a_second(times) <= 47


async def test_after_a_stall_there_is_no_burst():
    clock = Clock()
    pacer = Pacer(46, sleep=clock.sleep, clock=clock.time)
    times = await moments(pacer, clock, 20)
    clock.now += 30
    times += await moments(pacer, clock, 200)
    assert most_in_a_second(times) <= 48
