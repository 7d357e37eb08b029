"""Stops requests to Discord that this process may not make: another one runs the bot, or may run it by now."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import aiohttp

_DELIVERS: ContextVar[bool] = ContextVar("delivers", default=False)


class NotActive(Exception):
    """This process may not use Discord any more: another one runs the bot."""


@dataclass(frozen=True, slots=True)
class RequestGate:
    """What this process may do: `may_send` is asked for what the outbox delivers, `may_answer` for all else."""

    may_send: Callable[[], bool] = lambda: True
    may_answer: Callable[[], bool] = lambda: True

    def trace(self) -> aiohttp.TraceConfig:
        """Return a trace of discord.py's session that raises NotActive before a request that may not be made.

        It is asked just before a request is sent, after all waiting for Discord's limits; answers to interactions and
        the gateway's connection pass it too.
        """

        async def on_request_start(_session: object, _context: object, _parameters: object) -> None:
            if not (self.may_send() if _DELIVERS.get() else self.may_answer()):
                raise NotActive("another process runs the bot")

        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(on_request_start)
        return trace


@contextmanager
def delivering() -> Iterator[None]:
    """Have the requests of this block pass as deliveries of the outbox."""
    reset_token = _DELIVERS.set(True)
    try:
        yield
    finally:
        _DELIVERS.reset(reset_token)
