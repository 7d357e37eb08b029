"""Runs polls: chooses the client and the poll for a source, and allows one poll of a source at a time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.config import ListSettings, Settings
from bot.polling.backoff import SourceBackoff
from bot.polling.bugzilla import SOURCE, BugzillaPoll
from bot.polling.comment_rotation import recheck_comments
from bot.polling.leases import LeaseHeldElsewhere, polling_lease
from bot.polling.mailing_list import ListPoll
from bot.polling.results import PollResult, Progress
from bot.sources.bugzilla.client import BugzillaClient
from bot.sources.feeds.mail_archive import MailArchive
from bot.sources.feeds.parser_process import FeedParserProcess
from bot.sources.feeds.rss import RssFeed
from bot.sources.http import HttpClient
from handlers.classification.service import SectionClassifier
from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.ingest.bugs import BugIngest
from handlers.ingest.messages import MessageIngest
from handlers.parsing.owners import OwnerDirectory
from storage import sources
from storage.database import Database
from storage.values.sources import SourceState


class Poller:
    """Polls the configured sources into the database and calls `on_stored` after each poll."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        owners: OwnerDirectory,
        classifier: SectionClassifier,
        indexes: IncidentIndexes,
        worker_id: str,
        on_stored: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._database = database
        self._classifier = classifier
        self._worker_id = worker_id
        self._on_stored = on_stored
        flood_bound = settings.alerts.flood_bound
        self._bug_ingest = BugIngest(database, owners, classifier, indexes, flood_bound)
        self._message_ingest = MessageIngest(database, owners, flood_bound)
        self._backoff = SourceBackoff(database)
        self._locks: dict[str, asyncio.Lock] = {}
        self._http_clients: dict[str, HttpClient] = {}
        self._feed_parser: FeedParserProcess | None = None

    async def reinterpret_incidents(self) -> None:
        """Interpret all stored incidents again if the way to do so has changed since the last start."""
        await self._bug_ingest.reinterpret_incidents()

    async def next_poll_at(self, source: str, interval: float) -> datetime | None:
        """Return when a source is due, `interval` seconds after its last success; None if it never succeeded."""
        async with self._database.read() as transaction:
            state = await sources.find_source(transaction, source)
        return state.last_success_at + timedelta(seconds=interval) if state.last_success_at else None

    async def close(self) -> None:
        """Close the HTTP clients and the feed parser's process; may be called twice."""
        for client in self._http_clients.values():
            await client.__aexit__(None, None, None)
        self._http_clients.clear()
        if self._feed_parser is not None:
            self._feed_parser.close()
            self._feed_parser = None

    async def poll_bugzilla(self, progress: Progress, *, on_schedule: bool, sweep: bool) -> PollResult:
        """Poll Bugzilla, fetch missing comments and classify pending incidents; training is not part of it."""
        config = self._settings.bugzilla
        client = self.bugzilla_client()
        component_name = f"{config.product} :: {config.component}"
        poll = BugzillaPoll(client, self._database, self._bug_ingest, config.sweep_polls, component_name)
        requests_before = client.request_count

        async def run_poll(state: SourceState) -> PollResult:
            if state.initial_sync_done:
                result = await poll.incremental_sync(state, sweep=sweep)
            else:
                result = await poll.initial_sync(state, progress)
            self._on_stored()
            await poll.fetch_missing_comments(progress)
            await self._classifier.classify_pending()
            return result

        try:
            async with self._exclusive(SOURCE, on_schedule=on_schedule):
                result = await self._backoff.run(SOURCE, run_poll, on_schedule=on_schedule)
        except LeaseHeldElsewhere as error:
            return PollResult(error=str(error))
        finally:
            self._on_stored()
        return replace(result, requests=client.request_count - requests_before)

    async def recheck_comments(self) -> None:
        """Compare some of the stored comments with Bugzilla's; not while Bugzilla is to be left alone.

        Raises SourceError.
        """
        async with self._database.read() as transaction:
            state = await sources.find_source(transaction, SOURCE)
        if not state.initial_sync_done or state.error:
            return  # the polls find out when it answers again
        with suppress(LeaseHeldElsewhere):
            async with self._exclusive(SOURCE, on_schedule=True):
                changed = await recheck_comments(
                    self.bugzilla_client(), self._database, self._bug_ingest, datetime.now(UTC)
                )
            if changed:
                self._on_stored()

    async def poll_list(self, config: ListSettings, progress: Progress, *, on_schedule: bool) -> PollResult:
        """Poll one list or feed; a scheduled poll reads a limited number of message pages."""
        poll = ListPoll(self.list_client(config), self._database, self._message_ingest)
        run_poll = partial(poll.poll, progress=progress, drain=not on_schedule)
        try:
            async with self._exclusive(config.name, on_schedule=on_schedule):
                return await self._backoff.run(config.name, run_poll, on_schedule=on_schedule)
        except LeaseHeldElsewhere as error:
            return PollResult(error=str(error))
        finally:
            self._on_stored()

    def http_client(self, source: str) -> HttpClient:
        """Return the HTTP client of a source, which trusts the addresses that the operator configured.

        Each source has its own client, so that its requests can be counted.
        """
        chat_urls = [self._settings.discord.api_url] if self._settings.discord.api_url else []
        trusted_urls = [self._settings.bugzilla.url, *(config.url for config in self._settings.lists), *chat_urls]
        if source not in self._http_clients:
            self._http_clients[source] = HttpClient(trusted_urls)
        return self._http_clients[source]

    def bugzilla_client(self) -> BugzillaClient:
        """Return a client for the configured Bugzilla."""
        config, key = self._settings.bugzilla, self._settings.bugzilla_api_key
        return BugzillaClient(
            self.http_client(SOURCE),
            config.url,
            config.product,
            config.component,
            key.reveal() if key else None,
            config.key_in_query,
        )

    def list_client(self, config: ListSettings) -> MailArchive | RssFeed:
        """Return a client for a configured list or feed."""
        if self._feed_parser is None:
            self._feed_parser = FeedParserProcess()
        if config.kind == "feed":
            return RssFeed(self.http_client(config.name), config.name, config.url, self._feed_parser)
        return MailArchive(
            self.http_client(config.name), config.name, config.url, config.page_seconds, self._feed_parser
        )

    @asynccontextmanager
    async def _exclusive(self, source: str, *, on_schedule: bool) -> AsyncIterator[None]:
        """Hold the lock and the lease of a source.

        Scheduled polls do not wait for the lease; the next tick retries.
        """
        lock = self._locks.setdefault(source, asyncio.Lock())
        async with lock, polling_lease(self._database, f"poll {source}", self._worker_id, wait=not on_schedule):
            yield
