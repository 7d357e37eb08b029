"""Parses feeds and message pages in a process of its own, so that a hostile document delays nothing else.

The process has a deadline for each document, a limit of memory, and an environment without secrets.
"""

import asyncio
import json
import os
import subprocess
import sys
from contextlib import suppress
from math import ceil
from pathlib import Path
from typing import Any

from bot.sources.errors import SourceError, UnreadableItem
from bot.sources.feeds.documents import MAX_ITEMS, ArchivePage, FeedItem, ParsedFeed
from bot.sources.feeds.split import split_feed

PARSE_TIMEOUT_SECONDS = 10.0
ITEM_TIMEOUT_SECONDS = 2.0
START_TIMEOUT_SECONDS = 30.0
MAX_FAILED_ITEMS = 3  # that end the process, before a feed is given up

# What a Python process needs of its environment. Everything else stays out: tokens, keys, addresses with passwords.
PASSED_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PYTHONHOME", "SYSTEMROOT", "TMPDIR", "TZ")


class ParserFailed(Exception):
    """A document could not be parsed; the message is a phrase with the reason. `ended`: nor can the process go on."""

    def __init__(self, reason: str, *, ended: bool) -> None:
        super().__init__(reason)
        self.ended = ended


class FeedParserProcess:
    """The process that parses documents; it starts with the first one, and is replaced after a timeout or crash."""

    def __init__(self, timeout_seconds: float = PARSE_TIMEOUT_SECONDS) -> None:
        self._timeout_seconds = timeout_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = asyncio.Lock()

    async def parse(self, body: bytes, content_type: str = "") -> ParsedFeed:
        """Parse one feed; `content_type` is the header it came with.

        A feed that cannot be parsed as a whole is parsed item by item. Raises SourceError if that fails too.
        """
        try:
            return _feed(await self._request("feed", body, content_type, self._timeout_seconds))
        except ParserFailed as failure:
            parsed = await self._parse_items(body, content_type)
            if parsed is None:
                raise SourceError(f"The feed could not be parsed: {failure}.") from None
            return parsed

    async def parse_page(self, body: bytes, content_type: str = "") -> ArchivePage | None:
        """Parse the page of one message; None if it is not one. Raises UnreadableItem."""
        try:
            value = await self._request("page", body, content_type, self._timeout_seconds)
        except ParserFailed as failure:
            raise UnreadableItem(f"A message's page could not be parsed: {failure}.") from None
        return None if value is None else ArchivePage(*value)

    def close(self) -> None:
        """End the process; the next document starts a new one."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    async def _parse_items(self, body: bytes, content_type: str) -> ParsedFeed | None:
        """Parse each item of a feed as a feed of its own; None if it has no items or too many end the process."""
        version, failed = "", 0
        items: list[FeedItem] = []
        unreadable: list[str] = []
        pieces = split_feed(body)
        for number, piece in enumerate(pieces[:MAX_ITEMS], 1):
            try:
                parsed = _feed(await self._request("feed", piece, content_type, ITEM_TIMEOUT_SECONDS))
            except ParserFailed as failure:
                failed += failure.ended
                if failed > MAX_FAILED_ITEMS:
                    return None
                unreadable.append(f"item {number} ({failure})")
                continue
            version = version or parsed.version
            items += parsed.items
            unreadable += parsed.unreadable
        if not items:
            return None
        left_out = max(0, len(pieces) - MAX_ITEMS)
        return ParsedFeed(version, tuple(items), tuple(unreadable), left_out, complete=False)

    async def _request(self, kind: str, body: bytes, content_type: str, timeout_seconds: float) -> Any:
        """Return the value of one document; raises ParserFailed."""
        async with self._lock:
            try:
                if self._process is None:
                    self._process = self._start()
                    async with asyncio.timeout(START_TIMEOUT_SECONDS):  # an empty document loads the libraries
                        await asyncio.to_thread(_exchange, self._process, "feed", b"", "")
                async with asyncio.timeout(timeout_seconds):
                    answer = await asyncio.to_thread(_exchange, self._process, kind, body, content_type)
            except TimeoutError:
                self.close()
                raise ParserFailed("it takes too long", ended=True) from None
            except (OSError, EOFError, ValueError):
                self.close()
                raise ParserFailed("it crashed the parser", ended=True) from None
            except asyncio.CancelledError:
                self.close()  # the parse may never end
                raise
            if "error" in answer:
                raise ParserFailed(f"{answer['error']}", ended=False)
            return answer["value"]

    def _start(self) -> subprocess.Popen[bytes]:
        root = str(Path(__file__).parents[3])
        environment = {name: os.environ[name] for name in PASSED_VARIABLES if name in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([root, *filter(None, sys.path)]))
        longest = str(ceil(self._timeout_seconds + START_TIMEOUT_SECONDS))
        return subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "bot.sources.feeds.worker", longest],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )


def _exchange(process: subprocess.Popen[bytes], kind: str, body: bytes, content_type: str) -> dict[str, Any]:
    """Send one document and return the answer; raises OSError or EOFError if the process has ended."""
    assert process.stdin is not None  # noqa: S101 - both are pipes
    assert process.stdout is not None  # noqa: S101
    request = {"kind": kind, "content_type": content_type, "length": len(body)}
    process.stdin.write(json.dumps(request).encode("ascii") + b"\n" + body)
    process.stdin.flush()
    length = process.stdout.read(8)
    if len(length) < 8:
        raise EOFError
    document = process.stdout.read(int.from_bytes(length, "big"))
    answer: dict[str, Any] = json.loads(document)
    return answer


def _feed(value: Any) -> ParsedFeed:
    version, items, unreadable, left_out, complete = value
    return ParsedFeed(version, tuple(FeedItem(*item) for item in items), tuple(unreadable), left_out, complete)
