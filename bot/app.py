"""Puts all together: one program out of configuration, database, sources, handlers and the chat."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, cast

from bot.bugzilla_poll import SOURCE, BugzillaPoll
from bot.config import ListSettings, Settings
from bot.leases import AnotherPolls, holder_name, is_dead, polling_lease
from bot.list_poll import ListPoll
from bot.polling import Guard, Outcome, Progress, Silent, SyncReport
from bot.schedule import Schedule
from bot.sources.bugzilla import Bugzilla
from bot.sources.feed_worker import FeedWorker
from bot.sources.feeds import Feed
from bot.sources.http import Web
from bot.sources.mail_archive import MailArchive
from bot.worker import in_worker
from handlers.answering import Answers
from handlers.answers import Alert
from handlers.classifier.examples import Example
from handlers.intake import Intake
from handlers.list_intake import ListIntake
from handlers.reading.ca_owners import owner_table
from handlers.sorting import Sorter
from storage import deliveries, events, sources
from storage.database import Database
from storage.values import SourceState

if TYPE_CHECKING:
    from bot.chat.client import RootwatchBot
    from bot.chat.deliver import Deliverer


def build(settings: Settings) -> "App":
    """Build the program; nothing is opened and no token is needed yet."""
    return App(settings)


class App:
    """Rootwatch, ready to be opened; `bot` is the Discord bot, `answers` what both chats ask."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.holder = holder_name()
        self.database = Database(settings.database.url)
        self._owners = owner_table(settings.ca_aliases)
        self._sorter = Sorter(self.database, self._owners, _learn)
        names = (SOURCE, *(one.name for one in settings.lists))
        self.answers = Answers(self.database, self._owners, self._sorter, names, settings.bugzilla.url)
        bound = settings.alerts.flood_bound
        self._intake = Intake(self.database, self._owners, self._sorter, bound)
        self._list_intake = ListIntake(self.database, self._owners, bound)
        self._guard = Guard(self.database)
        self._webs: dict[str, Web] = {}
        self._feed_worker: FeedWorker | None = None
        self._opened = False
        self._polling = asyncio.Lock()
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
            from bot.chat.deliver import Deliverer

            self._deliverer = Deliverer(self.database, self.answers, self.holder, self.report)
        return self._deliverer

    def make_bot(self, *, message_content: bool) -> None:
        """Make the Discord bot anew: one that was closed cannot log in again."""
        from bot.discord_run import bot_for

        self._bot = bot_for(self, message_content=message_content)

    async def open(self) -> None:
        """Migrate and open the database and take up the learned model; may be called twice.

        Raises DatabaseUnavailable.
        """
        if self._opened:
            return
        await self.database.open()
        self._opened = True
        await deliveries.break_leases(self.database, is_dead, datetime.now(UTC))
        await self._sorter.open()
        await self._intake.read_titles_again(self._owners.version)
        if (await sources.find_source(self.database, SOURCE)).filled:
            self._titles.set()

    async def close(self) -> None:
        """Stop all that runs and let go of the database; may be called twice."""
        await self.stop()
        for web in self._webs.values():
            await web.__aexit__(None, None, None)
        self._webs.clear()
        if self._feed_worker is not None:
            self._feed_worker.close()
            self._feed_worker = None
        await self.database.close()
        self._opened = False

    async def report(self, sentence: str) -> None:
        """Keep a sentence for whoever runs this: `status` shows it."""
        await sources.note_problem(self.database, sentence, datetime.now(UTC))

    async def poll(self, progress: Progress | None = None) -> SyncReport:
        """Poll every source once, to the end: comments in, classifier trained, everything sorted."""
        shown = progress or Silent()
        started = time.monotonic()
        async with self._polling:
            try:
                async with polling_lease(self.database, self.holder):
                    bugzilla, *rest = await asyncio.gather(
                        self._poll_bugzilla(shown, on_schedule=False, sweep=True),
                        *(self._poll_list(one, shown, on_schedule=False) for one in self.settings.lists),
                    )
            except AnotherPolls as busy:
                failed = Outcome(error=str(busy))
                bugzilla, rest = failed, [failed for _ in self.settings.lists]
        lists = {one.name: outcome for one, outcome in zip(self.settings.lists, rest, strict=True)}
        self._wake_sender()
        return SyncReport(bugzilla, lists, round(time.monotonic() - started, 1))

    async def deliver(self) -> None:
        """Send everything that waits in the outbox."""
        await self.deliverer.drain(self.bot)

    async def titles_ready(self) -> str | None:
        """Wait until incidents can be asked for; gives a sentence if that could not be reached."""
        await self._titles.wait()
        state = await sources.find_source(self.database, SOURCE)
        return state.error or None

    async def start_schedule(self, progress: Progress | None = None) -> None:
        """Poll each source at its pace from now on."""
        shown = progress or Silent()
        self._schedule = Schedule(self.database, self.report)
        bugzilla = self.settings.bugzilla
        await self._schedule.add(SOURCE, bugzilla.poll_seconds, partial(self._scheduled_bugzilla, shown))
        for one in self.settings.lists:
            await self._schedule.add(one.name, one.poll_seconds, partial(self._scheduled_list, one, shown))
        self._schedule.start()

    def watch_events(self, show: Callable[[Alert], None], tell: Callable[[str], None]) -> None:
        """Show every alert and tell every problem from now on, as a terminal does."""
        self._watching = asyncio.create_task(self._watch(show, tell))

    async def settle(self, seconds: float) -> None:
        """Wait for the polls that were due at the start, so long at most."""
        if self._schedule is not None:
            await self._schedule.settle(seconds)

    async def stop(self) -> None:
        """Stop the schedule and what watches it; may be called twice."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
            self._watching = None
        if self._schedule is not None:
            await self._schedule.stop()
            self._schedule = None

    async def run(self) -> int:
        """Run the Discord bot until told to stop; gives the exit code."""
        from bot.discord_run import run

        return await run(self)

    async def check(self) -> list[tuple[str, bool, str]]:
        """Try configuration, database, sources, token and permissions: name, verdict, sentence."""
        from bot.checking import check

        return await check(self)

    def web(self, source: str) -> Web:
        """Give a source's HTTP client, which trusts the addresses that the operator configured.

        Each has its own, so that its requests can be counted.
        """
        chat = [self.settings.discord.api_url] if self.settings.discord.api_url else []
        trusted = [self.settings.bugzilla.url, *(one.url for one in self.settings.lists), *chat]
        if source not in self._webs:
            self._webs[source] = Web(trusted)
        return self._webs[source]
        return self._web

    def bugzilla(self) -> Bugzilla:
        """Give the reader of the configured Bugzilla."""
        given, key = self.settings.bugzilla, self.settings.bugzilla_api_key
        return Bugzilla(
            self.web(SOURCE),
            given.url,
            given.product,
            given.component,
            key.reveal() if key else None,
            given.key_in_query,
        )

    def list_source(self, one: ListSettings) -> MailArchive | Feed:
        """Give the reader of a configured list or feed."""
        if self._feed_worker is None:
            self._feed_worker = FeedWorker()
        if one.kind == "feed":
            return Feed(self.web(one.name), one.name, one.url, self._feed_worker)
        return MailArchive(self.web(one.name), one.name, one.url, one.page_seconds, self._feed_worker)

    async def _scheduled_bugzilla(self, progress: Progress) -> None:
        async with self._polling, polling_lease(self.database, self.holder):
            await self._poll_bugzilla(progress, on_schedule=True, sweep=False)
        self._wake_sender()

    async def _scheduled_list(self, one: ListSettings, progress: Progress) -> None:
        await self._poll_list(one, progress, on_schedule=True)
        self._wake_sender()

    async def _poll_bugzilla(self, progress: Progress, *, on_schedule: bool, sweep: bool) -> Outcome:
        given = self.settings.bugzilla
        place = f"{given.product} :: {given.component}"
        source = self.bugzilla()
        poll = BugzillaPoll(source, self.database, self._intake, given.sweep_polls, place)
        before = source.requests

        async def work(state: SourceState) -> Outcome:
            if state.filled:
                outcome = await poll.increment(state, sweep=sweep)
            else:
                outcome = await poll.titles(state, progress)
            self._titles.set()
            self._wake_sender()
            await poll.comments(progress)
            progress.step("classifier", 0, None)
            await self._sorter.learn_if_due()
            await self._sorter.sort_all()
            return outcome

        outcome = await self._guard.attempt(SOURCE, work, on_schedule=on_schedule)
        self._titles.set()
        return replace(outcome, requests=source.requests - before)

    async def _poll_list(self, one: ListSettings, progress: Progress, *, on_schedule: bool) -> Outcome:
        poll = ListPoll(self.list_source(one), self.database, self._list_intake)
        work = partial(poll.poll, progress=progress, to_the_end=not on_schedule)
        return await self._guard.attempt(one.name, work, on_schedule=on_schedule)

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


async def _learn(examples: list[Example]) -> bytes:
    from handlers.classifier.training import learn_bytes

    return await in_worker(learn_bytes, examples)
