"""A poll of a mailing list archive or a feed: new items of the feed first, then the pages of the messages."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from bot.polling.results import PollResult, Progress
from bot.sources.errors import SourceError
from bot.sources.feeds.fetch import message_key
from bot.sources.feeds.mail_archive import MailArchive
from bot.sources.feeds.rss import RssFeed
from handlers.ingest.messages import MessageIngest
from storage import messages
from storage.database import Database
from storage.values.messages import ListMessage
from storage.values.sources import SourceState

MAX_PAGES_PER_POLL = 100  # of a scheduled poll; the next poll continues


@dataclass(frozen=True, slots=True)
class ListPoll:
    """Syncs one mailing list or feed into the database."""

    client: MailArchive | RssFeed
    database: Database
    ingest: MessageIngest

    async def poll(self, state: SourceState, progress: Progress, *, drain: bool) -> PollResult:
        """Fetch the feed and then message pages, without a limit if `drain`; an unexpectedly empty feed is an error."""
        now = datetime.now(UTC)
        snapshot = await self.client.fetch(state.etag, state.last_modified)
        new_count = 0
        if snapshot is not None:
            if not snapshot.items and state.last_item_count:
                raise SourceError(f"{state.name} answered with an empty feed, where it had messages before.")
            archive = self.client if isinstance(self.client, MailArchive) else None
            # the validators are saved in one transaction with the items: a crash between would lose the items for good
            state = replace(
                state, etag=snapshot.etag, last_modified=snapshot.last_modified, last_item_count=len(snapshot.items)
            )
            make_placeholder = partial(_placeholder, archive) if archive else None
            new_count = await self.ingest.ingest_feed(snapshot.items, state, now, make_placeholder)
        if isinstance(self.client, MailArchive):
            new_count += await self._fetch_pages(
                self.client, state.name, progress, MAX_PAGES_PER_POLL if not drain else None
            )
        return PollResult(seen=len(snapshot.items) if snapshot else 0, new=new_count)

    async def _fetch_pages(self, archive: MailArchive, name: str, progress: Progress, limit: int | None) -> int:
        """Fetch pending pages, new messages first; return how many of these messages the feed did not list."""
        async with self.database.read() as transaction:
            pending = (await messages.find_pending_pages(transaction, name))[:limit]
        discovered = 0
        for done, (message, backlog) in enumerate(pending, 1):
            number = message.number
            if number is None:
                continue
            try:
                page = await archive.fetch_message(number)
            except SourceError:
                await self._set_page_state(message, "wanted")
                await self.ingest.announce_without_page(
                    [waiting for waiting, old in pending[done - 1 :] if not old], datetime.now(UTC)
                )
                raise
            if page is None:
                # either the feed listed it, or it is a gap between two numbers: the stored data stays
                await self._mark_missing_page(message, backlog)
            else:
                discovered += not message.subject
                await self.ingest.ingest_pages([(_merge_page(message, page), backlog)], datetime.now(UTC))
            progress.advance(f"messages of {name}", done, len(pending))
        return discovered

    async def _mark_missing_page(self, message: ListMessage, backlog: bool) -> None:
        if message.subject and not backlog:
            await self.ingest.announce_without_page([message], datetime.now(UTC))
        await self._set_page_state(message, "read" if message.subject else "absent")

    async def _set_page_state(self, message: ListMessage, state: str) -> None:
        async with self.database.transaction() as transaction:
            await messages.set_page_state(transaction, message.list, message.key, state)


def _merge_page(stored: ListMessage, page: ListMessage) -> ListMessage:
    """Return the page's message with the key, address and number that are stored from the feed."""
    return replace(
        page,
        list=stored.list,
        key=stored.key,
        url=stored.url,
        subject=page.subject or stored.subject,
        author=page.author or stored.author,
        posted=page.posted or stored.posted,
        number=stored.number,
    )


def _placeholder(archive: MailArchive, number: int) -> ListMessage:
    """Return a message that may exist; fetching its page will show whether it does."""
    url = archive.message_url(number)
    return ListMessage(archive.name, message_key(url), url, "", "", None, number)
