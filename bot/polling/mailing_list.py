"""A poll of a mailing list archive or a feed: new items of the feed first, then the pages of the messages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from bot.polling.results import PollResult, Progress
from bot.sources.errors import SourceError, UnreadableItem
from bot.sources.feeds.fetch import message_key
from bot.sources.feeds.mail_archive import MailArchive
from bot.sources.feeds.rss import RssFeed
from handlers.ingest.messages import MessageIngest
from storage import messages, sources
from storage.database import Database
from storage.values.messages import ListMessage, PendingPage
from storage.values.sources import SourceState

MAX_PAGES_PER_POLL = 100  # of a scheduled poll; the next poll continues
MAX_BAD_PAGES = 3  # one after the other, and not tried before: then it is not the messages that are odd
MAX_NAMED = 100  # items that cannot be read
PAGE_NAME = "the page of message "


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
                state,
                etag=snapshot.etag,
                last_modified=snapshot.last_modified,
                unreadable=snapshot.unreadable[:MAX_NAMED],
            )
            make_placeholder = partial(_placeholder, archive) if archive else None
            new_count = await self.ingest.ingest_feed(
                snapshot.items, state, now, make_placeholder, snapshot.server_time
            )
        if isinstance(self.client, MailArchive):
            try:
                new_count += await self._fetch_pages(
                    self.client, state.name, progress, MAX_PAGES_PER_POLL if not drain else None
                )
            finally:
                await self._name_unreadable_pages(state.name)
        return PollResult(seen=len(snapshot.items) if snapshot else 0, new=new_count)

    async def _fetch_pages(self, archive: MailArchive, name: str, progress: Progress, limit: int | None) -> int:
        """Fetch pending pages, new messages first; return how many of these messages the feed did not list.

        A page that cannot be read is tried again in later polls, and its message announced without it. Several in a
        row, or nothing else, look like a failure of the archive or a page that it shows in place of all messages: then
        the poll fails.
        """
        async with self.database.read() as transaction:
            pending = (await messages.find_pending_pages(transaction, name))[:limit]
        discovered = read = bad_in_a_row = 0
        last_error: UnreadableItem | None = None
        for done, page in enumerate(pending, 1):
            message, number = page.message, page.message.number
            if number is None:
                continue
            try:
                fetched = await archive.fetch_message(number)
            except UnreadableItem as error:
                last_error, bad_in_a_row = error, bad_in_a_row + (page.attempts == 0)
                await self._give_up_for_now(page, pending[done - 1 : done])
                if bad_in_a_row >= MAX_BAD_PAGES:
                    await self._give_up_for_now(None, pending[done:])
                    raise
                continue
            except SourceError as error:
                bad_in_a_row += 1
                # a page that fails again while the feed can be read is odd itself
                if page.attempts == 0 or error.server_requested or bad_in_a_row >= MAX_BAD_PAGES:
                    await self._give_up_for_now(page, pending[done - 1 :])
                    raise
                await self._give_up_for_now(page, pending[done - 1 : done])
                continue
            read, bad_in_a_row = read + 1, 0
            if fetched is None:
                # either the feed listed it, or it is a gap between two numbers: the stored data stays
                await self._mark_missing_page(message, page.backlog)
            else:
                discovered += not message.subject
                await self.ingest.ingest_pages([(_merge_page(message, fetched), page.backlog)], datetime.now(UTC))
            progress.advance(f"messages of {name}", done, len(pending))
        if last_error and not read and pending[0].attempts == 0:
            raise last_error
        return discovered

    async def _give_up_for_now(self, failed: PendingPage | None, waiting: Sequence[PendingPage]) -> None:
        """Count an attempt in vain, and announce the new messages among those that wait for their pages."""
        if failed is not None:
            await self._set_page_state(failed.message, "wanted")
        news = [page.message for page in waiting if not page.backlog]
        await self.ingest.announce_without_page(news, datetime.now(UTC))

    async def _mark_missing_page(self, message: ListMessage, backlog: bool) -> None:
        if message.subject and not backlog:
            await self.ingest.announce_without_page([message], datetime.now(UTC))
        await self._set_page_state(message, "read" if message.subject else "absent")

    async def _set_page_state(self, message: ListMessage, state: str) -> None:
        async with self.database.transaction() as transaction:
            await messages.set_page_state(transaction, message.list, message.key, state)

    async def _name_unreadable_pages(self, name: str) -> None:
        async with self.database.read() as transaction:
            state = await sources.find_source(transaction, name)
            numbers = await messages.find_unreadable_pages(transaction, name)
        of_feed = [item for item in state.unreadable if not item.startswith(PAGE_NAME)]
        unreadable = tuple([*of_feed, *(f"{PAGE_NAME}{number}" for number in numbers)][:MAX_NAMED])
        if unreadable != state.unreadable:
            async with self.database.transaction() as transaction:
                state = await sources.find_source(transaction, name)
                await sources.save_source(transaction, replace(state, unreadable=unreadable))


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
