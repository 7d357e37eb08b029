"""Runs the Discord bot: logs in with the token once this process is active, and reconnects after faults."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import discord

from bot.chat.client import RootwatchBot
from bot.chat.delivery.answer_log import AnswerLog
from bot.chat.delivery.sender import OutboxSender
from bot.chat.gateway_state import GatewayState
from bot.chat.request_gate import RequestGate
from bot.config import DiscordSettings, Settings
from bot.jobs.cancellation import cancel_and_wait
from bot.jobs.supervisor import Supervisor
from bot.jobs.vote_closing import OnBallotChanged
from bot.logs import tell_operator
from bot.run_lease import LeaseLost
from handlers.use_cases import UseCases
from storage import deliveries, routes
from storage import settings as stored_settings
from storage.database import Database

log = logging.getLogger(__name__)

COMMANDS_HASH = "commands told to Discord"  # the key of a stored setting
DRAIN_TIMEOUT = 2.0  # seconds, of the 5 within which SIGTERM must end the program
CLOSE_TIMEOUT = 1.5
INITIAL_RECONNECT_DELAY, MAX_RECONNECT_DELAY = 2.0, 300.0
STABLE_AFTER_SECONDS = 60.0  # a connection that lasted longer resets the delay

CREDENTIALS_MISSING = (
    "There is no Discord token: put the bot's token into the environment variable DISCORD_TOKEN "
    "(Discord's developer portal, your application, Bot). Without one, `rootwatch chat` answers in the terminal."
)
CREDENTIALS_REJECTED = (
    "Discord does not accept the token in DISCORD_TOKEN: copy it again from the developer portal, page Bot."
)
INTENT_MISSING = (
    "The message-content intent is off for this application, so commands work by mention and as slash commands only; "
    "switch it on in the developer portal, page Bot, if the prefix should work too."
)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What the connection calls in the program around it.

    `begin` opens the storage and returns when this process may run the bot, `may_send` tells whether it certainly still
    may, `may_answer` also while the database cannot be asked. `lost` returns when it may no longer, and `end` gives the
    right back. `open` opens the storage, `start` and `stop` the polls and jobs; `record_problem` stores a sentence for
    operators, and `announce_results_with` registers the callback that announces vote results.
    """

    begin: Callable[[], Awaitable[None]]
    may_send: Callable[[], bool]
    may_answer: Callable[[], bool]
    lost: Callable[[], Awaitable[object]]
    end: Callable[[], Awaitable[None]]
    open: Callable[[], Awaitable[None]]
    start: Callable[[], Awaitable[None]]
    stop: Callable[[], Awaitable[None]]
    record_problem: Callable[[str], Awaitable[None]]
    announce_results_with: Callable[[OnBallotChanged], None]


