"""Any RSS or Atom feed as a list of messages: a wiki page's history, another archive."""

import hashlib
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from bot.sources.feeds.fetch import FeedPage, fetch_feed
from bot.sources.feeds.parser_process import Entry, FeedWorker
from bot.sources.http import Web
from bot.sources.sanitize import clean, read_html, without_controls
from storage.values.messages import Message

LONGEST_KEY = 300


class Feed:
    """One feed under the operator's name for it; without a `worker` it starts one of its own, ended by close()."""

    def __init__(self, web: Web, name: str, url: str, worker: FeedWorker | None = None) -> None:
        self.name = name
        self.url = url
        self._web = web
        self._own = None if worker else FeedWorker()
        self._worker = worker or self._own or FeedWorker()

    async def feed(self, etag: str = "", modified: str = "") -> FeedPage | None:
        """Read the feed, oldest entry first; None if it did not change. Raises SourceFailed."""
        fetched = await fetch_feed(self._web, self._worker, self.url, etag, modified)
        if fetched is None:
            return None
        items = [self._message(entry) for entry in reversed(fetched.parsed.entries)]
        if all(item.posted for item in items):
            items.sort(key=lambda item: item.posted or datetime.min.replace(tzinfo=UTC))
        unique = {item.key: item for item in items}
        return FeedPage(tuple(unique.values()), fetched.etag, fetched.modified)

    def close(self) -> None:
        """End the worker if it is this feed's own."""
        if self._own:
            self._own.close()

    def _message(self, entry: Entry) -> Message:
        return Message(
            list=self.name,
            key=_key(entry),
            url=_link(self.url, entry.link),
            subject=" ".join((read_html(entry.title) if entry.title_is_html else clean(entry.title)).split()),
            author=clean(entry.author),
            posted=posted_at(entry),
            body=read_html(entry.summary),
        )


def posted_at(entry: Entry) -> datetime | None:
    """Give an entry's time, None if it has none that exists."""
    try:
        return None if entry.posted is None else datetime.fromtimestamp(entry.posted, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _key(entry: Entry) -> str:
    name = without_controls(entry.id)
    if name and len(name) <= LONGEST_KEY:
        return name
    told_by = name or entry.link or f"{entry.title}\n{entry.posted}"
    return hashlib.sha256(told_by.encode("utf-8", "replace")).hexdigest()


def _link(feed_url: str, link: str) -> str:
    """Make a link whole; a link that is not for the web becomes the feed's own address."""
    try:
        whole = urljoin(feed_url, without_controls(link).strip()) if link else feed_url
        parts = urlsplit(whole)
    except ValueError:
        return feed_url
    return whole if parts.scheme in ("http", "https") and parts.hostname else feed_url
