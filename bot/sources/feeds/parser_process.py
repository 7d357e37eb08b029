"""Parsing feeds in a process of their own, with a deadline, so that a hostile feed stalls nothing but itself.

This module imports nothing heavy: the process that parses imports it too.
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
    """One entry as it stands in a feed, uncleaned; `posted` in seconds since 1970, UTC."""

    id: str
    link: str
    title: str
    title_is_html: bool
    author: str
    summary: str
    posted: int | None


class ParsedFeed(NamedTuple):
    """A feed's entries in its own order; `version` is empty for what is no feed."""

    version: str
    entries: tuple[FeedEntry, ...]


def parse_feed(body: bytes) -> ParsedFeed:
    """Parse RSS or Atom from memory; links and HTML come back as they stand."""
    import feedparser

    # Given bytes that look like a path, feedparser would open that file: only ever a BytesIO.
    feed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    return ParsedFeed(str(feed.get("version") or ""), tuple(_entry(entry) for entry in feed.get("entries", ())))


def _entry(entry: Any) -> FeedEntry:
    when = entry.get("published_parsed") or entry.get("updated_parsed")
    kind = (entry.get("title_detail") or {}).get("type", "")
    texts = {name: str(entry.get(name) or "") for name in ("id", "link", "title", "author", "summary")}
    return FeedEntry(title_is_html="html" in str(kind), posted=calendar.timegm(when) if when else None, **texts)


class FeedParserProcess:
    """Owns the process that parses; it starts at the first feed and is replaced after one that was too much."""

    def __init__(self, timeout_seconds: float = PARSE_TIMEOUT_SECONDS) -> None:
        self._timeout_seconds = timeout_seconds
        self._pool: ProcessPoolExecutor | None = None
        self._pid = 0
        self._lock = asyncio.Lock()

    async def parse(self, body: bytes) -> ParsedFeed:
        """Parse one feed; raises SourceFailed if it takes more than the deadline or breaks the parser."""
        async with self._lock:
            loop = asyncio.get_running_loop()
            try:
                if self._pool is None:
                    self._pool = ProcessPoolExecutor(1, get_context("spawn"), exit_with_parent)
                    self._pid = await asyncio.wait_for(loop.run_in_executor(self._pool, os.getpid), START_TIMEOUT_SECONDS)
                work = loop.run_in_executor(self._pool, parse_feed, body)
                return await asyncio.wait_for(work, self._timeout_seconds)
            except TimeoutError:
                self._kill()
                raise SourceError("The feed takes too long to read.") from None
            except BrokenProcessPool:
                self._kill()
                raise SourceError("The feed could not be read: it broke the reader.") from None
            except asyncio.CancelledError:
                self._kill()  # what it was doing may never end
                raise
            except Exception as error:  # noqa: BLE001
                # whatever a hostile feed made the parser raise in its own process
                raise SourceError(f"The feed could not be read ({type(error).__name__}).") from None

    def close(self) -> None:
        """End the process; another parse would start a new one."""
        self._kill()

    def _kill(self) -> None:
        pool, pid, self._pool, self._pid = self._pool, self._pid, None, 0
        if pool is None:
            return
        if pid:
            with suppress(ProcessLookupError):  # it may have ended by itself
                os.kill(pid, signal.SIGKILL)
        pool.shutdown(wait=False, cancel_futures=True)
