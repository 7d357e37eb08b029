"""Fetching a feed: asked for only if it changed, read in the worker, refused when it is none."""

from dataclasses import dataclass

from bot.sources.errors import SourceError
from bot.sources.feeds.parser_process import FeedParserProcess, ParsedFeed
from bot.sources.http import HttpClient, display_host
from storage.values.messages import Message

MAX_FEED_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class FeedSnapshot:
    """What a feed shows now, oldest first, and what to send back to be told of changes only.

    `oldest` and `newest` are an archive's message numbers, None for plain feeds and empty ones.
    """

    items: tuple[Message, ...]
    etag: str
    last_modified: str
    lowest_number: int | None = None
    highest_number: int | None = None


@dataclass(frozen=True, slots=True)
class FetchedFeed:
    """A feed's entries and its validators ("" where it has none)."""

    parsed: ParsedFeed
    etag: str
    last_modified: str


async def fetch_feed(http_client: HttpClient, feed_parser: FeedParserProcess, url: str, etag: str, last_modified: str) -> FetchedFeed | None:
    """Fetch and parse a feed; None if it did not change since `etag` and `modified`. Raises SourceFailed."""
    headers = {"Accept": "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9"}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    answer = await http_client.get(url, headers=headers, max_bytes=MAX_FEED_BYTES, follow_redirects=True)
    host = display_host(url)
    if answer.status == 304:
        return None
    if answer.status != 200:
        raise SourceError(f"{host} does not give the feed ({answer.status}); correct its address if that stays so.")
    parsed = await feed_parser.parse(answer.body)
    if not parsed.version:
        raise SourceError(f"{host} answered with something that is no feed.")
    return FetchedFeed(parsed, answer.headers.get("etag", ""), answer.headers.get("last-modified", ""))


def message_key(url: str) -> str:
    """Tell a message by its address without the scheme: archives name the same page by http and by https."""
    return url.partition("://")[2] or url
