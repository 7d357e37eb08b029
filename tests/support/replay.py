"""HTTP servers for tests: the replay of real incidents, and small servers with a handler of the test.

The replay runs as a process; tests that need it are skipped where it is absent.
"""

import json
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO

import pytest
from aiohttp import web

from tests.support.shared import REPLAY


class ReplayServer:
    """A running replay: its addresses, commands to it, and its counts of requests."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.list_url = f"{url}/dev-security-policy@mozilla.org/maillist.xml"
        self.wiki_url = f"{url}/wiki.atom"

    def control(self, **command: object) -> dict:
        """Send a command (see the top of serve.py); without one, return the clock and the counts."""
        data = json.dumps(command).encode() if command else None
        with urllib.request.urlopen(f"{self.url}/_control", data, timeout=60) as response:
            return json.load(response)

    def counts(self) -> dict[str, dict]:
        """Return requests, bytes and statuses by path (numbers in paths are N)."""
        return self.control()["counts"]

    def total(self) -> int:
        """Return the number of requests served so far."""
        return self.control()["total"]


@contextmanager
def replay(
    now: str = "2025-01-01",
    flavour: str = "bmo",
    corpus: Path | None = None,
    messages: Path | None = None,
    log: IO[bytes] | None = None,
) -> Iterator[ReplayServer]:
    """Run the replay with a clock that starts at `now`; skip the test where ../shared is absent.

    `corpus` and `messages` are files of invented bugs and messages, for tests that need few; `log` takes what the
    replay says of connections that break.
    """
    if not REPLAY.exists():
        pytest.skip(f"the replay of real incidents is not here ({REPLAY})")
    command = [sys.executable, str(REPLAY), "--port", "0", "--now", now, "--flavour", flavour]
    command += ["--corpus", str(corpus)] if corpus else []
    command += ["--messages", str(messages)] if messages else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process:
        try:
            url = process.stdout.readline().strip()
            if not url:
                pytest.fail("the replay did not start")
            yield ReplayServer(url)
        finally:
            process.kill()


@asynccontextmanager
async def http_server(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """Answer every GET with `handler` on a free port; yield the URL."""
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
