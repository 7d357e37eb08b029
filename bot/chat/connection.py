"""Running the Discord bot: from the token to the last message, through its faults and a SIGTERM."""

import asyncio
import logging
import signal
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import aiohttp
import discord

from bot.chat.client import RootwatchBot
from bot.config import Settings
from storage import deliveries, routes
from storage import settings as kept

if TYPE_CHECKING:
    from bot.app import App

log = logging.getLogger(__name__)

COMMANDS_HASH = "commands told to Discord"
LAST_SENDS_SECONDS = 2.0  # of the 5 within which SIGTERM ends the program
GOODBYE_SECONDS = 1.5
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0  # before the client is started again
STEADY_SECONDS = 60.0  # a connection that lasted so long was a good one

MISSING = (
    "There is no Discord token: put the bot's token into the environment variable DISCORD_TOKEN "
    "(Discord's developer portal, your application, Bot). Without one, `rootwatch chat` answers in the terminal."
)
REFUSED = "Discord does not accept the token in DISCORD_TOKEN: copy it again from the developer portal, page Bot."
CONTENT_REFUSED = (
    "The message-content intent is off for this application, so commands work by mention and as slash commands only; "
    "switch it on in the developer portal, page Bot, if the prefix shall work too."
)


def bot_for(app: "App", *, message_content: bool) -> RootwatchBot:
    """Build the Discord bot of a program; with `message_content` the prefix works too."""

    async def stored_hash() -> str | None:
        return await kept.find_setting(app.database, COMMANDS_HASH)

    async def store_hash(digest: str) -> None:
        await kept.keep_setting(app.database, COMMANDS_HASH, digest)

    pending: set[asyncio.Task[None]] = set()

    def report(sentence: str) -> None:
        task = asyncio.ensure_future(app.report(sentence))
        pending.add(task)
        task.add_done_callback(pending.discard)

    bot = RootwatchBot(
        app.answers,
        prefix=app.settings.discord.prefix,
        message_content=message_content,
        open_=app.open,
        stored_hash=stored_hash,
        store_hash=store_hash,
        report=report,
    )

    app.show_ballots(partial(bot.proposals.show_end, bot))

    async def on_guild_channel_update(_before: object, after: discord.abc.GuildChannel) -> None:
        await _try_again(app, [after.id])

    async def on_guild_role_update(_before: object, after: discord.Role) -> None:
        await _try_again(app, [route.channel for route in await routes.find_routes(app.database, after.guild.id)])

    # a channel that refused alerts may take them from now on
    bot.add_listener(on_guild_channel_update)
    bot.add_listener(on_guild_role_update)
    return bot


async def _try_again(app: "App", channels: list[int]) -> None:
    for channel in channels:
        await deliveries.retry_channel(app.database, channel)
    app.deliverer.wake()


async def run(app: "App") -> int:
    """Log in, poll, answer and deliver until SIGTERM or SIGINT; gives the exit code."""
    token = app.settings.discord_token
    if token is None:
        print(MISSING, file=sys.stderr)  # noqa: T201
        return 1
    point_elsewhere(app.settings)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await app.open()
    client = asyncio.create_task(_keep_connected(app, token.reveal(), stopping))
    stopped = asyncio.create_task(stopping.wait())
    await asyncio.wait({client, stopped}, return_when=asyncio.FIRST_COMPLETED)
    await app.stop()
    await app.deliverer.stop(LAST_SENDS_SECONDS)
    code = client.result() if client.done() and not client.cancelled() else 0
    for task in (client, stopped):
        task.cancel()
    await asyncio.wait({client, stopped}, timeout=GOODBYE_SECONDS)
    return code


async def _keep_connected(app: "App", token: str, stopping: asyncio.Event) -> int:
    """Start the client, and again whenever it ends by itself: one malformed event is enough to end it."""
    pause = FIRST_PAUSE
    helpers: list[asyncio.Task[None]] = []
    try:
        while not stopping.is_set():
            started = time.monotonic()
            try:
                async with app.bot as bot:
                    await bot.login(token)
                    await _begin(app, helpers)
                    await bot.connect(reconnect=True)
            except discord.LoginFailure:
                print(REFUSED, file=sys.stderr)  # noqa: T201
                return 1
            except discord.PrivilegedIntentsRequired:
                print(CONTENT_REFUSED, file=sys.stderr)  # noqa: T201
                await app.report(CONTENT_REFUSED)
                app.make_bot(message_content=False)
                continue
            except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError, KeyError, TypeError) as error:
                sentence = f"The connection to Discord ended ({type(error).__name__}); trying again in {pause:.0f} s."
                print(sentence, file=sys.stderr)  # noqa: T201
                await app.report(sentence)
                await _begin(app, helpers)  # what happens meanwhile is told when Discord is back
            if time.monotonic() - started > STEADY_SECONDS:
                pause = FIRST_PAUSE
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            app.make_bot(message_content=app.bot.reads_messages)
    finally:
        for task in helpers:
            task.cancel()
    return 0


async def _begin(app: "App", helpers: list[asyncio.Task[None]]) -> None:
    """Start polling and sending, once; a refused token or intent has ended the program or the client before."""
    if not helpers:
        await app.start_schedule()
        helpers.append(asyncio.create_task(_deliver(app)))


async def _deliver(app: "App") -> None:
    """Empty the outbox for as long as the program runs, through whichever client is connected."""
    while True:
        try:
            await app.deliverer.run(app)
        except Exception as error:
            log.exception("the sender failed")
            await app.report(f"The sender failed ({type(error).__name__}) and starts again; the log tells more.")
            await asyncio.sleep(FIRST_PAUSE)
        else:
            return


def point_elsewhere(settings: Settings) -> None:
    """Speak to another server that speaks Discord's API, for tests: discord.py keeps the addresses in two classes."""
    from discord.gateway import DiscordWebSocket
    from yarl import URL

    given = settings.discord
    if given.api_url:
        discord.http.Route.BASE = given.api_url
    if given.gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = URL(given.gateway_url)
