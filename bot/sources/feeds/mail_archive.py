"""The client of a mailing list on mail-archive.com: a feed of the newest 100 messages, and a page for each message."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable

from bot.rate_limit import RateLimiter
from bot.sources.errors import SourceError, UnreadableItem
from bot.sources.feeds.documents import FeedItem
from bot.sources.feeds.fetch import FeedSnapshot, fetch_feed, message_key, posted_at
from bot.sources.feeds.parser_process import FeedParserProcess
from bot.sources.http import HttpClient, display_host
from storage.values.messages import ListMessage

MAX_PAGE_BYTES = 5_000_000
MESSAGE_NUMBER = re.compile(r"/msg([0-9]{1,9})\.html\Z")
VIA_LIST = re.compile(r"""\A['"]?(?P<name>.*?)['"]? via [^ ].*\Z""", re.DOTALL)


class MailArchive:
    """The archive of one list: `url` is its maillist.xml; pages are requested at least `page_seconds` apart.

    Without a `feed_parser` it starts one of its own, which close() ends.
    """

    def __init__(
        self,
        http_client: HttpClient,
        name: str,
        url: str,
        page_seconds: float = 3.0,
        feed_parser: FeedParserProcess | None = None,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.url = url
        self._http_client = http_client
        self._rate_limiter = RateLimiter(1, page_seconds, sleep=sleep, clock=clock)
        self._own_feed_parser = None if feed_parser else FeedParserProcess()
        self._feed_parser = feed_parser or self._own_feed_parser or FeedParserProcess()

    async def fetch(self, etag: str = "", last_modified: str = "") -> FeedSnapshot | None:
        """Return the newest messages, oldest first, without bodies; None if unchanged. Raises SourceError."""
        fetched = await fetch_feed(self._http_client, self._feed_parser, self.url, etag, last_modified)
        if fetched is None:
            return None
        items_by_number: dict[int, FeedItem] = {}
        unnumbered = []
        for item in fetched.parsed.items:
            match = MESSAGE_NUMBER.search(item.link or item.id)
            if match:
                items_by_number.setdefault(int(match[1]), item)
            else:
                unnumbered.append(f"{(item.link or item.id or item.title)[:120]} (not a message's address)")
        if fetched.parsed.items and not items_by_number:
            raise SourceError(
                f"{display_host(self.url)} returns a feed that is not a mail archive's; its kind may be 'feed'."
            )
        return FeedSnapshot(
            tuple(self._listed_message(number, item) for number, item in sorted(items_by_number.items())),
            fetched.etag,
            fetched.last_modified,
            (*fetched.unreadable, *unnumbered),
            fetched.server_time,
        )

    async def fetch_message(self, number: int) -> ListMessage | None:
        """Return a message with its body; None if the archive has no such number.

        Raises UnreadableItem for a page that is not a message, SourceError if there is no answer.
        """
        await self._rate_limiter.acquire()
        url = self.message_url(number)
        response = await self._http_client.get(
            url, headers={"Accept": "text/html"}, max_bytes=MAX_PAGE_BYTES, follow_redirects=True, may_cut=True
        )
        if response.status == 404:
            return None
        page = None
        if response.status == 200:
            page = await self._feed_parser.parse_page(response.body, response.headers.get("content-type", ""))
        if page is None:
            raise UnreadableItem(f"{display_host(url)} answered with something that is not a message.")
        return ListMessage(
            list=self.name,
            key=message_key(self.message_url(number)),
            url=self.message_url(number),
            subject=page.subject,
            author=parse_author(page.author),
            posted=posted_at(page.posted),
            number=number,
            message_id=page.message_id,
            body=page.body,
        )

    def message_url(self, number: int) -> str:
        """Return a message's address on the configured server."""
        return f"{self.url.partition('?')[0].rpartition('/')[0]}/msg{number:05d}.html"

    def close(self) -> None:
        """End the feed parser if it is this archive's own."""
        if self._own_feed_parser:
            self._own_feed_parser.close()

    def _listed_message(self, number: int, item: FeedItem) -> ListMessage:
        url = self.message_url(number)
        return ListMessage(
            list=self.name,
            key=message_key(url),
            url=url,
            subject=item.title,
            author=parse_author(item.linked_name or item.author),
            posted=posted_at(item.posted),
            number=number,
        )


def parse_author(text: str) -> str:
    """Return the person's name in "'Name' via some-list@..."; a masked address stays unchanged."""
    match = VIA_LIST.match(text)
    return match["name"].strip() if match else text
