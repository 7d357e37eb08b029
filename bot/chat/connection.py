"""Runs the Discord bot: logs in with the token, reconnects after faults, and shuts down on SIGTERM."""

import asyncio
import logging
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import aiohttp
import discord

from bot.chat.client import RootwatchBot
from bot.chat.delivery.sender import OutboxSender
from bot.config import DiscordSettings, Settings
from bot.jobs.vote_closing import OnBallotChanged
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

# discord.py lets these escape from a client, among them those of one malformed event
CONNECTION_ERRORS = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What the connection calls in the program around it.

    `open` opens the storage, `start` and `stop` the polls and jobs; `record_problem` stores a sentence for operators,
    and `announce_results_with` registers the callback that announces vote results.
    """

    open: Callable[[], Awaitable[None]]
    start: Callable[[], Awaitable[None]]
    stop: Callable[[], Awaitable[None]]
    record_problem: Callable[[str], Awaitable[None]]
    announce_results_with: Callable[[OnBallotChanged], None]


class DiscordConnection:
    """The Discord client, its reconnects, and the sender of the outbox."""

    def __init__(
        self, settings: Settings, database: Database, use_cases: UseCases, sender: OutboxSender, lifecycle: Lifecycle
    ) -> None:
        self._settings = settings
        self._database = database
        self._use_cases = use_cases
        self._sender = sender
        self._lifecycle = lifecycle
        self._bot: RootwatchBot | None = None
        self._background_tasks: list[asyncio.Task[None]] = []
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
        )
        self._lifecycle.announce_results_with(partial(bot.proposals.announce_result, bot))
        # a channel that refused alerts may accept them after such a change
        bot.add_listener(self._retry_updated_channel, "on_guild_channel_update")
        bot.add_listener(self._retry_channels_of_guild, "on_guild_role_update")
        self._bot = bot
        return bot

    def wake_sender(self) -> None:
        """Make the sender look for new deliveries at once."""
        self._sender.wake()

    async def drain(self) -> None:
        """Send everything in the outbox that can be sent."""
        await self._sender.drain(self.bot)

    async def run(self) -> int:
        """Log in, poll, reply and deliver until SIGTERM or SIGINT; return the exit code."""
        token = self._settings.discord_token
        if token is None:
            print(CREDENTIALS_MISSING, file=sys.stderr)  # noqa: T201
            return 1
        override_api_endpoints(self._settings.discord)
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        await self._lifecycle.open()
        client = asyncio.create_task(self._run_with_reconnect(token.reveal(), stopping))
        stopped = asyncio.create_task(stopping.wait())
        await asyncio.wait({client, stopped}, return_when=asyncio.FIRST_COMPLETED)
        await self._lifecycle.stop()
        await self._sender.stop(DRAIN_TIMEOUT)
        code = client.result() if client.done() and not client.cancelled() else 0
        for task in (client, stopped):
            task.cancel()
        await asyncio.wait({client, stopped}, timeout=CLOSE_TIMEOUT)
        return code

    async def _run_with_reconnect(self, token: str, stopping: asyncio.Event) -> int:
        """Run the client, and a new one whenever it ends by itself: a single malformed event can end a client."""
        delay = INITIAL_RECONNECT_DELAY
        try:
            while not stopping.is_set():
                started = time.monotonic()
                try:
                    async with self.bot as bot:
                        await bot.login(token)
                        await self._start_background_tasks()
                        await bot.connect(reconnect=True)
                except discord.LoginFailure:
                    print(CREDENTIALS_REJECTED, file=sys.stderr)  # noqa: T201
                    return 1
                except discord.PrivilegedIntentsRequired:
                    print(INTENT_MISSING, file=sys.stderr)  # noqa: T201
                    await self._lifecycle.record_problem(INTENT_MISSING)
                    self.recreate_bot(message_content=False)
                    continue
                except CONNECTION_ERRORS as error:
                    sentence = (
                        f"The connection to Discord ended ({type(error).__name__}); trying again in {delay:.0f} s."
                    )
                    print(sentence, file=sys.stderr)  # noqa: T201
                    await self._lifecycle.record_problem(sentence)
                    # alerts created while Discord is unreachable are sent once it is back
                    await self._start_background_tasks()
                if time.monotonic() - started > STABLE_AFTER_SECONDS:
                    delay = INITIAL_RECONNECT_DELAY
                await asyncio.sleep(delay)
                delay = min(delay * 2, MAX_RECONNECT_DELAY)
                self.recreate_bot(message_content=self.bot.has_message_content)
        finally:
            for task in self._background_tasks:
                task.cancel()
        return 0

    async def _start_background_tasks(self) -> None:
        """Start polls and the sender, once; not before Discord has accepted the token or could not be reached."""
        if not self._background_tasks:
            await self._lifecycle.start()
            self._background_tasks.append(asyncio.create_task(self._run_sender()))

    async def _run_sender(self) -> None:
        """Send the outbox through whichever client is connected, until the sender is stopped."""
        while True:
            try:
                await self._sender.run(self)
            except Exception as error:
                log.exception("the sender failed")
                await self._lifecycle.record_problem(
                    f"The sender failed ({type(error).__name__}) and starts again; see the log for details."
                )
                await asyncio.sleep(INITIAL_RECONNECT_DELAY)
            else:
                return

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

    async def _retry_updated_channel(self, _before: object, after: discord.abc.GuildChannel) -> None:
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
