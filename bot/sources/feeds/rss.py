"""The client of an RSS or Atom feed, such as a wiki page's history; its entries become messages."""

import hashlib
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit, urlunsplit

from bot.sources.feeds.documents import FeedItem
from bot.sources.feeds.fetch import FeedSnapshot, fetch_feed, message_key, posted_at
from bot.sources.feeds.parser_process import FeedParserProcess
from bot.sources.http import HttpClient
from storage.values.messages import ListMessage

MAX_KEY_LENGTH = 300
NEVER = datetime.min.replace(tzinfo=UTC)


class RssFeed:
    """A feed under the name that the operator gave it.

    Without a `feed_parser` it starts one of its own, which close() ends.
    """

    def __init__(
        self, http_client: HttpClient, name: str, url: str, feed_parser: FeedParserProcess | None = None
    ) -> None:
        self.name = name
        self.url = url
        self._http_client = http_client
        self._own_feed_parser = None if feed_parser else FeedParserProcess()
        self._feed_parser = feed_parser or self._own_feed_parser or FeedParserProcess()
        self._public_url = _without_secrets(url)

    async def fetch(self, etag: str = "", last_modified: str = "") -> FeedSnapshot | None:
        """Return the feed, oldest entry first; None if it has not changed. Raises SourceError."""
        fetched = await fetch_feed(self._http_client, self._feed_parser, self.url, etag, last_modified)
        if fetched is None:
            return None
        items = [self._build_message(item) for item in fetched.parsed.items]
        dates = [item.posted for item in items if item.posted]
        if not dates or dates[0] >= dates[-1]:
            items.reverse()  # feeds have the newest first, unless their dates say otherwise
        if all(item.posted for item in items):
            items.sort(key=lambda item: item.posted or NEVER)
        return FeedSnapshot(
            tuple(_with_own_keys(items)),
            fetched.etag,
            fetched.last_modified,
            unreadable=fetched.unreadable,
            server_time=fetched.server_time,
        )

    def close(self) -> None:
        """End the feed parser if it is this feed's own."""
        if self._own_feed_parser:
            self._own_feed_parser.close()

    def _build_message(self, item: FeedItem) -> ListMessage:
        url = _absolute_url(self._public_url, item.link)
        return ListMessage(
            list=self.name,
            key=_item_key(item, url if item.link else ""),
            url=url,
            subject=item.title,
            author=item.author,
            posted=posted_at(item.posted),
            body=item.body,
        )


def _with_own_keys(items: list[ListMessage]) -> list[ListMessage]:
    """Return the items, the first of equal ones only; different items with one key stay, and share it."""
    seen: set[tuple[str, str, str, datetime | None]] = set()
    distinct = []
    for item in items:
        identity = (item.key, item.url, item.subject, item.posted)
        if identity not in seen:
            seen.add(identity)
            distinct.append(item)
    return distinct


def _item_key(item: FeedItem, url: str) -> str:
    """Return an item's id, without one its address without the scheme, and a hash if there is neither or it is long."""
    key = item.id or (message_key(url) if url else "")
    if key and len(key) <= MAX_KEY_LENGTH:
        return key
    identity = key or f"{item.title}\n{item.posted}"
    return hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()


def _absolute_url(feed_url: str, link: str) -> str:
    """Return a link as an absolute URL; the feed's own URL if the link is not http or https."""
    try:
        url = urljoin(feed_url, link) if link else feed_url
        parts = urlsplit(url)
    except ValueError:
        return feed_url
    return url if parts.scheme in ("http", "https") and parts.hostname else feed_url


def _without_secrets(url: str) -> str:
    """Return a configured URL as it may be shown to everybody: without user, query and fragment."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
