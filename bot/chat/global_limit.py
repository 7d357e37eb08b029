"""Ends a global rate limit that a cancelled request has left standing in discord.py."""

import asyncio
from typing import Any

from discord.http import HTTPClient


def end_limit_after_cancellation(http: HTTPClient, seconds: float) -> None:
    """Have all requests go on `seconds` after one was cancelled.

    While discord.py waits for Discord's limit on all requests, it holds back every other one; a request that is
    cancelled then, as by a timeout, would hold them back for ever. `seconds` is the longest that it waits.
    """
    request = http.request

    async def guarded_request(*args: Any, **options: Any) -> Any:
        try:
            return await request(*args, **options)
        except asyncio.CancelledError:
            asyncio.get_running_loop().call_later(seconds, http._global_over.set)  # noqa: SLF001 - nothing public ends it
            raise

    http.request = guarded_request  # type: ignore[method-assign]