class DiscordConnection:
    """The Discord client, its reconnects, and the sender of the outbox."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        use_cases: UseCases,
        sender: OutboxSender,
        supervisor: Supervisor,
        lifecycle: Lifecycle,
    ) -> None:
        self._settings = settings
        self._database = database
        self._use_cases = use_cases
        self._sender = sender
        self._supervisor = supervisor
        self._lifecycle = lifecycle
        self._answers = AnswerLog(database)
        self._gateway = GatewayState()
        self._bot: RootwatchBot | None = None
        self._has_started = False
        self._problem_tasks: set[asyncio.Task[None]] = set()

    @property
    def bot(self) -> RootwatchBot:
        """The current client; created on first use."""
        return self.recreate_bot(message_content=True) if self._bot is None else self._bot

    @property
    def is_ready(self) -> bool:
        """Whether a client exists and is connected."""
        return self._bot is not None and self._bot.is_ready()

    def recreate_bot(self, *, message_content: bool) -> RootwatchBot:
        """Replace the client: a closed one cannot log in again. Without `message_content` the prefix does not work."""
        bot = RootwatchBot(
            self._use_cases,
            prefix=self._settings.discord.prefix,
            message_content=message_content,
            open_storage=self._lifecycle.open,
            load_command_hash=self._load_command_hash,
            save_command_hash=self._save_command_hash,
            record_problem=self._record_problem_later,
            answers=self._answers,
            gate=RequestGate(self._lifecycle.may_send, self._lifecycle.may_answer),
        )
        self._lifecycle.announce_results_with(partial(bot.proposals.announce_result, bot))
        # a channel that refused alerts may accept them after such a change
        bot.add_listener(self._retry_updated_channel, "on_guild_channel_update")
        bot.add_listener(self._retry_updated_channel, "on_thread_update")
        bot.add_listener(self._retry_channels_of_guild, "on_guild_role_update")
        for event in ("on_ready", "on_resumed"):
            bot.add_listener(self._gateway.on_connected, event)
        bot.add_listener(self._gateway.on_disconnected, "on_disconnect")
        self._bot = bot
        return bot

    def wake_sender(self) -> None:
        """Make the sender look for new deliveries at once."""
        self._sender.wake()

    async def drain(self) -> None:
        """Send everything in the outbox that can be sent."""
        await self._sender.drain(self.bot)

    async def run(self, stopping: asyncio.Event) -> int | None:
        """Stand by until this process may run the bot; then log in, poll, reply and deliver until `stopping` is set.

        Return the exit code, None if another process has taken over.
        """
        token = self._settings.discord_token
        if token is None:
            tell_operator(CREDENTIALS_MISSING)
            return 1
        override_api_endpoints(self._settings.discord)
        stopped = asyncio.create_task(stopping.wait())
        beginning = asyncio.ensure_future(self._lifecycle.begin())
        try:
            await asyncio.wait({beginning, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not beginning.done():
                await cancel_and_wait([beginning])
                await self._lifecycle.end()
                return 0
            try:
                beginning.result()
            except LeaseLost:
                # the file of the database was replaced since the lease was taken
                await self._lifecycle.end()
                return None
            return await self._run_active(token.reveal(), stopping, stopped)
        finally:
            stopped.cancel()

    async def _run_active(self, token: str, stopping: asyncio.Event, stopped: asyncio.Task[bool]) -> int | None:
        client = asyncio.create_task(self._run_with_reconnect(token, stopping))
        lost = asyncio.ensure_future(self._lifecycle.lost())
        await asyncio.wait({client, stopped, lost}, return_when=asyncio.FIRST_COMPLETED)
        is_lost = lost.done()
        if is_lost:
            # whoever has taken over replies and sends from here on
            client.cancel()
        await self._lifecycle.stop()
        await self._sender.stop(0 if is_lost else DRAIN_TIMEOUT)
        await self._lifecycle.end()
        code = client.result() if client.done() and not client.cancelled() else 0
        if client.cancelled() and not stopped.done() and not is_lost:
            code = 1  # cancelled from within: a service manager starts the program again
        for task in (client, lost):
            task.cancel()
        await asyncio.wait({client, lost}, timeout=CLOSE_TIMEOUT)
        return None if is_lost else code

    async def _run_with_reconnect(self, token: str, stopping: asyncio.Event) -> int:
        """Run the client, and a new one whenever it ends by itself: a single malformed event can end a client."""
        delay, was_accepted = INITIAL_RECONNECT_DELAY, False
        while not stopping.is_set():
            started = time.monotonic()
            try:
                async with self.bot as bot:
                    await bot.login(token)
                    was_accepted = True
                    await self._start_background_tasks()
                    await bot.connect(reconnect=True)
            except discord.PrivilegedIntentsRequired:
                tell_operator(INTENT_MISSING)
                await self._lifecycle.record_problem(INTENT_MISSING)
                self.recreate_bot(message_content=False)
                continue
            except Exception as error:
                # a token that was accepted before may be refused for a moment, so that ends nothing
                if isinstance(error, discord.LoginFailure) and not was_accepted:
                    tell_operator(CREDENTIALS_REJECTED)
                    return 1
                log.warning("the client ended", exc_info=error)
                await self._on_client_ended(type(error).__name__, delay)
            else:
                await self._on_client_ended("without an error", delay)
            if time.monotonic() - started > STABLE_AFTER_SECONDS:
                delay = INITIAL_RECONNECT_DELAY
            await asyncio.sleep(delay)
            delay = min(delay * 2, MAX_RECONNECT_DELAY)
            self.recreate_bot(message_content=self.bot.has_message_content)
        return 0

    async def _on_client_ended(self, reason: str, delay: float) -> None:
        """Record why the client ended, when that begins; alerts and polls go on once they can."""
        sentence = f"The connection to Discord ended ({reason}); trying again in {delay:.0f} s."
        tell_operator(sentence)
        if self._gateway.fail(sentence):
            await self._lifecycle.record_problem(sentence)
        try:
            # what is polled while Discord is unreachable is sent once it is back
            await self._start_background_tasks()
        except Exception:
            log.exception("the background tasks could not be started yet")

    async def _start_background_tasks(self) -> None:
        """Start polls and the sender, once; not before Discord has accepted the token or could not be reached."""
        if self._has_started:
            return
        await self._lifecycle.start()
        self._has_started = True
        for name, run in self._sender.tasks(self).items():
            self._supervisor.start(name, run)
        self._supervisor.include(lambda: [self._gateway.state()])

    async def _load_command_hash(self) -> str | None:
        async with self._database.read() as transaction:
            return await stored_settings.find_setting(transaction, COMMANDS_HASH)

    async def _save_command_hash(self, command_hash: str) -> None:
        async with self._database.transaction() as transaction:
            await stored_settings.save_setting(transaction, COMMANDS_HASH, command_hash)

    def _record_problem_later(self, sentence: str) -> None:
        task = asyncio.ensure_future(self._lifecycle.record_problem(sentence))
        self._problem_tasks.add(task)
        task.add_done_callback(self._problem_tasks.discard)

    async def _retry_updated_channel(self, _before: object, after: discord.abc.GuildChannel | discord.Thread) -> None:
        async with self._database.transaction() as transaction:
            await deliveries.retry_channel(transaction, after.id)
        self._sender.wake()

    async def _retry_channels_of_guild(self, _before: object, after: discord.Role) -> None:
        async with self._database.transaction() as transaction:
            for route in await routes.find_routes(transaction, after.guild.id):
                await deliveries.retry_channel(transaction, route.channel)
        self._sender.wake()


def override_api_endpoints(settings: DiscordSettings) -> None:
    """Use the configured server in place of Discord, for tests; discord.py keeps both addresses in class attributes."""
    from discord.gateway import DiscordWebSocket
    from yarl import URL

    if settings.api_url:
        discord.http.Route.BASE = settings.api_url
    if settings.gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = URL(settings.gateway_url)
