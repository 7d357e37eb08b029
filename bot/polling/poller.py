"""Polls each source with the right reader, one poll of a source at a time, whoever asks for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from bot.config import ListSettings, Settings
from bot.polling.backoff import SourceBackoff, PollResult, Progress
from bot.polling.bugzilla import SOURCE, BugzillaPoll
from bot.polling.leases import LeaseHeldElsewhere, polling_lease
from bot.polling.mailing_list import ListPoll
from bot.sources.bugzilla.client import Bugzilla
from bot.sources.feeds.mail_archive import MailArchive
from bot.sources.feeds.parser_process import FeedWorker
from bot.sources.feeds.rss import Feed
from bot.sources.http import Web
from handlers.classification.service import Sorter
from handlers.indexes.incident_indexes import IncidentMemory
from handlers.ingest.bugs import Intake
from handlers.ingest.messages import ListIntake
from handlers.parsing.owners import OwnerTable
from storage.database import Database
from storage.values.incidents import SourceState


class Poller:
    """Reads the configured sources into the database; `told` is called whenever something was stored."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        owners: OwnerTable,
        sorter: Sorter,
        memory: IncidentMemory,
        holder: str,
        on_stored: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._database = database
        self._sorter = sorter
        self._holder = holder
        self._on_stored = on_stored
        bound = settings.alerts.flood_bound
        self._intake = Intake(database, owners, sorter, memory, bound)
        self._list_intake = ListIntake(database, owners, bound)
        self._backoff = SourceBackoff(database)
        self._locks: dict[str, asyncio.Lock] = {}
        self._http_clients: dict[str, Web] = {}
        self._feed_worker: FeedWorker | None = None

    async def reparse_titles(self, table_version: str) -> None:
        """Read all titles once more where the table of CA owners is another than last time."""
        await self._intake.read_titles_again(table_version)

    async def close(self) -> None:
        """Let go of connections and of the worker; may be called twice."""
        for web in self._http_clients.values():
            await web.__aexit__(None, None, None)
        self._http_clients.clear()
        if self._feed_worker is not None:
            self._feed_worker.close()
            self._feed_worker = None

    async def poll_bugzilla(self, progress: Progress, *, on_schedule: bool, sweep: bool) -> PollResult:
        """Poll Bugzilla: changes, comments, and what follows for sections; learning is not part of it."""
        given = self._settings.bugzilla
        source = self.bugzilla_client()
        place = f"{given.product} :: {given.component}"
        poll = BugzillaPoll(source, self._database, self._intake, given.sweep_polls, place)
        before = source.requests

        async def work(state: SourceState) -> PollResult:
            if state.filled:
                outcome = await poll.incremental_sync(state, sweep=sweep)
            else:
                outcome = await poll.initial_sync(state, progress)
            self._on_stored()
            await poll.fetch_missing_comments(progress)
            await self._sorter.sort_all()
            return outcome

        try:
            async with self._exclusive(SOURCE, on_schedule=on_schedule):
                outcome = await self._backoff.run(SOURCE, work, on_schedule=on_schedule)
        except LeaseHeldElsewhere as busy:
            return PollResult(error=str(busy))
        finally:
            self._on_stored()
        return replace(outcome, requests=source.requests - before)

    async def poll_list(self, one: ListSettings, progress: Progress, *, on_schedule: bool) -> PollResult:
        """Poll one list or feed; on the schedule a long backlog of pages is read a part at a time."""
        poll = ListPoll(self.list_client(one), self._database, self._list_intake)
        work = partial(poll.poll, progress=progress, drain=not on_schedule)
        try:
            async with self._exclusive(one.name, on_schedule=on_schedule):
                return await self._backoff.run(one.name, work, on_schedule=on_schedule)
        except LeaseHeldElsewhere as busy:
            return PollResult(error=str(busy))
        finally:
            self._on_stored()

    def http_client(self, source: str) -> Web:
        """Give a source's HTTP client, which trusts the addresses that the operator configured.

        Each has its own, so that its requests can be counted.
        """
        chat = [self._settings.discord.api_url] if self._settings.discord.api_url else []
        trusted = [self._settings.bugzilla.url, *(one.url for one in self._settings.lists), *chat]
        if source not in self._http_clients:
            self._http_clients[source] = Web(trusted)
        return self._http_clients[source]

    def bugzilla_client(self) -> Bugzilla:
        """Give the reader of the configured Bugzilla."""
        given, key = self._settings.bugzilla, self._settings.bugzilla_api_key
        return Bugzilla(
            self.http_client(SOURCE),
            given.url,
            given.product,
            given.component,
            key.reveal() if key else None,
            given.key_in_query,
        )

    def list_client(self, one: ListSettings) -> MailArchive | Feed:
        """Give the reader of a configured list or feed."""
        if self._feed_worker is None:
            self._feed_worker = FeedWorker()
        if one.kind == "feed":
            return Feed(self.http_client(one.name), one.name, one.url, self._feed_worker)
        return MailArchive(self.http_client(one.name), one.name, one.url, one.page_seconds, self._feed_worker)

    @asynccontextmanager
    async def _exclusive(self, source: str, *, on_schedule: bool) -> AsyncIterator[None]:
        """Hold the right to poll a source; on the schedule nobody waits, for the next tick is the next try."""
        turn = self._locks.setdefault(source, asyncio.Lock())
        async with turn, polling_lease(self._database, f"poll {source}", self._holder, patient=not on_schedule):
            yield
