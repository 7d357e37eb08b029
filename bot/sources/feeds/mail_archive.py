"""The client of a mailing list on mail-archive.com: a feed of the newest 100 messages, and a page for each message."""

import asyncio
import email.utils
import re
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from bot.rate_limit import RateLimiter
from bot.sources.errors import SourceError
from bot.sources.feeds.fetch import FeedSnapshot, fetch_feed, message_key
from bot.sources.feeds.parser_process import FeedEntry, FeedParserProcess
from bot.sources.feeds.rss import posted_at
from bot.sources.http import HttpClient, display_host
from bot.sources.sanitize import html_to_text, sanitize_header, strip_control_chars
from storage.values.messages import ListMessage

MAX_PAGE_BYTES = 5_000_000
BODY_MARKER = "X-Body-of-Message"
MESSAGE_NUMBER = re.compile(r"/msg(\d{1,9})\.html\Z")
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
        entries = fetched.parsed.entries
        entries_by_number = {
            int(match[1]): entry for entry in entries if (match := MESSAGE_NUMBER.search(entry.link or entry.id))
        }
        if entries and not entries_by_number:
            raise SourceError(
                f"{display_host(self.url)} returns a feed that is not a mail archive's; its kind may be 'feed'."
            )
        items = tuple(self._parse_entry(number, entry) for number, entry in sorted(entries_by_number.items()))
        return FeedSnapshot(
            items,
            fetched.etag,
            fetched.last_modified,
            min(entries_by_number, default=None),
            max(entries_by_number, default=None),
        )

    async def fetch_message(self, number: int) -> ListMessage | None:
        """Return a message with its body; None if the archive has no such number. Raises SourceError."""
        await self._rate_limiter.acquire()
        url = self.message_url(number)
        response = await self._http_client.get(
            url, headers={"Accept": "text/html"}, max_bytes=MAX_PAGE_BYTES, follow_redirects=True
        )
        if response.status == 404:
            return None
        message = self._parse_page(number, response.body.decode("utf-8", "replace")) if response.status == 200 else None
        if message is None:
            raise SourceError(f"{display_host(url)} answered with something that is not a message.")
        return message

    def message_url(self, number: int) -> str:
        """Return a message's address on the configured server."""
        return f"{self.url.rpartition('/')[0]}/msg{number:05d}.html"

    def close(self) -> None:
        """End the feed parser if it is this archive's own."""
        if self._own_feed_parser:
            self._own_feed_parser.close()

    def _parse_entry(self, number: int, entry: FeedEntry) -> ListMessage:
        from selectolax.lexbor import LexborHTMLParser

        links = LexborHTMLParser(entry.summary).css("a")
        author = links[-1].text() if links else entry.author
        return self._build_message(number, entry.title, author, posted_at(entry))

    def _parse_page(self, number: int, html: str) -> ListMessage | None:
        """Parse a message's page; None if it lacks the subject or the body marker."""
        from selectolax.lexbor import LexborHTMLParser, LexborNode

        tree = LexborHTMLParser(html)
        subject, author = tree.css_first("span.subject"), tree.css_first("span.sender [itemprop=name]")
        body: LexborNode | None = None
        for div in tree.css("div"):
            if any(
                child.is_comment_node and (child.comment_content or "").strip() == BODY_MARKER
                for child in div.iter(True)
            ):
                body = div
                break
        if subject is None or body is None:
            return None
        date, message_id = tree.css_first("span.date"), tree.css_first("input[name=msgid]")
        return self._build_message(
            number,
            subject.text(),
            author.text() if author else "",
            parse_date(date.text() if date else ""),
            message_id=strip_control_chars((message_id.attributes.get("value") if message_id else "") or "").strip(),
            body=html_to_text(body.html or "").strip("\n").rstrip(),
        )

    def _build_message(
        self,
        number: int,
        subject: str,
        author: str,
        posted: datetime | None,
        message_id: str = "",
        body: str | None = None,
    ) -> ListMessage:
        url = self.message_url(number)
        return ListMessage(
            list=self.name,
            key=message_key(url),
            url=url,
            subject=sanitize_header(subject),
            author=parse_author(author),
            posted=posted,
            number=number,
            message_id=message_id,
            body=body,
        )


def parse_author(text: str) -> str:
    """Return the person's name in "'Name' via some-list@..."; a masked address stays unchanged."""
    text = sanitize_header(text)
    match = VIA_LIST.match(text)
    return match["name"].strip() if match else text


def parse_date(text: str) -> datetime | None:
    """Parse a mail's date with its offset as UTC; None if it is not a date."""
    try:
        date = email.utils.parsedate_to_datetime(text.strip())
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
