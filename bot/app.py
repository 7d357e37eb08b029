"""The composition root: builds one program out of configuration, database, sources, handlers and the chat."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from bot.config import Settings
from bot.jobs.cleanup import CLEANUP_SECONDS, expire_button_states
from bot.jobs.scheduler import Job, Scheduler
from bot.jobs.section_backfill import SectionBackfillJob
from bot.jobs.training import TrainingJob, train_in_subprocess
from bot.jobs.vote_closing import VOTE_CHECK_SECONDS, VoteClosing
from bot.polling.bugzilla import SOURCE
from bot.polling.comment_rotation import ROTATION_SECONDS
from bot.polling.leases import is_dead_worker, worker_id
from bot.polling.poller import Poller
from bot.polling.results import NullProgress, Progress, SyncResult
from handlers.classification.service import SectionClassifier
from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.parsing.owners import build_owner_directory
from handlers.results.alerts import Alert
from handlers.sections.backfill import SectionBackfill
from handlers.sections.service import SectionService
from handlers.sections.similarity_ranking import SimilarityRanker
from handlers.use_cases import build_use_cases
from storage import deliveries, error_log, events, sources
from storage.database import Database
from storage.values.incidents import GLOBAL_COMMUNITY

if TYPE_CHECKING:  # they load discord.py, which a terminal does not need
    from bot.chat.client import RootwatchBot
    from bot.chat.connection import DiscordConnection
    from bot.health import CheckResult


def build(settings: Settings) -> "App":
    """Build the program; nothing is opened and no token is needed yet."""
    return App(settings)


class App:
    """The program, ready to be opened; `bot` is the Discord bot, `use_cases` serve both chats."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.worker_id = worker_id()
        self.database = Database(settings.database.url)
        self._owners = build_owner_directory(settings.ca_aliases)
        self._classifier = SectionClassifier(self.database, self._owners, train_in_subprocess)
        self._indexes = IncidentIndexes(self.database, self._owners)
        self._training_job = TrainingJob(self._classifier, self.record_problem)
        ranker = SimilarityRanker(self._indexes.similarity)
        self._backfill = SectionBackfill(self.database, ranker)
        self._backfill_job = SectionBackfillJob(self._backfill, self.record_problem)
        sections = SectionService(self.database, self._owners, ranker, self._backfill_job.trigger)
        source_names = (SOURCE, *(config.name for config in settings.lists))
        self.use_cases = build_use_cases(
            self.database,
            self._owners,
            self._classifier,
            self._indexes,
            sections,
            source_names,
            settings.bugzilla.url,
        )
        self.vote_closing = VoteClosing(sections, lambda: self._discord is not None and self._discord.is_ready)
        self.poller = Poller(
            settings, self.database, self._owners, self._classifier, self._indexes, self.worker_id, self._on_stored
        )
        self._opened = False
        self._has_incidents = asyncio.Event()
        self._scheduler: Scheduler | None = None
        self._event_stream: asyncio.Task[None] | None = None
        self._discord: DiscordConnection | None = None

    @property
    def discord(self) -> "DiscordConnection":
        """The connection to Discord; created on first use, since a terminal needs none."""
        if self._discord is None:
            from bot.chat.connection import DiscordConnection, Lifecycle
            from bot.chat.delivery.sender import OutboxSender

            sender = OutboxSender(self.database, self.use_cases, self.worker_id, self.record_problem)
            lifecycle = Lifecycle(
                self.open, self.start_schedule, self.stop, self.record_problem, self.vote_closing.announce_with
            )
            self._discord = DiscordConnection(self.settings, self.database, self.use_cases, sender, lifecycle)
        return self._discord

    @property
    def bot(self) -> "RootwatchBot":
        """The current Discord bot; created on first use."""
        return self.discord.bot

    def recreate_bot(self, *, message_content: bool) -> None:
        """Replace the Discord bot: a closed one cannot log in again."""
        self.discord.recreate_bot(message_content=message_content)

    async def open(self) -> None:
        """Migrate and open the database and load the trained model; may be called twice.

        Raises DatabaseUnavailable.
        """
        if self._opened:
            return
        await self.database.open()
        self._opened = True
        async with self.database.transaction() as transaction:
            await deliveries.expire_dead_leases(transaction, is_dead_worker, datetime.now(UTC))
        await self._classifier.load_model()
        await self.poller.reinterpret_incidents()
        async with self.database.read() as transaction:
            state = await sources.find_source(transaction, SOURCE)
        if state.initial_sync_done:
            self._has_incidents.set()

    async def close(self) -> None:
        """Stop everything that runs and close the database; may be called twice."""
        await self.stop()
        await self.poller.close()
        await self._indexes.close()
        await self.database.close()
        self._opened = False

    async def record_problem(self, message: str) -> None:
        """Store a sentence for operators; `status` shows it."""
        async with self.database.transaction() as transaction:
            await error_log.record_problem(transaction, message, datetime.now(UTC))

    async def poll(self, progress: Progress | None = None, *, insist: bool = False) -> SyncResult:
        """Poll every source once, completely; then train the classifier and run all backfills.

        With `insist` also those sources that asked for fewer requests.
        """
        progress = progress or NullProgress()
        started = time.monotonic()
        bugzilla, *lists = await asyncio.gather(
            self.poller.poll_bugzilla(progress, on_schedule=False, sweep=True, insist=insist),
            *(
                self.poller.poll_list(config, progress, on_schedule=False, insist=insist)
                for config in self.settings.lists
            ),
        )
        if bugzilla.error is None:
            progress.advance("classifier", 0, None)
            await self._training_job.run_pending()
            await self._backfill.request_all()
            await self.backfill_sections(progress)
        names = [config.name for config in self.settings.lists]
        return SyncResult(bugzilla, dict(zip(names, lists, strict=True)), round(time.monotonic() - started, 1))

    async def deliver(self) -> None:
        """Send everything in the outbox."""
        await self.discord.drain()

    async def backfill_sections(self, progress: Progress | None = None) -> None:
        """Run the pending backfills of custom sections."""
        progress = progress or NullProgress()
        await self._backfill_job.run_pending(
            lambda title, done, total: progress.advance(f"section {title}", done, total)
        )

    async def close_votes(self) -> None:
        """Close overdue votes and announce every result not announced yet."""
        await self.vote_closing.run()

    async def wait_until_queryable(self) -> str | None:
        """Wait for the first stored incidents; return an error message if Bugzilla could not be read."""
        await self._has_incidents.wait()
        async with self.database.read() as transaction:
            state = await sources.find_source(transaction, SOURCE)
        return state.error or None

    async def start_schedule(self, progress: Progress | None = None) -> None:
        """Start to poll the sources and to run the other jobs at their intervals."""
        self._scheduler = Scheduler(self.record_problem)
        for job in self._source_jobs(progress or NullProgress()):
            self._scheduler.add(job, await self.poller.next_poll_at(job.name, job.interval))
        self._scheduler.add(Job("comment rotation", ROTATION_SECONDS, self.poller.recheck_comments))
        self._scheduler.add(Job("vote closing", VOTE_CHECK_SECONDS, self.close_votes))
        self._scheduler.add(Job("cleanup", CLEANUP_SECONDS, partial(expire_button_states, self.database)))
        self._scheduler.start()
        # the last run may have ended before it backfilled what it had stored
        await self._backfill.request_all()
        self._backfill_job.trigger()

    def stream_events(self, show_alert: Callable[[Alert], None], show_problem: Callable[[str], None]) -> None:
        """Pass each new alert and each new problem to these callbacks, as a terminal shows them."""
        self._event_stream = asyncio.create_task(self._stream_events(show_alert, show_problem))

    async def wait_idle(self, seconds: float) -> None:
        """Wait for the jobs due at the start, then for training and backfills, for at most `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                if self._scheduler is not None:
                    await self._scheduler.wait_for_initial_runs(seconds)
                await self._training_job.wait_idle()
                await self._backfill_job.wait_idle()

    async def stop(self) -> None:
        """Stop the event stream, the schedule, training and backfills; may be called twice."""
        if self._event_stream is not None:
            self._event_stream.cancel()
            await asyncio.gather(self._event_stream, return_exceptions=True)
            self._event_stream = None
        if self._scheduler is not None:
            await self._scheduler.stop()
            self._scheduler = None
        await self._training_job.cancel()
        await self._backfill_job.cancel()

    async def run(self) -> int:
        """Run the Discord bot until it is stopped by a signal; return the exit code."""
        return await self.discord.run()

    async def check(self) -> "list[CheckResult]":
        """Check configuration, database, sources, token and permissions."""
        from bot.health import check

        return await check(self.settings, self.database, self.poller, self.open)

    def _source_jobs(self, progress: Progress) -> list[Job]:
        lists = [
            Job(config.name, config.poll_seconds, partial(self.poller.poll_list, config, progress, on_schedule=True))
            for config in self.settings.lists
        ]
        return [Job(SOURCE, self.settings.bugzilla.poll_seconds, partial(self._poll_bugzilla, progress)), *lists]

    async def _poll_bugzilla(self, progress: Progress) -> None:
        """Poll Bugzilla on the schedule, and trigger the jobs that depend on its result."""
        result = await self.poller.poll_bugzilla(progress, on_schedule=True, sweep=False)
        if result.error is None:
            self._training_job.trigger()
        if result.missing or result.error is not None:
            self.vote_closing.request_refresh()
        # a failed poll may have stored incidents before it failed
        if result.new or result.changed or result.missing or result.error is not None:
            await self._backfill.request_all()
            self._backfill_job.trigger()

    def _on_stored(self) -> None:
        """Release those who wait for the first incidents, and wake the sender."""
        self._has_incidents.set()
        if self._discord is not None:
            self._discord.wake_sender()

    async def _stream_events(self, show_alert: Callable[[Alert], None], show_problem: Callable[[str], None]) -> None:
        async with self.database.read() as transaction:
            last_event, last_shown_at = await events.newest_event_id(transaction), datetime.now(UTC)
        while True:
            await asyncio.sleep(1)
            async with self.database.read() as transaction:
                problems = await error_log.find_problems(transaction)
                new_events = await events.find_events_after(transaction, last_event)
            for recorded_at, problem in reversed(problems):
                if recorded_at > last_shown_at:
                    show_problem(problem)
                    last_shown_at = recorded_at
            for event in new_events:
                alert = await self.use_cases.build_alert(event, GLOBAL_COMMUNITY)
                if alert is not None:
                    show_alert(alert)
                last_event = event.id or last_event
