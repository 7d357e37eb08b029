"""Fetches a feed if it has changed, and parses it in the feed parser's process."""

from dataclasses import dataclass

from bot.sources.errors import SourceError
from bot.sources.feeds.parser_process import FeedParserProcess, ParsedFeed
from bot.sources.http import HttpClient, display_host
from storage.values.messages import ListMessage

MAX_FEED_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class FeedSnapshot:
    """The items of a feed, oldest first, and the validators to send with the next request.

    `lowest_number` and `highest_number` are an archive's message numbers, None for plain feeds and empty ones.
    """

    items: tuple[ListMessage, ...]
    etag: str
    last_modified: str
    lowest_number: int | None = None
    highest_number: int | None = None


@dataclass(frozen=True, slots=True)
class FetchedFeed:
    """A feed's entries and its validators, which are empty if the server sent none."""

    parsed: ParsedFeed
    etag: str
    last_modified: str


async def fetch_feed(
    http_client: HttpClient, feed_parser: FeedParserProcess, url: str, etag: str, last_modified: str
) -> FetchedFeed | None:
    """Return the parsed feed, None if it has not changed since these validators. Raises SourceError."""
    headers = {"Accept": "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9"}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    response = await http_client.get(url, headers=headers, max_bytes=MAX_FEED_BYTES, follow_redirects=True)
    host = display_host(url)
    if response.status == 304:
        return None
    if response.status != 200:
        raise SourceError(f"{host} does not return the feed ({response.status}); correct its address if this persists.")
    parsed = await feed_parser.parse(response.body)
    if not parsed.version:
        raise SourceError(f"{host} answered with something that is not a feed.")
    return FetchedFeed(parsed, response.headers.get("etag", ""), response.headers.get("last-modified", ""))


def message_key(url: str) -> str:
    """Return a message's key: its address without the scheme, because archives use both http and https."""
    return url.partition("://")[2] or url
