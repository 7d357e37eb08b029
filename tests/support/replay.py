"""The servers that tests ask: the replay of real incidents, and small ones that answer as a test wants.

The replay is a process of its own; tests that need it are skipped where it is absent.
"""

import json
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from aiohttp import web

from tests.support.shared import REPLAY


class ReplayServer:
    """A running replay: where it listens, orders to it, and what it counted."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.list_url = f"{url}/dev-security-policy@mozilla.org/maillist.xml"
        self.wiki_url = f"{url}/wiki.atom"

    def control(self, **order: object) -> dict:
        """Send an order, as the top of serve.py describes; without one, read the clock and the counts."""
        data = json.dumps(order).encode() if order else None
        with urllib.request.urlopen(f"{self.url}/_control", data, timeout=20) as answer:
            return json.load(answer)

    def counts(self) -> dict[str, dict]:
        """Give requests, bytes and statuses by path (numbers in paths are N)."""
        return self.control()["counts"]

    def total(self) -> int:
        """Give the number of requests served so far."""
        return self.control()["total"]


@contextmanager
def replay(
    now: str = "2025-01-01", flavour: str = "bmo", corpus: Path | None = None, messages: Path | None = None
) -> Iterator[ReplayServer]:
    """Run the replay under a clock that starts at `now`; skips the test where ../shared is absent.

    `corpus` and `messages` are files of invented ones, where the real ones would be too many.
    """
    if not REPLAY.exists():
        pytest.skip(f"the replay of real incidents is not here ({REPLAY})")
    command = [sys.executable, str(REPLAY), "--port", "0", "--now", now, "--flavour", flavour]
    command += ["--corpus", str(corpus)] if corpus else []
    command += ["--messages", str(messages)] if messages else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().strip()
            if not url:
                pytest.fail("the replay did not start")
            yield ReplayServer(url)
        finally:
            process.kill()


@asynccontextmanager
async def http_server(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """Answer every GET by `handler` on a free port; gives the address."""
    app = web.Application()
    app.router.add_get("/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
