"""Parses feeds in a process of its own with a timeout, so that a hostile feed delays nothing else.

The parser's process imports this module too, so it imports nothing heavy.
"""

import asyncio
import calendar
import io
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context
from typing import Any, NamedTuple

from bot.jobs.worker_process import exit_with_parent
from bot.sources.errors import SourceError

PARSE_TIMEOUT_SECONDS = 10.0
START_TIMEOUT_SECONDS = 30.0


class FeedEntry(NamedTuple):
    """An entry of a feed, not sanitized; `posted` in seconds since 1970, UTC."""

    id: str
    link: str
    title: str
    title_is_html: bool
    author: str
    summary: str
    posted: int | None


class ParsedFeed(NamedTuple):
    """A feed's entries in its own order; `version` is empty if the document is not a feed."""

    version: str
    entries: tuple[FeedEntry, ...]


def parse_feed(body: bytes) -> ParsedFeed:
    """Parse RSS or Atom; links and HTML are returned unchanged."""
    import feedparser

    # feedparser would open a file if given bytes that look like a path, so it always gets a BytesIO
    feed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    return ParsedFeed(str(feed.get("version") or ""), tuple(_parse_entry(entry) for entry in feed.get("entries", ())))


def _parse_entry(entry: Any) -> FeedEntry:
    posted = entry.get("published_parsed") or entry.get("updated_parsed")
    title_type = (entry.get("title_detail") or {}).get("type", "")
    texts = {name: str(entry.get(name) or "") for name in ("id", "link", "title", "author", "summary")}
    return FeedEntry(
        title_is_html="html" in str(title_type), posted=calendar.timegm(posted) if posted else None, **texts
    )


class FeedParserProcess:
    """The process that parses feeds; it starts with the first feed, and is replaced after a timeout or crash."""

    def __init__(self, timeout_seconds: float = PARSE_TIMEOUT_SECONDS) -> None:
        self._timeout_seconds = timeout_seconds
        self._pool: ProcessPoolExecutor | None = None
        self._pid = 0
        self._lock = asyncio.Lock()

    async def parse(self, body: bytes) -> ParsedFeed:
        """Parse one feed; raises SourceError if that exceeds the timeout or crashes the parser."""
        async with self._lock:
            loop = asyncio.get_running_loop()
            try:
                if self._pool is None:
                    self._pool = ProcessPoolExecutor(1, get_context("spawn"), exit_with_parent)
                    self._pid = await asyncio.wait_for(
                        loop.run_in_executor(self._pool, os.getpid), START_TIMEOUT_SECONDS
                    )
                future = loop.run_in_executor(self._pool, parse_feed, body)
                return await asyncio.wait_for(future, self._timeout_seconds)
            except TimeoutError:
                self._kill()
                raise SourceError("The feed takes too long to parse.") from None
            except BrokenProcessPool:
                self._kill()
                raise SourceError("The feed could not be parsed: it crashed the parser.") from None
            except asyncio.CancelledError:
                self._kill()  # the parse may never end
                raise
            except Exception as error:  # noqa: BLE001
                # a hostile feed may make the parser raise anything in its process
                raise SourceError(f"The feed could not be parsed ({type(error).__name__}).") from None

    def close(self) -> None:
        """End the process; the next parse starts a new one."""
        self._kill()

    def _kill(self) -> None:
        pool, pid, self._pool, self._pid = self._pool, self._pid, None, 0
        if pool is None:
            return
        if pid:
            with suppress(ProcessLookupError):  # it may have ended already
                os.kill(pid, signal.SIGKILL)
        pool.shutdown(wait=False, cancel_futures=True)
