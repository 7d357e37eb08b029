"""Puts all together: one program out of configuration, database, sources, handlers and the chat."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, cast

from bot.config import ListSettings, Settings
from bot.jobs.scheduler import Schedule
from bot.jobs.section_backfill import GoingThrough
from bot.jobs.training import Learning, learn
from bot.polling.backoff import Progress, NullProgress, SyncResult
from bot.polling.bugzilla import SOURCE
from bot.polling.leases import worker_id, is_dead_worker
from bot.polling.poller import Poller
from handlers.classification.service import Sorter
from handlers.indexes.incident_indexes import IncidentMemory
from handlers.parsing.owners import owner_table
from handlers.queries.service import Queries
from handlers.results import Alert
from handlers.sections.backfill import Holding
from handlers.sections.service import MemberSections
from handlers.sections.similarity_ranking import LikenessRanker
from handlers.sections.votes import Ballot
from storage import deliveries, events, sources
from storage.database import Database
from storage.settings import forget_questions

if TYPE_CHECKING:
    from bot.chat.client import RootwatchBot
    from bot.chat.delivery.sender import Deliverer

SECONDS_BETWEEN_COUNTS = 60  # of votes whose time may be over
SECONDS_BETWEEN_CLEANINGS = 86_400
QUESTIONS_KEPT = timedelta(days=30)

ShowBallot = Callable[[Ballot], Awaitable[None]]


def build(settings: Settings) -> "App":
    """Build the program; nothing is opened and no token is needed yet."""
    return App(settings)


class App:
    """Rootwatch, ready to be opened; `bot` is the Discord bot, `answers` what both chats ask."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.holder = worker_id()
        self.database = Database(settings.database.url)
        self._owners = owner_table(settings.ca_aliases)
        self._sorter = Sorter(self.database, self._owners, learn)
        self._memory = IncidentMemory(self.database, self._owners)
        self._learning = Learning(self._sorter, self.report)
        names = (SOURCE, *(one.name for one in settings.lists))
        url = settings.bugzilla.url
        ranker = LikenessRanker(self._memory.likeness)
        self._holding = Holding(self.database, ranker)
        self._going = GoingThrough(self._holding, self.report)
        made = MemberSections(self.database, self._owners, ranker, self._going.begin)
        self.answers = Queries(self.database, self._owners, self._sorter, self._memory, names, url, made)
        self._show_ballot: ShowBallot | None = None
        # what an earlier run saw go may still stand in a proposal's message
        self._proposals_stale = True
        self.poller = Poller(
            settings, self.database, self._owners, self._sorter, self._memory, self.holder, self._something_stored
        )
        self._opened = False
        self._titles = asyncio.Event()
        self._schedule: Schedule | None = None
        self._watching: asyncio.Task[None] | None = None
        self._deliverer: Deliverer | None = None
        self._bot: RootwatchBot | None = None

    @property
    def bot(self) -> "RootwatchBot":
        """The Discord bot; made when it is first asked for, since a terminal needs none."""
        if self._bot is None:
            self.make_bot(message_content=True)
        return cast("RootwatchBot", self._bot)

    @property
    def deliverer(self) -> "Deliverer":
        """The sender of what waits in the outbox."""
        if self._deliverer is None:
            from bot.chat.delivery.sender import Deliverer

            self._deliverer = Deliverer(self.database, self.answers, self.holder, self.report)
        return self._deliverer

    def make_bot(self, *, message_content: bool) -> None:
        """Make the Discord bot anew: one that was closed cannot log in again."""
        from bot.chat.connection import bot_for

        self._bot = bot_for(self, message_content=message_content)

    async def open(self) -> None:
        """Migrate and open the database and take up the learned model; may be called twice.

        Raises DatabaseUnavailable.
        """
        if self._opened:
            return
        await self.database.open()
        self._opened = True
        await deliveries.break_leases(self.database, is_dead_worker, datetime.now(UTC))
        await self._sorter.open()
        await self.poller.reparse_titles(self._owners.version)
        if (await sources.find_source(self.database, SOURCE)).filled:
            self._titles.set()

    async def close(self) -> None:
        """Stop all that runs and let go of the database; may be called twice."""
        await self.stop()
        await self.poller.close()
        await self._memory.close()
        await self.database.close()
        self._opened = False

    async def report(self, sentence: str) -> None:
        """Keep a sentence for whoever runs this: `status` shows it."""
        await sources.note_problem(self.database, sentence, datetime.now(UTC))

    async def poll(self, progress: Progress | None = None) -> SyncResult:
        """Poll every source once, to the end: comments in, classifier trained, everything sorted."""
        shown = progress or NullProgress()
        started = time.monotonic()
        bugzilla, *rest = await asyncio.gather(
            self.poller.poll_bugzilla(shown, on_schedule=False, sweep=True),
            *(self.poller.poll_list(one, shown, on_schedule=False) for one in self.settings.lists),
        )
        if bugzilla.error is None:
            shown.advance("classifier", 0, None)
            await self._learning.finish()
            await self._holding.ask_again()
            await self.go_through(shown)
        lists = {one.name: outcome for one, outcome in zip(self.settings.lists, rest, strict=True)}
        return SyncResult(bugzilla, lists, round(time.monotonic() - started, 1))

    async def deliver(self) -> None:
        """Send everything that waits in the outbox."""
        await self.deliverer.drain(self.bot)

    async def go_through(self, progress: Progress | None = None) -> None:
        """Find the incidents of every section by members that waits for it."""
        shown = progress or NullProgress()
        await self._going.finish(lambda title, done, total: shown.advance(f"section {title}", done, total))

    def show_ballots(self, show: ShowBallot) -> None:
        """Have the end of every vote shown from now on, however it came, until it was told."""
        self._show_ballot = show

    async def close_votes(self) -> None:
        """End the votes on sections whose time is over, and have every end shown that was not told yet."""
        due = await self.answers.member_sections.close_due()
        if self._show_ballot is None:
            return
        if self._proposals_stale and self._bot is not None and self._bot.is_ready():
            self._proposals_stale = False
            for ballot in await self.answers.member_sections.proposed():
                await self._show_ballot(ballot)
        for ballot in due:
            await self._show_ballot(ballot)
        shown = {ballot.section.id for ballot in due}
        for ballot in await self.answers.member_sections.untold():
            if ballot.section.id not in shown:
                await self._show_ballot(ballot)

    async def forget_questions(self) -> None:
        """Forget what stands behind buttons that nobody has asked for in a month."""
        await forget_questions(self.database, datetime.now(UTC) - QUESTIONS_KEPT)

    async def titles_ready(self) -> str | None:
        """Wait until incidents can be asked for; gives a sentence if that could not be reached."""
        await self._titles.wait()
        state = await sources.find_source(self.database, SOURCE)
        return state.error or None

    async def start_schedule(self, progress: Progress | None = None) -> None:
        """Poll each source at its pace from now on."""
        shown = progress or NullProgress()
        self._schedule = Schedule(self.database, self.report)
        bugzilla = self.settings.bugzilla
        await self._schedule.add(SOURCE, bugzilla.poll_seconds, partial(self._scheduled_bugzilla, shown))
        for one in self.settings.lists:
            await self._schedule.add(one.name, one.poll_seconds, partial(self._scheduled_list, one, shown))
        await self._schedule.add("votes on sections", SECONDS_BETWEEN_COUNTS, self.close_votes)
        await self._schedule.add("old questions", SECONDS_BETWEEN_CLEANINGS, self.forget_questions)
        self._schedule.start()
        # what was stored just before the last end was perhaps not looked at
        await self._holding.ask_again()
        self._going.begin()

    def watch_events(self, show: Callable[[Alert], None], tell: Callable[[str], None]) -> None:
        """Show every alert and tell every problem from now on, as a terminal does."""
        self._watching = asyncio.create_task(self._watch(show, tell))

    async def settle(self, seconds: float) -> None:
        """Wait for the polls that were due at the start and for what is learned from them, so long at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                if self._schedule is not None:
                    await self._schedule.settle(seconds)
                await self._learning.settle()
                await self._going.settle()

    async def stop(self) -> None:
        """Stop the schedule, what watches it and what learns; may be called twice."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
            self._watching = None
        if self._schedule is not None:
            await self._schedule.stop()
            self._schedule = None
        await self._learning.stop()
        await self._going.stop()

    async def run(self) -> int:
        """Run the Discord bot until told to stop; gives the exit code."""
        from bot.chat.connection import run

        return await run(self)

    async def check(self) -> list[tuple[str, bool, str]]:
        """Try configuration, database, sources, token and permissions: name, verdict, sentence."""
        from bot.health import check

        return await check(self)

    async def _scheduled_bugzilla(self, progress: Progress) -> None:
        outcome = await self.poller.poll_bugzilla(progress, on_schedule=True, sweep=False)
        if outcome.error is None:
            self._learning.begin()
        self._proposals_stale |= bool(outcome.missing) or outcome.error is not None
        # a poll that failed half-way may have stored incidents all the same
        if outcome.new or outcome.changed or outcome.missing or outcome.error is not None:
            await self._holding.ask_again()
            self._going.begin()

    async def _scheduled_list(self, one: ListSettings, progress: Progress) -> None:
        await self.poller.poll_list(one, progress, on_schedule=True)

    def _something_stored(self) -> None:
        """Let go of who waits for titles, and wake the sender."""
        self._titles.set()
        self._wake_sender()

    def _wake_sender(self) -> None:
        if self._deliverer is not None:
            self._deliverer.wake()

    async def _watch(self, show: Callable[[Alert], None], tell: Callable[[str], None]) -> None:
        last, told = await events.newest_event(self.database), datetime.now(UTC)
        while True:
            await asyncio.sleep(1)
            for moment, sentence in reversed(await sources.find_problems(self.database)):
                if moment > told:
                    tell(sentence)
                    told = moment
            for event in await events.find_events_after(self.database, last):
                alert = await self.answers.alert(event)
                if alert is not None:
                    show(alert)
                last = event.id or last
