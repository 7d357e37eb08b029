"""Fetches a feed if it has changed, and parses it in the feed parser's process."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.sources.errors import SourceError
from bot.sources.feeds.documents import MAX_ITEMS, ParsedFeed
from bot.sources.feeds.parser_process import FeedParserProcess
from bot.sources.feeds.split import cut_feed
from bot.sources.http import HttpClient, display_host
from bot.sources.retry_after import parse_http_date
from storage.values.messages import ListMessage

MAX_FEED_BYTES = 5_000_000

_SENDABLE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,498}[\x21-\x7e])?")
"""A header's value that may be sent: visible ASCII characters with spaces in between (RFC 9110, section 5.5)."""


@dataclass(frozen=True, slots=True)
class FeedSnapshot:
    """The items of a feed, oldest first, and the validators to send with the next request.

    `unreadable` names items that could not be read. `server_time` is the server's own clock, None if it has none.
    """

    items: tuple[ListMessage, ...]
    etag: str
    last_modified: str
    unreadable: tuple[str, ...] = ()
    server_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class FetchedFeed:
    """A feed's items and its validators, which are empty if the server sent none that can be sent back."""

    parsed: ParsedFeed
    etag: str
    last_modified: str
    server_time: datetime | None

    @property
    def unreadable(self) -> tuple[str, ...]:
        """The items that could not be read, and how many were left out."""
        left_out = self.parsed.left_out
        note = (f"{left_out:,} items more than the {MAX_ITEMS:,} newest",) if left_out else ()
        return (*note, *self.parsed.unreadable)


async def fetch_feed(
    http_client: HttpClient, feed_parser: FeedParserProcess, url: str, etag: str, last_modified: str
) -> FetchedFeed | None:
    """Return the parsed feed, None if it has not changed since these validators. Raises SourceError."""
    headers = {"Accept": "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9"}
    if sendable(etag):
        headers["If-None-Match"] = etag
    if sendable(last_modified):
        headers["If-Modified-Since"] = last_modified
    response = await http_client.get(
        url, headers=headers, max_bytes=MAX_FEED_BYTES, follow_redirects=True, may_cut=True
    )
    host = display_host(url)
    if response.status == 304:
        return None
    if response.status != 200:
        raise SourceError(f"{host} does not return the feed ({response.status}); correct its address if this persists.")
    is_cut = len(response.body) >= MAX_FEED_BYTES
    body = cut_feed(response.body) if is_cut else response.body
    parsed = await feed_parser.parse(body, response.headers.get("content-type", ""))
    if is_cut:
        cut = f"what stands beyond {MAX_FEED_BYTES:,} bytes"
        parsed = parsed._replace(unreadable=(cut, *parsed.unreadable))
    if not parsed.version:
        raise SourceError(f"{host} answered with something that is not a feed.")
    validators = [sendable(response.headers.get(name, "")) for name in ("etag", "last-modified")]
    etag, last_modified = validators if parsed.complete else ("", "")
    return FetchedFeed(parsed, etag, last_modified, parse_http_date(response.headers.get("date", "")))


def sendable(value: str) -> str:
    """Return a header's value if it can be sent back, else ""."""
    return value if _SENDABLE.fullmatch(value) else ""


def message_key(url: str) -> str:
    """Return a message's key: its address without the scheme, because archives use both http and https."""
    return url.partition("://")[2] or url


def posted_at(seconds: int | None) -> datetime | None:
    """Return the time (UTC) of an item; None if it has none or claims to be of another day to come."""
    if seconds is None:
        return None
    posted = datetime.fromtimestamp(seconds, UTC)
    return None if posted > datetime.now(UTC) + timedelta(days=1) else posted
