"""A poll of a list archive or a feed: what is new in the feed, then the pages of its messages."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from bot.polling.backoff import PollResult, Progress
from bot.sources.feeds.fetch import message_key
from bot.sources.feeds.mail_archive import MailArchive
from bot.sources.feeds.rss import Feed
from bot.sources.http import SourceFailed
from handlers.ingest.messages import ListIntake
from storage import messages
from storage.database import Database
from storage.values.incidents import Message, SourceState

MAX_PAGES_PER_POLL = 100  # on the schedule; the rest waits for the next poll


@dataclass(frozen=True, slots=True)
class ListPoll:
    """Reads one list or feed into the database."""

    source: MailArchive | Feed
    database: Database
    intake: ListIntake

    async def poll(self, state: SourceState, progress: Progress, *, drain: bool) -> PollResult:
        """Read the feed and then pages; a feed that is empty where it was not before is a failure."""
        now = datetime.now(UTC)
        page = await self.source.feed(state.etag, state.modified)
        new = 0
        if page is not None:
            if not page.items and state.yielded:
                raise SourceFailed(f"{state.name} answered with an empty feed, where it had messages before.")
            archive = self.source if isinstance(self.source, MailArchive) else None
            # the validators are kept together with the items, or a crash between would lose the items for good
            state = replace(state, etag=page.etag, modified=page.modified, yielded=len(page.items))
            place = partial(_placeholder, archive) if archive else None
            new = await self.intake.take_feed(page.items, state, now, place)
        if isinstance(self.source, MailArchive):
            new += await self._pages(self.source, state.name, progress, MAX_PAGES_PER_POLL if not drain else None)
        return PollResult(seen=len(page.items) if page else 0, new=new)

    async def _pages(self, archive: MailArchive, name: str, progress: Progress, limit: int | None) -> int:
        """Read the pages that are still to be read, new messages first; gives how many only their page told of."""
        waiting = (await messages.find_wanted_pages(self.database, name))[:limit]
        found = 0
        for done, (message, backlog) in enumerate(waiting, 1):
            number = message.number
            if number is None:
                continue
            try:
                page = await archive.page(number)
            except SourceFailed:
                await messages.mark_page(self.database, name, message.key, "wanted")
                await self.intake.announce_without_page(
                    [one for one, old in waiting[done - 1 :] if not old], datetime.now(UTC)
                )
                raise
            if page is None:
                # the feed spoke of it, or it is a gap between two numbers: what is known of it stays
                await self._mark_missing_page(message, backlog)
            else:
                found += not message.subject
                await self.intake.take_pages([(_merge_page(message, page), backlog)], datetime.now(UTC))
            progress.advance(f"messages of {name}", done, len(waiting))
        return found

    async def _mark_missing_page(self, message: Message, backlog: bool) -> None:
        if message.subject and not backlog:
            await self.intake.announce_without_page([message], datetime.now(UTC))
        await messages.mark_page(self.database, message.list, message.key, "read" if message.subject else "absent")


def _merge_page(known: Message, page: Message) -> Message:
    """The page knows the body; the feed's key and address stay."""
    return replace(
        page,
        list=known.list,
        key=known.key,
        url=known.url,
        subject=page.subject or known.subject,
        author=page.author or known.author,
        posted=page.posted or known.posted,
        number=known.number,
    )


def _placeholder(archive: MailArchive, number: int) -> Message:
    """Name a message that may exist: its page tells."""
    url = archive.page_url(number)
    return Message(archive.name, message_key(url), url, "", "", None, number)
