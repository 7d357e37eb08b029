"""Stops every request to Discord once another process runs the bot."""

from collections.abc import Callable

import aiohttp


class NotActive(Exception):
    """This process may not use Discord any more: another one runs the bot."""


def requests_while(is_active: Callable[[], bool]) -> aiohttp.TraceConfig:
    """Return a trace of discord.py's session that raises NotActive before a request unless `is_active` returns True.

    It is asked just before a request is sent, after all waiting for Discord's limits; answers to interactions and
    the gateway's connection pass it too.
    """

    async def on_request_start(_session: object, _context: object, _parameters: object) -> None:
        if not is_active():
            raise NotActive("another process runs the bot")

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(on_request_start)
    return trace
