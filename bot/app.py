"""The composition root: builds one program out of configuration, database, sources, handlers and the chat."""

import asyncio
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from bot.config import Settings
from bot.jobs.cleanup import CLEANUP_SECONDS, delete_expired
from bot.jobs.event_stream import EventStream
from bot.jobs.scheduler import Job, Scheduler
from bot.jobs.section_backfill import SectionBackfillJob
from bot.jobs.supervisor import Supervisor
from bot.jobs.task_reports import TaskReports
from bot.jobs.training import TrainingJob, train_in_subprocess
from bot.jobs.vote_closing import VOTE_CHECK_SECONDS, VoteClosing
from bot.polling.bugzilla import SOURCE
from bot.polling.comment_rotation import ROTATION_SECONDS
from bot.polling.poller import Poller
from bot.polling.results import NullProgress, Progress, SyncResult
from bot.problem_log import ProblemLog
from bot.run_lease import RunLease
from bot.worker import is_dead_worker, worker_id
from handlers.classification.service import SectionClassifier
from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.parsing.owners import build_owner_directory
from handlers.results.alerts import Alert
from handlers.sections.backfill import SectionBackfill
from handlers.sections.service import SectionService
from handlers.sections.similarity_ranking import SimilarityRanker
from handlers.use_cases import build_use_cases
from storage import deliveries, sources
from storage.database import Database

if TYPE_CHECKING:  # they load discord.py, which a terminal does not need
    from bot.chat.client import RootwatchBot
    from bot.chat.connection import DiscordConnection
    from bot.health import CheckResult

END_TIMEOUT_SECONDS = 1.0


def build(settings: Settings) -> "App":
    """Build the program; nothing is opened and no token is needed yet."""
    return App(settings)


class App:
    """The program, ready to be opened; `bot` is the Discord bot, `use_cases` serve both chats."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.worker_id = worker_id()
        self.database = Database(settings.database.url)
        self._problems = ProblemLog(self.database)
        self.supervisor = Supervisor(self.record_problem)
        self._run_lease = RunLease(self.database, self.worker_id)
        self._task_reports = TaskReports(self.database, self.worker_id, self.supervisor.states, self._problems)
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
        self._discord: DiscordConnection | None = None

    @property
    def discord(self) -> "DiscordConnection":
        """The connection to Discord; created on first use, since a terminal needs none."""
        if self._discord is None:
            from bot.chat.connection import DiscordConnection, Lifecycle
            from bot.chat.delivery.sender import OutboxSender

            sender = OutboxSender(self.database, self.use_cases, self.worker_id, self.record_problem, self._may_send)
            lifecycle = Lifecycle(
                self._begin_run,
                self.open,
                self.start_schedule,
                self.stop,
                self._end_run,
                self._run_lease.lost.wait,
                self.record_problem,
                self.vote_closing.announce_with,
            )
            self._discord = DiscordConnection(
                self.settings, self.database, self.use_cases, sender, self.supervisor, lifecycle
            )
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
        """Store a sentence for operators, now or when the database can be written again; `status` shows it."""
        await self._problems.record(message)

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
        scheduler = Scheduler(self.record_problem)
        for job in self._source_jobs(progress or NullProgress()):
            scheduler.add(job, await self.poller.next_poll_at(job.name, job.interval))
        scheduler.add(Job("comment rotation", ROTATION_SECONDS, self.poller.recheck_comments))
        scheduler.add(Job("vote closing", VOTE_CHECK_SECONDS, self.close_votes))
        scheduler.add(Job("cleanup", CLEANUP_SECONDS, partial(delete_expired, self.database)))
        self._scheduler = scheduler
        scheduler.start()
        self.supervisor.start("scheduler", scheduler.watch)
        self.supervisor.include(scheduler.states)
        self.supervisor.include(lambda: [self._training_job.state(), self._backfill_job.state()])
        # the last run may have ended before it backfilled what it had stored
        self._backfill_job.request()

    def stream_events(self, show_alert: Callable[[Alert], None], show_problem: Callable[[str], None]) -> None:
        """Pass each new alert and each new problem to these callbacks, as a terminal shows them."""
        stream = EventStream(self.database, self.use_cases, show_alert, show_problem)
        self.supervisor.start("event stream", stream.run)

    async def wait_idle(self, seconds: float) -> None:
        """Wait for the jobs due at the start, then for training and backfills, for at most `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                if self._scheduler is not None:
                    await self._scheduler.wait_for_initial_runs(seconds)
                await self._training_job.wait_idle()
                await self._backfill_job.wait_idle()

    async def stop(self) -> None:
        """Stop the supervised tasks, the schedule, training and backfills; may be called twice."""
        await self.supervisor.stop()
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
            self._backfill_job.request()

    async def _begin_run(self) -> None:
        """Open the database and take the right to run the bot on it. Raises DatabaseUnavailable and AlreadyRunning."""
        await self.database.open()
        await self._run_lease.acquire(lambda sentence: print(sentence, file=sys.stderr))  # noqa: T201
        await self.open()
        self.supervisor.start("run lease", self._run_lease.renew_until_lost)
        self.supervisor.start("task reports", self._task_reports.run)

    async def _end_run(self) -> None:
        """Give back the right to run the bot; say so if another process has taken it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(END_TIMEOUT_SECONDS):
                if self._run_lease.lost.is_set():
                    print(await self._run_lease.describe_successor(), file=sys.stderr)  # noqa: T201
                else:
                    await self._task_reports.withdraw()
                    await self._run_lease.release()

    def _may_send(self) -> bool:
        """Return whether this process may send: one that runs the bot may do so while it has the lease."""
        return self._run_lease.is_held or not self._run_lease.was_acquired

    def _on_stored(self) -> None:
        """Release those who wait for the first incidents, and wake the sender."""
        self._has_incidents.set()
        if self._discord is not None:
            self._discord.wake_sender()
