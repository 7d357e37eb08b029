"""A mailing list as mail-archive.com shows it: a feed of the newest 100 messages, and a page for each message."""

import asyncio
import email.utils
import re
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from bot.sources.errors import SourceFailed
from bot.sources.feeds.fetch import FeedPage, fetch_feed, message_key
from bot.sources.feeds.parser_process import Entry, FeedWorker
from bot.sources.feeds.rss import posted_at
from bot.sources.http import Web, host_of
from bot.sources.sanitize import clean, without_controls
from storage.values.messages import Message

__all__ = ["MailArchive", "message_key"]

PAGE_BYTES = 5_000_000
BODY_MARK = "X-Body-of-Message"
NUMBER = re.compile(r"/msg(\d{1,9})\.html\Z")
VIA = re.compile(r"""\A['"]?(?P<name>.*?)['"]? via [^ ].*\Z""", re.DOTALL)


class MailArchive:
    """One list's archive: `url` is its maillist.xml; pages are asked for at least `page_seconds` apart.

    Without a `worker` it starts one of its own, ended by close().
    """

    def __init__(
        self,
        web: Web,
        name: str,
        url: str,
        page_seconds: float = 3.0,
        worker: FeedWorker | None = None,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.url = url
        self._web = web
        self._page_seconds = page_seconds
        self._own = None if worker else FeedWorker()
        self._worker = worker or self._own or FeedWorker()
        self._sleep = sleep
        self._clock = clock
        self._last_page: float | None = None

    async def feed(self, etag: str = "", modified: str = "") -> FeedPage | None:
        """Read the newest messages, oldest first, without bodies; None if nothing changed. Raises SourceFailed."""
        fetched = await fetch_feed(self._web, self._worker, self.url, etag, modified)
        if fetched is None:
            return None
        entries = fetched.parsed.entries
        found = {int(match[1]): entry for entry in entries if (match := NUMBER.search(entry.link or entry.id))}
        if entries and not found:
            raise SourceFailed(f"{host_of(self.url)} gives a feed that is no mail archive's; its kind may be 'feed'.")
        items = tuple(self._item(number, found[number]) for number in sorted(found))
        return FeedPage(items, fetched.etag, fetched.modified, min(found, default=None), max(found, default=None))

    async def page(self, number: int) -> Message | None:
        """Read one message with its body; None if the archive has none of this number. Raises SourceFailed."""
        await self._wait()
        url = self.page_url(number)
        answer = await self._web.get(url, headers={"Accept": "text/html"}, limit_bytes=PAGE_BYTES, follow=True)
        if answer.status == 404:
            return None
        message = self._read_page(number, answer.body.decode("utf-8", "replace")) if answer.status == 200 else None
        if message is None:
            raise SourceFailed(f"{host_of(url)} answered with something that is no message.")
        return message

    def page_url(self, number: int) -> str:
        """Give a message's address, on the server that was configured."""
        return f"{self.url.rpartition('/')[0]}/msg{number:05d}.html"

    def close(self) -> None:
        """End the worker if it is this archive's own."""
        if self._own:
            self._own.close()

    async def _wait(self) -> None:
        now = self._clock()
        if self._last_page is not None and (left := self._last_page + self._page_seconds - now) > 0:
            await self._sleep(left)
        self._last_page = self._clock()

    def _item(self, number: int, entry: Entry) -> Message:
        from selectolax.lexbor import LexborHTMLParser

        named = LexborHTMLParser(entry.summary).css("a")
        author = named[-1].text() if named else entry.author
        return self._message(number, entry.title, author, posted_at(entry))

    def _read_page(self, number: int, html: str) -> Message | None:
        """Read a message's page; None if it lacks the marks of one."""
        from selectolax.lexbor import LexborHTMLParser, LexborNode

        tree = LexborHTMLParser(html)
        subject, author = tree.css_first("span.subject"), tree.css_first("span.sender [itemprop=name]")
        body: LexborNode | None = None
        for div in tree.css("div"):
            if any(
                child.is_comment_node and (child.comment_content or "").strip() == BODY_MARK for child in div.iter(True)
            ):
                body = div
                break
        if subject is None or body is None:
            return None
        date, ident = tree.css_first("span.date"), tree.css_first("input[name=msgid]")
        return self._message(
            number,
            subject.text(),
            author.text() if author else "",
            read_date(date.text() if date else ""),
            message_id=without_controls((ident.attributes.get("value") if ident else "") or "").strip(),
            body=clean(body.text(deep=True, separator="")).strip("\n").rstrip(),
        )

    def _message(
        self,
        number: int,
        subject: str,
        author: str,
        posted: datetime | None,
        message_id: str = "",
        body: str | None = None,
    ) -> Message:
        url = self.page_url(number)
        return Message(
            list=self.name,
            key=message_key(url),
            url=url,
            subject=" ".join(clean(subject).split()),
            author=read_author(author),
            posted=posted,
            number=number,
            message_id=message_id,
            body=body,
        )


def read_author(text: str) -> str:
    """Give the person's name of "'Name' via some-list@..."; a masked address stays as it is."""
    text = " ".join(clean(text).split())
    match = VIA.match(text)
    return match["name"].strip() if match else text


def read_date(text: str) -> datetime | None:
    """Read a mail's date with its offset as UTC; None if it is no date."""
    try:
        moment = email.utils.parsedate_to_datetime(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
