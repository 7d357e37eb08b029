"""The client of an RSS or Atom feed, such as a wiki page's history; its entries become messages."""

import hashlib
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from bot.sources.feeds.fetch import FeedSnapshot, fetch_feed
from bot.sources.feeds.parser_process import FeedEntry, FeedParserProcess
from bot.sources.http import HttpClient
from bot.sources.sanitize import html_to_text, sanitize_header, strip_control_chars
from storage.values.messages import ListMessage

MAX_KEY_LENGTH = 300


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

    async def fetch(self, etag: str = "", last_modified: str = "") -> FeedSnapshot | None:
        """Return the feed, oldest entry first; None if it has not changed. Raises SourceError."""
        fetched = await fetch_feed(self._http_client, self._feed_parser, self.url, etag, last_modified)
        if fetched is None:
            return None
        items = [self._build_message(entry) for entry in reversed(fetched.parsed.entries)]
        if all(item.posted for item in items):
            items.sort(key=lambda item: item.posted or datetime.min.replace(tzinfo=UTC))
        items_by_key = {item.key: item for item in items}
        return FeedSnapshot(tuple(items_by_key.values()), fetched.etag, fetched.last_modified)

    def close(self) -> None:
        """End the feed parser if it is this feed's own."""
        if self._own_feed_parser:
            self._own_feed_parser.close()

    def _build_message(self, entry: FeedEntry) -> ListMessage:
        return ListMessage(
            list=self.name,
            key=_entry_key(entry),
            url=_absolute_url(self.url, entry.link),
            subject=sanitize_header(html_to_text(entry.title) if entry.title_is_html else entry.title),
            author=sanitize_header(entry.author),
            posted=posted_at(entry),
            body=html_to_text(entry.summary),
        )


def posted_at(entry: FeedEntry) -> datetime | None:
    """Return an entry's time (UTC), None if it has none or an impossible one."""
    try:
        return None if entry.posted is None else datetime.fromtimestamp(entry.posted, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _entry_key(entry: FeedEntry) -> str:
    """Return an entry's id; a hash of it if it is too long, of the link or title and time if there is none."""
    entry_id = strip_control_chars(entry.id)
    if entry_id and len(entry_id) <= MAX_KEY_LENGTH:
        return entry_id
    identity = entry_id or entry.link or f"{entry.title}\n{entry.posted}"
    return hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()


def _absolute_url(feed_url: str, link: str) -> str:
    """Return a link as an absolute URL; the feed's own URL if the link is not http or https."""
    try:
        url = urljoin(feed_url, strip_control_chars(link).strip()) if link else feed_url
        parts = urlsplit(url)
    except ValueError:
        return feed_url
    return url if parts.scheme in ("http", "https") and parts.hostname else feed_url
