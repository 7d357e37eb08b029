"""Fetches what happened within bugs, comments and histories: of changed bugs, and of those that still lack them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.polling.results import Progress
from bot.sources.bugzilla.client import BugzillaClient
from bot.sources.errors import SourceError
from handlers.ingest.bugs import BugIngest
from storage import sources
from storage.comments import find_without_comments
from storage.database import Database
from storage.lives import find_without_history
from storage.values.incidents import Bug, Comment
from storage.values.lives import Change

MAX_NAMED = 200  # items that cannot be read
NEVER_ASKED = -1
HISTORIES_PER_POLL = 400  # of a scheduled poll, two requests: an older database fetches those of all its incidents


@dataclass(slots=True)
class FetchedActivity:
    """Comments and histories of bugs, what to call unreadable ones, and the error that ended the fetch early, if any.

    A history is None if it cannot be read.
    """

    comments: dict[int, Sequence[Comment]] = field(default_factory=dict)
    histories: dict[int, Sequence[Change] | None] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    failure: SourceError | None = None


class BugActivity:
    """Fetches comments and histories; remembers for a process what the server did not return."""

    def __init__(self, client: BugzillaClient, database: Database, ingest: BugIngest) -> None:
        self._client = client
        self._database = database
        self._ingest = ingest
        self._read_at: dict[int, datetime] = {}  # by bug, on the server's clock
        self._without_comments: dict[int, int] = {}  # bugs whose comments the server did not return, with their number
        self._without_history: set[int] = set()

    async def fetch(self, bugs: Sequence[Bug], server_time: datetime) -> FetchedActivity:
        """Fetch the comments and histories of changed bugs.

        An error is returned, not raised, so that the bugs themselves can still be stored.
        """
        fetched = FetchedActivity()
        try:
            if bugs:
                async for batch in self._client.get_comments({bug.id: bug.comment_count for bug in bugs}):
                    fetched.comments |= batch.comments
                    fetched.histories |= batch.histories
                    fetched.unreadable += batch.unreadable
            if others := [bug.id for bug in bugs if bug.id not in fetched.histories]:
                async for history_batch in self._client.get_histories(others):
                    fetched.histories |= history_batch.histories
                    fetched.unreadable += history_batch.unreadable
        except SourceError as failure:
            fetched.failure = failure
        self._read_at |= dict.fromkeys(fetched.comments.keys() & fetched.histories.keys(), server_time)
        return fetched

    def was_read_after(self, bug: int, moment: datetime) -> bool:
        """Return whether this process fetched the comments and the history of a bug later than at a moment."""
        read_at = self._read_at.get(bug)
        return read_at is not None and read_at > moment

    def ask_again(self) -> None:
        """Ask again for what the server did not return."""
        self._without_comments.clear()
        self._without_history.clear()

    async def fetch_missing_comments(self, progress: Progress) -> None:
        """Fetch comments that are not stored yet, in bulk; each batch is stored before the next is fetched.

        What the server did not return once is asked for again after the next sweep, or once the bug has changed.
        """
        async with self._database.read() as transaction:
            pending = await find_without_comments(transaction)
        wanted = {
            bug: count for bug, count in pending.items() if self._without_comments.get(bug, NEVER_ASKED) != (count or 0)
        }
        done = 0
        unreadable: list[str] = []
        returned: set[int] = set()
        async for batch in self._client.get_comments(wanted):
            await self._ingest.ingest_comments(batch.comments)
            await self._ingest.ingest_histories(batch.histories)
            returned |= batch.comments.keys()
            unreadable += batch.unreadable
            done += len(batch.comments)
            progress.advance("comments", done, len(wanted))
        self._without_comments |= {bug: count or 0 for bug, count in wanted.items() if bug not in returned}
        await self._record_unreadable(unreadable)

    async def fetch_missing_histories(self, progress: Progress, *, drain: bool) -> None:
        """Fetch histories that are not stored yet, in bulk; each batch is stored before the next is fetched.

        Without `drain` at most HISTORIES_PER_POLL are fetched, and the next polls go on.
        """
        async with self._database.read() as transaction:
            pending = [bug for bug in await find_without_history(transaction) if bug not in self._without_history]
        if not pending:
            return
        unreadable: list[str] = []
        returned: set[int] = set()
        requested = pending if drain else pending[:HISTORIES_PER_POLL]
        async for batch in self._client.get_histories(requested):
            await self._ingest.ingest_histories(batch.histories)
            returned |= batch.histories.keys()
            unreadable += batch.unreadable
            progress.advance("histories", len(returned), len(pending))
        self._without_history |= set(requested) - returned
        await self._record_unreadable(unreadable)

    async def _record_unreadable(self, unreadable: Sequence[str]) -> None:
        if not unreadable:
            return
        async with self._database.transaction() as transaction:
            state = await sources.find_source(transaction, sources.BUGZILLA)
            names = first_named(state.unreadable, unreadable)
            await sources.save_source(transaction, replace(state, unreadable=names))


def first_named(*names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of unreadable items, each once, at most MAX_NAMED."""
    return tuple(dict.fromkeys(name for part in names for name in part))[:MAX_NAMED]
