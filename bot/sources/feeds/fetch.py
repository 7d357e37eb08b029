"""Fetching a feed: asked for only if it changed, read in the worker, refused when it is none."""

from dataclasses import dataclass

from bot.sources.errors import SourceFailed
from bot.sources.feeds.parser_process import FeedWorker, Parsed
from bot.sources.http import Web, host_of
from storage.values.messages import Message

FEED_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class FeedPage:
    """What a feed shows now, oldest first, and what to send back to be told of changes only.

    `oldest` and `newest` are an archive's message numbers, None for plain feeds and empty ones.
    """

    items: tuple[Message, ...]
    etag: str
    modified: str
    oldest: int | None = None
    newest: int | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A feed's entries and its validators ("" where it has none)."""

    parsed: Parsed
    etag: str
    modified: str


async def fetch_feed(web: Web, worker: FeedWorker, url: str, etag: str, modified: str) -> Fetched | None:
    """Fetch and parse a feed; None if it did not change since `etag` and `modified`. Raises SourceFailed."""
    headers = {"Accept": "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9"}
    if etag:
        headers["If-None-Match"] = etag
    if modified:
        headers["If-Modified-Since"] = modified
    answer = await web.get(url, headers=headers, limit_bytes=FEED_BYTES, follow=True)
    host = host_of(url)
    if answer.status == 304:
        return None
    if answer.status != 200:
        raise SourceFailed(f"{host} does not give the feed ({answer.status}); correct its address if that stays so.")
    parsed = await worker.parse(answer.body)
    if not parsed.version:
        raise SourceFailed(f"{host} answered with something that is no feed.")
    return Fetched(parsed, answer.headers.get("etag", ""), answer.headers.get("last-modified", ""))


def message_key(url: str) -> str:
    """Tell a message by its address without the scheme: archives name the same page by http and by https."""
    return url.partition("://")[2] or url
