"""Runs polls: chooses the client and the poll for a source, and allows one poll of a source at a time."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.config import ListSettings, Settings
from bot.polling.backoff import SourceBackoff, Urgency
from bot.polling.bugzilla import SOURCE, BugzillaPoll
from bot.polling.comment_rotation import ROTATION, ROTATION_SECONDS, recheck_comments
from bot.polling.departures import ConfirmedDepartures
from bot.polling.leases import LeaseHeldElsewhere, polling_lease
from bot.polling.mailing_list import ListPoll
from bot.polling.results import PollResult, Progress
from bot.sources.bugzilla.client import BugzillaClient
from bot.sources.errors import SourceError
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
from storage.database import Database, DatabaseUnavailable
from storage.values.sources import SourceState

MAX_EARLY_SHARE, MAX_EARLY_SECONDS = 0.2, 10.0  # of the interval: the schedule spreads its runs by so much

log = logging.getLogger(__name__)


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
        # kept, since they pace their requests and know what the server can do
        self._bugzilla_client: BugzillaClient | None = None
        self._bugzilla_poll: BugzillaPoll | None = None
        self._list_clients: dict[str, MailArchive | RssFeed] = {}
        self._feed_parser = FeedParserProcess()
        self._attempted_at: dict[str, datetime] = {}  # when the last poll of this process began, as it is stored

    async def reinterpret_incidents(self) -> None:
        """Interpret all stored incidents again if the way to do so has changed since the last start."""
        await self._bug_ingest.reinterpret_incidents()

    async def next_poll_at(self, source: str, interval: float) -> datetime | None:
        """Return when a source is due, `interval` seconds after its last poll by any process; None if it is due."""
        async with self._database.read() as transaction:
            seconds = await sources.seconds_until_due(transaction, source, interval)
        return datetime.now(UTC) + timedelta(seconds=seconds) if seconds else None

    async def close(self) -> None:
        """Close the HTTP clients and the feed parser's process; may be called twice."""
        for client in self._http_clients.values():
            await client.__aexit__(None, None, None)
        self._http_clients.clear()
        self._bugzilla_client = self._bugzilla_poll = None
        self._list_clients.clear()
        self._feed_parser.close()

    async def poll_bugzilla(
        self, progress: Progress, *, on_schedule: bool, sweep: bool, insist: bool = False
    ) -> PollResult:
        """Poll Bugzilla, fetch missing comments and histories, classify pending incidents; training is not part of it.

        An operator who insists ends every wait. A poll that fails is a result, and raises nothing; on the schedule a
        database that cannot be used raises DatabaseUnavailable.
        """
        client, poll = self.bugzilla_client(), self._poll_of_bugzilla()
        requests_before = client.request_count

        async def run_poll(state: SourceState) -> PollResult:
            if state.initial_sync_done:
                result = await poll.incremental_sync(state, progress, sweep=sweep)
            else:
                result = await poll.initial_sync(state, progress)
            self._on_stored()
            await poll.fetch_missing(progress, drain=not on_schedule)
            await self._classifier.classify_pending()
            return result

        interval = self._settings.bugzilla.poll_seconds
        result = await self._run(SOURCE, run_poll, interval, on_schedule=on_schedule, insist=insist)
        return replace(result, requests=client.request_count - requests_before)

    async def recheck_comments(self) -> None:
        """Compare some of the stored comments with Bugzilla's; not while Bugzilla is to be left alone.

        Where Bugzilla asks for a wait, the polls wait too. Any other failure is for the next run to try again.
        """
        async with self._database.read() as transaction:
            state = await sources.find_source(transaction, SOURCE)
        if not state.initial_sync_done or state.error:
            return  # the polls find out when it answers again
        with suppress(LeaseHeldElsewhere):
            async with self._exclusive(SOURCE):
                if await self._is_early(ROTATION, ROTATION_SECONDS):
                    return
                await self._record_attempt(ROTATION, is_success=True)
                try:
                    changed = await recheck_comments(
                        self.bugzilla_client(), self._database, self._bug_ingest, datetime.now(UTC)
                    )
                except SourceError as failure:
                    log.warning("comments were not compared: %s", failure)
                    if failure.server_requested:
                        await self._backoff.record_failure(SOURCE, failure)
                    return
            if changed:
                self._on_stored()

    async def poll_list(
        self, config: ListSettings, progress: Progress, *, on_schedule: bool, insist: bool = False
    ) -> PollResult:
        """Poll one list or feed; a scheduled poll reads a limited number of message pages.

        An operator who insists ends every wait. A poll that fails is a result, and raises nothing; on the schedule a
        database that cannot be used raises DatabaseUnavailable.
        """
        poll = ListPoll(self.list_client(config), self._database, self._message_ingest)
        run_poll = partial(poll.poll, progress=progress, drain=not on_schedule)
        return await self._run(config.name, run_poll, config.poll_seconds, on_schedule=on_schedule, insist=insist)

    async def confirm_gone(self, bugs: Collection[int]) -> ConfirmedDepartures:
        """Believe that missing bugs are gone, all of them if none are named.

        Raises KeyError with the first bug that is not missing, LeaseHeldElsewhere while another process polls.
        """
        async with self._exclusive(SOURCE):
            confirmed = await self._poll_of_bugzilla().departures.confirm(bugs)
        self._on_stored()
        return confirmed

    def bugzilla_client(self) -> BugzillaClient:
        """Return the client for the configured Bugzilla."""
        if self._bugzilla_client is None:
            config, key = self._settings.bugzilla, self._settings.bugzilla_api_key
            self._bugzilla_client = BugzillaClient(
                self._http_client(SOURCE, config.url),
                config.url,
                config.product,
                config.component,
                key.reveal() if key else None,
                config.key_in_query,
            )
        return self._bugzilla_client

    def list_client(self, config: ListSettings) -> MailArchive | RssFeed:
        """Return the client for a configured list or feed."""
        if config.name not in self._list_clients:
            http_client = self._http_client(config.name, config.url)
            if config.kind == "feed":
                client: MailArchive | RssFeed = RssFeed(http_client, config.name, config.url, self._feed_parser)
            else:
                client = MailArchive(http_client, config.name, config.url, config.page_seconds, self._feed_parser)
            self._list_clients[config.name] = client
        return self._list_clients[config.name]

    def _http_client(self, source: str, url: str) -> HttpClient:
        """Return the HTTP client of a source.

        Each source has its own, so that its requests can be counted, and so that it cannot be redirected to the
        address of another source, which may be a private one.
        """
        if source not in self._http_clients:
            self._http_clients[source] = HttpClient([url])
        return self._http_clients[source]

    def _poll_of_bugzilla(self) -> BugzillaPoll:
        if self._bugzilla_poll is None:
            config = self._settings.bugzilla
            self._bugzilla_poll = BugzillaPoll(
                self.bugzilla_client(),
                self._database,
                self._bug_ingest,
                config.sweep_polls,
                f"{config.product} :: {config.component}",
            )
        return self._bugzilla_poll

    async def _run(
        self,
        source: str,
        poll: Callable[[SourceState], Awaitable[PollResult]],
        interval: float,
        *,
        on_schedule: bool,
        insist: bool,
    ) -> PollResult:
        """Run one poll under the lease of its source; one source never ends the poll of another."""
        urgency: Urgency = "scheduled" if on_schedule else "now" if insist else "by hand"
        try:
            async with self._exclusive(source):
                if on_schedule and await self._is_early(source, interval):
                    return PollResult()

                async def recorded_poll(_state: SourceState) -> PollResult:
                    return await poll(await self._record_attempt(source))

                return await self._backoff.run(source, recorded_poll, urgency=urgency)
        except LeaseHeldElsewhere as error:
            return PollResult(error=str(error))
        except DatabaseUnavailable as error:
            if on_schedule:
                raise  # the schedule reports it once the database can be written again
            return PollResult(error=str(error))
        except Exception as error:
            log.warning("the poll of %s failed", source, exc_info=error)
            return PollResult(error=f"{source} cannot be polled now ({type(error).__name__}); see the log for details.")
        finally:
            self._on_stored()

    async def _is_early(self, source: str, interval: float) -> bool:
        """Return whether another process, or an earlier one, polled a source so lately that it is not due."""
        async with self._database.read() as transaction:
            state = await sources.find_source(transaction, source)
            if state.attempted_at is not None and state.attempted_at == self._attempted_at.get(source):
                return False  # its own schedule says when
            seconds = await sources.seconds_until_due(transaction, source, interval)
        return seconds > min(interval * MAX_EARLY_SHARE, MAX_EARLY_SECONDS)

    async def _record_attempt(self, source: str, *, is_success: bool = False) -> SourceState:
        """Store that a poll begins; return the state of the source."""
        async with self._database.transaction() as transaction:
            begun = await sources.record_attempt(transaction, source, is_success=is_success)
        if begun.attempted_at is not None:
            self._attempted_at[source] = begun.attempted_at
        return begun

    @asynccontextmanager
    async def _exclusive(self, source: str) -> AsyncIterator[None]:
        """Hold the lock and the lease of a source, after a wait for whoever polls it.

        The schedule waits too: a holder that died in a poll must not cost its successor a whole interval.
        """
        lock = self._locks.setdefault(source, asyncio.Lock())
        async with lock, polling_lease(self._database, f"poll {source}", self._worker_id):
            yield
