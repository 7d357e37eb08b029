"""The composition root: builds one program out of configuration, database, sources, handlers and the chat."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.config import Settings
from bot.jobs.cleanup import CLEANUP_SECONDS, delete_expired
from bot.jobs.event_stream import EventStream
from bot.jobs.life_events import LIFE_EVENT_SECONDS, LifeEventJob
from bot.jobs.life_reading import LifeReadingJob
from bot.jobs.scheduler import Job, Scheduler
from bot.jobs.section_backfill import SectionBackfillJob
from bot.jobs.supervisor import Supervisor
from bot.jobs.task_reports import TaskReports
from bot.jobs.training import TrainingJob, train_in_subprocess
from bot.jobs.vote_closing import VOTE_CHECK_SECONDS, VoteClosing
from bot.logs import tell_operator
from bot.polling.bugzilla import SOURCE
from bot.polling.comment_rotation import ROTATION, ROTATION_SECONDS
from bot.polling.poller import Poller
from bot.polling.results import NullProgress, Progress, SyncResult
from bot.polling.turn import PollingTurn
from bot.problem_log import ProblemLog
from bot.run_identity import run_identity
from bot.run_lease import LeaseLost, RunLease
from bot.standby import Standby
from bot.worker import is_dead_worker, worker_id
from handlers.classification.service import SectionClassifier
from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.ingest.life_events import LifeEventRecorder
from handlers.parsing.owners import build_owner_directory
from handlers.results.alerts import Alert
from handlers.sections.backfill import SectionBackfill
from handlers.sections.service import SectionService
from handlers.sections.similarity_ranking import SimilarityRanker
from handlers.use_cases import build_use_cases
from storage import deliveries, sources
from storage import settings as stored_settings
from storage.database import Database, DatabaseUnavailable
from storage.failures import DatabaseTooNew

if TYPE_CHECKING:  # they load discord.py, which a terminal does not need
    from bot.chat.client import RootwatchBot
    from bot.chat.connection import DiscordConnection
    from bot.health import CheckResult

END_TIMEOUT_SECONDS = 1.0
FIRST_INCIDENTS_SECONDS = 1.0  # between two looks for incidents that another process stores


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
        recorder = LifeEventRecorder(self.database, self._owners, self._indexes)
        self._life_event_job = LifeEventJob(recorder, self.record_problem)
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
        self._life_reading_job = LifeReadingJob(
            self.use_cases.deadlines, self.use_cases.missed_clocks, self.record_problem
        )
        self.vote_closing = VoteClosing(sections, lambda: self._discord is not None and self._discord.is_ready)
        self.poller = Poller(
            settings, self.database, self._owners, self._classifier, self._indexes, self.worker_id, self._on_stored
        )
        self.turn = PollingTurn(self.database, lambda: self._run_lease.was_acquired)
        self._opened = False
        self._has_incidents = asyncio.Event()
        self._scheduler: Scheduler | None = None
        self._discord: DiscordConnection | None = None
        self._standby: Standby | None = None

    @property
    def discord(self) -> "DiscordConnection":
        """The connection to Discord; created on first use, since a terminal needs none."""
        if self._discord is None:
            from bot.chat.connection import DiscordConnection, Lifecycle
            from bot.chat.delivery.sender import OutboxSender

            sender = OutboxSender(self.database, self.use_cases, self.worker_id, self.record_problem, self._may_send)
            lifecycle = Lifecycle(
                begin=self._begin_run,
                may_send=self._may_send,
                may_answer=self._may_answer,
                lost=self._run_lease.lost.wait,
                end=self._end_run,
                open=self.open,
                start=self.start_schedule,
                stop=self.stop,
                record_problem=self.record_problem,
                announce_results_with=self.vote_closing.announce_with,
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
        # unlike `gather`, a group that is cancelled waits for its polls, which still use the database
        async with asyncio.TaskGroup() as polls:
            bugzilla_poll = polls.create_task(
                self.poller.poll_bugzilla(progress, on_schedule=False, sweep=True, insist=insist)
            )
            list_polls = {
                config.name: polls.create_task(
                    self.poller.poll_list(config, progress, on_schedule=False, insist=insist)
                )
                for config in self.settings.lists
            }
        bugzilla = bugzilla_poll.result()
        if bugzilla.error is None:
            progress.advance("classifier", 0, None)
            await self._life_event_job.run_pending()
            await self._training_job.run_pending()
            await self._backfill.request_all()
            await self.backfill_sections(progress)
        lists = {name: poll.result() for name, poll in list_polls.items()}
        return SyncResult(bugzilla, lists, round(time.monotonic() - started, 1))

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
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(FIRST_INCIDENTS_SECONDS):
                    await self._has_incidents.wait()
            async with self.database.read() as transaction:
                state = await sources.find_source(transaction, SOURCE)
            # another process may have stored them
            if self._has_incidents.is_set() or state.initial_sync_done:
                return state.error or None

    async def start_schedule(self, progress: Progress | None = None) -> None:
        """Start to poll the sources and to run the other jobs at their intervals, whenever no other process does."""
        scheduler, in_turn = Scheduler(self.record_problem), self.turn.in_turn
        for job in self._source_jobs(progress or NullProgress()):
            scheduler.add(replace(job, run=in_turn(job.run)), await self.poller.next_poll_at(job.name, job.interval))
        rotation_at = await self.poller.next_poll_at(ROTATION, ROTATION_SECONDS)
        scheduler.add(Job(ROTATION, ROTATION_SECONDS, in_turn(self.poller.recheck_comments)), rotation_at)
        scheduler.add(Job("vote closing", VOTE_CHECK_SECONDS, in_turn(self.close_votes)))
        # each poll triggers the job too, so the first run can wait
        later = datetime.now(UTC) + timedelta(seconds=LIFE_EVENT_SECONDS)
        scheduler.add(Job("incident events", LIFE_EVENT_SECONDS, in_turn(self._life_event_job.run_pending)), later)
        scheduler.add(Job("cleanup", CLEANUP_SECONDS, in_turn(partial(delete_expired, self.database))))
        self._scheduler = scheduler
        scheduler.start()
        self.supervisor.start("scheduler", scheduler.watch)
        self.supervisor.include(scheduler.states)
        jobs = (self._training_job, self._backfill_job, self._life_reading_job, self._life_event_job)
        self.supervisor.include(lambda: [job.state() for job in jobs])
        # the last run may have ended before it backfilled what it had stored
        self._backfill_job.request()
        self._life_reading_job.trigger()

    def stream_events(self, show_alert: Callable[[Alert], None], show_problem: Callable[[str], None]) -> None:
        """Pass each new alert and each new problem to these callbacks, as a terminal shows them."""
        stream = EventStream(self.database, self.use_cases, show_alert, show_problem)
        self.supervisor.start("event stream", stream.run)
        self.supervisor.start("polling turn", partial(self.turn.watch, show_problem))

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
        await self._life_reading_job.cancel()
        await self._life_event_job.cancel()

    async def run(self, stopping: asyncio.Event) -> int | None:
        """Run the Discord bot until `stopping` is set, standing by while another process runs it.

        Return the exit code, None if another process has taken over; this program has then to be closed.
        """
        return await self.discord.run(stopping)

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
            self._life_event_job.trigger()
        if result.missing or result.error is not None:
            self.vote_closing.request_refresh()
        # a failed poll may have stored incidents before it failed
        if result.new or result.changed or result.missing or result.error is not None:
            self._backfill_job.request()
            self._life_reading_job.trigger()

    async def _begin_run(self) -> None:
        """Open the database, and return once this process has the right to run the bot on it.

        Raises DatabaseUnavailable, and OtherIdentity if another process runs with other settings.
        """
        await self.database.open()
        async with self.database.transaction() as transaction:
            identity = run_identity(self.settings, await stored_settings.database_id(transaction))
        self._standby = Standby(self.database, self.worker_id, self._run_lease, identity)
        has_waited = await self._standby.wait_until_active(tell_operator)
        if has_waited:
            # a backup that was restored meanwhile may have to be migrated
            await self.database.close()
        # first: after a new version, opening interprets all incidents again, which may take longer than the lease lasts
        self.supervisor.start("run lease", self._run_lease.renew_until_lost)
        try:
            await self.open()
        except DatabaseUnavailable as error:
            if not has_waited or isinstance(error, DatabaseTooNew):
                raise
            # whoever took over stands by again, instead of ending when the database is least to be relied on
            raise LeaseLost(str(error)) from error
        self._task_reports.identify(identity)
        self.supervisor.start("task reports", self._task_reports.run)

    async def _end_run(self) -> None:
        """Give back the right to run the bot; say so if another process has taken it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(END_TIMEOUT_SECONDS):
                if self._run_lease.lost.is_set():
                    tell_operator(await self._run_lease.describe_successor())
                    await self._run_lease.abandon()
                elif self._run_lease.was_acquired:
                    await self._task_reports.withdraw()
                    await self._run_lease.release()
                elif self._standby is not None:
                    await self._standby.withdraw()

    def _may_send(self) -> bool:
        """Return whether this process may send: one that runs the bot may do so while it has the lease."""
        return self._run_lease.is_held or not self._run_lease.was_acquired

    def _may_answer(self) -> bool:
        """Return whether this process may answer: also while the database cannot be reached, which it then says."""
        return self._run_lease.may_answer or not self._run_lease.was_acquired

    def _on_stored(self) -> None:
        """Release those who wait for the first incidents, and wake the sender."""
        self._has_incidents.set()
        if self._discord is not None:
            self._discord.wake_sender()
