"""Waits between polls: bounded, by the monotonic clock within a process, and right again after a wrong clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import bot.polling.backoff
import storage.sources
from bot.polling.backoff import SourceBackoff
from bot.polling.results import PollResult
from bot.sources.errors import SourceError
from storage import error_log, sources
from storage.values.sources import SourceState
from tests.support.database import read, write


class Clock:
    """A clock of the machine that can be set, and a monotonic one that cannot."""

    def __init__(self, monkeypatch):
        self.now, self.monotonic = datetime(2026, 1, 1, 12, tzinfo=UTC), 1000.0
        clock = self

        class SettableDatetime(datetime):
            @classmethod
            def now(cls, tz=None):
                return clock.now

        for module in (bot.polling.backoff, storage.sources):
            monkeypatch.setattr(module, "datetime", SettableDatetime)

    def pass_seconds(self, seconds):
        self.now += timedelta(seconds=seconds)
        self.monotonic += seconds


class Source:
    """A source whose polls raise the next failure, None for a success."""

    def __init__(self, *failures):
        self.failures, self.polls = list(failures), 0

    async def poll(self, state):
        self.polls += 1
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure
        return PollResult(seen=1)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def backoff(database, clock):
    return SourceBackoff(database, clock=lambda: clock.monotonic)


async def test_a_clock_set_back_while_running_prolongs_no_wait(backoff, clock):
    source = Source(SourceError("It is down.", 60))
    await backoff.run("s", source.poll, urgency="scheduled")
    for hours in (1, 24 * 365):
        clock.now -= timedelta(hours=hours)
        result = await backoff.run("s", source.poll, urgency="scheduled")
        assert "not polled until" in result.error
    clock.pass_seconds(61)
    assert (await backoff.run("s", source.poll, urgency="scheduled")).error is None
    assert source.polls == 2


async def test_a_clock_set_forward_while_running_shortens_no_wait(backoff, clock):
    source = Source(SourceError("It is down.", 60))
    await backoff.run("s", source.poll, urgency="scheduled")
    clock.now += timedelta(days=365)
    assert (await backoff.run("s", source.poll, urgency="scheduled")).error
    assert source.polls == 1


async def test_by_hand_only_a_request_for_fewer_requests_is_waited_for_and_insisting_ends_that(backoff):
    source = Source(SourceError("It is down.", 600), SourceError("Fewer.", 600, server_requested=True))
    await backoff.run("s", source.poll, urgency="scheduled")
    assert (await backoff.run("s", source.poll, urgency="by hand")).error == "Fewer."
    error = (await backoff.run("s", source.poll, urgency="by hand")).error
    assert "2026-01-01 12:10:00 UTC" in error
    assert "sync --now" in error
    assert source.polls == 2
    assert (await backoff.run("s", source.poll, urgency="now")).error is None


async def test_no_wait_is_longer_than_a_day(backoff, database, clock):
    source = Source(SourceError("Fewer.", 1e12, server_requested=True))
    await backoff.run("s", source.poll, urgency="scheduled")
    clock.pass_seconds(86_401)
    assert (await backoff.run("s", source.poll, urgency="scheduled")).error is None


@pytest.mark.parametrize("server_requested", [True, False])
async def test_what_was_stored_under_a_wrong_clock_heals_by_itself(backoff, database, clock, server_requested):
    wrong = clock.now + timedelta(days=2000)
    state = SourceState(
        "s", wrong, True, wrong, wrong, 3, "It was down.", wrong, wrong + timedelta(hours=1), server_requested
    )
    await write(database, sources.save_source, state)
    assert (await read(database, sources.find_source, "s")).last_success_at == clock.now
    assert await read(database, sources.seconds_until_due, "s", 300) == 0
    source = Source()
    assert (await backoff.run("s", source.poll, urgency="scheduled")).error is None
    assert (await read(database, sources.find_source, "s")).last_success_at == clock.now
    assert "works again after 0 minutes" in (await read(database, error_log.find_problems, 1))[0][1]


async def test_a_restart_keeps_the_wait_of_the_process_before(backoff, database, clock):
    source = Source(SourceError("It is down.", 60))
    await backoff.run("s", source.poll, urgency="scheduled")
    restarted = SourceBackoff(database, clock=lambda: 5.0)
    assert (await restarted.run("s", source.poll, urgency="scheduled")).error
    clock.pass_seconds(61)
    assert (await restarted.run("s", source.poll, urgency="scheduled")).error is None


@pytest.mark.parametrize(
    "error", [ValueError("secret text"), KeyError("x"), UnicodeEncodeError("ascii", "é", 0, 1, "")]
)
async def test_whatever_a_poll_raises_is_a_failure_with_a_wait_reported_once(backoff, database, clock, error):
    source = Source(error, error)
    for _ in range(2):
        result = await backoff.run("s", source.poll, urgency="by hand")
        assert type(error).__name__ in result.error
        assert "secret" not in result.error
    assert (await backoff.run("s", source.poll, urgency="scheduled")).error
    assert source.polls == 2
    assert len(await read(database, error_log.find_problems)) == 1
    state = await read(database, sources.find_source, "s")
    assert state.not_before > clock.now
    assert replace(state, failures=0).error
