"""Requests to Discord: paced over all channels, faults retried, and refusals turned into what they mean."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import aiohttp
import discord

from bot.chat.delivery.outcomes import Outcome, outcome_of
from bot.chat.delivery.pacer import Pacer
from bot.chat.request_gate import delivering
from storage.values.outbox import MAX_PAUSE

SENDS_PER_SECOND = 46  # Discord allows a bot 50 requests a second in all; the rest is for answers
RETRY_DELAYS = (0.5, 1.0, 2.0)  # seconds
MAX_BACKOFF = timedelta(minutes=15)
REQUEST_SECONDS = 60.0  # with the waits that Discord asks for; aiohttp's own limit is five minutes

Result = TypeVar("Result")


class Refused(Exception):
    """Discord did not do what was asked; `outcome` is what that means."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


class DiscordRequests:
    """Makes requests one at a time, evenly spaced, for all channels together."""

    def __init__(self) -> None:
        self._pacer = Pacer(SENDS_PER_SECOND)
        self._rng = random.Random()  # noqa: S311 - jitter, no secret

    async def run(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """Make a request; retry what discord.py does not retry: a 503, a reset connection.

        Raises Refused, whatever went wrong.
        """
        may_have_arrived = False
        for delay in (*RETRY_DELAYS, None):
            await self._pacer.wait()
            try:
                with delivering():
                    async with asyncio.timeout(REQUEST_SECONDS):
                        return await call()
            except TimeoutError as error:  # a kind of OSError, but not one to wait for again at once
                raise Refused(outcome_of(error)) from error
            except (discord.DiscordServerError, aiohttp.ClientError, OSError) as error:
                if delay is None:
                    raise Refused(outcome_of(error)) from error
                may_have_arrived = True
                await asyncio.sleep(delay * self._rng.uniform(0.8, 1.2))
            except Exception as error:
                outcome = outcome_of(error)
                raise Refused(replace(outcome, refused=outcome.refused and not may_have_arrived)) from error
        raise AssertionError("the last iteration returns or raises")

    def pause_after(self, outcome: Outcome, failures: int) -> timedelta:
        """Return the pause after so many failures in a row (from 1)."""
        if outcome.exact_pause is not None:
            return min(outcome.exact_pause, MAX_PAUSE)
        pause: timedelta = min(outcome.pause * float(2 ** min(failures - 1, 20)), MAX_BACKOFF)
        return pause * self._rng.uniform(0.8, 1.2)

    async def is_gone(self, client: discord.Client, channel: int) -> bool:
        """Return whether a channel that Discord did not know is gone for good, by asking for the channel itself.

        Raises Refused if that cannot be found out now.
        """
        try:
            await self.run(lambda: client.fetch_channel(channel))
        except Refused as refusal:
            if refusal.outcome.kind == "channel gone":
                return True
            raise
        return False
