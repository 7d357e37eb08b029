"""Runs the demonstration: the real bot in simcord's Discord, shown in the browser, until it is stopped."""

import asyncio
import signal
import sys
import tempfile
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import discord
import simcord

from bot.app import App, build
from bot.demo.clock import DemoClock
from bot.demo.guide import Guide, TimeRequests, TimeState
from bot.demo.record import load_record
from bot.demo.season import SEASON_START, Season, demo_settings
from bot.demo.server import RecordServer
from bot.jobs.cancellation import cancel_and_wait

FOLDER_PREFIX = "rootwatch-demo-"
SECONDS_A_DAY = 60 / 7  # while time runs by itself: a week a minute
RETRY_SECONDS = 0.1
SETTLE_SECONDS = 30  # within which simcord expects the bot to have answered; its five are short on a busy machine
SEATS = ("Proposer", "Member", "Manager")


async def run_demo(port: int, *, opens_browser: bool) -> None:
    """Run the demonstration until Ctrl-C, SIGTERM or the end of the preview's session; nothing of it stays."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # on Windows, where Ctrl-C cancels this coroutine instead
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    demo = asyncio.create_task(_run(port, opens_browser=opens_browser))
    stopped = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({demo, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await cancel_and_wait([demo, stopped])
    if not demo.cancelled():
        demo.result()  # raises what ended it


async def _run(port: int, *, opens_browser: bool) -> None:
    """Show the preview's address, and move time on as the buttons ask, until the preview's session ends."""
    async with (
        _started_app() as (app, server, clock),
        simcord.run(app.bot, check_errors=False, settle_timeout=SETTLE_SECONDS) as env,  # the bot answers its errors
    ):
        # simcord's clock stands still unless it is set, and has no public way to set it
        season = Season(app, server, clock, lambda moment: setattr(env.backend.clock, "_epoch", moment))
        await season.begin()
        channel, seats = _furnish(env)
        requests = TimeRequests()
        guide = Guide(cast("discord.TextChannel", app.bot.get_channel(channel.id)), requests)
        await seats[-1].send(channel, "!watch")
        await guide.welcome(len(server.record.bugs))
        await guide.show_time(TimeState(season.now))
        async with env.preview(channel, viewers=seats, layout="channel", locale="en-GB", port=port) as preview:
            sys.stdout.write(f"The demonstration is at {preview.url}\nCtrl-C ends it and removes all of it.\n")
            sys.stdout.flush()
            if opens_browser:
                webbrowser.open(preview.url)
            async with asyncio.TaskGroup() as tasks:
                # this poll trains the classifier too, which takes longer; until then rules decide
                background = [
                    tasks.create_task(app.poll()),
                    tasks.create_task(_follow_requests(season, guide, requests, env, preview)),
                ]
                await preview.wait_closed()
                for task in background:
                    task.cancel()


@asynccontextmanager
async def _started_app() -> AsyncIterator[tuple[App, RecordServer, DemoClock]]:
    """Build the program on the record and on a database in a temporary folder; remove both at the end."""
    server, clock = RecordServer(load_record(), SEASON_START), DemoClock(SEASON_START)
    with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX, ignore_cleanup_errors=True) as folder, clock.applied():
        async with server.serve():
            app = build(demo_settings(server, f"sqlite:///{Path(folder) / 'demo.db'}"))
            try:
                yield app, server, clock
            finally:
                await app.close()


def _furnish(env: simcord.Env) -> tuple[Any, list[Any]]:
    """Set up a server with one channel; return the channel and the three members whose seats one can take."""
    env.backend.edit_bot_profile("Rootwatch")
    guild = env.create_guild("Web PKI")
    managers = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
    seats = [
        guild.add_member(env.create_user(name.lower(), global_name=name), roles=[managers] if name == "Manager" else [])
        for name in SEATS
    ]
    return guild.create_text_channel("incidents"), seats


async def _follow_requests(
    season: Season, guide: Guide, requests: TimeRequests, env: simcord.Env, preview: Any
) -> None:
    """Move time on as the buttons ask, a day at a time, and show what came of it."""
    while True:
        await requests.wait(SECONDS_A_DAY)
        alerts = 0 if requests.days else None
        while requests.days and not season.is_over:
            requests.days -= 1
            sent = await season.advance(timedelta(days=1))
            alerts = (alerts or 0) + sent
            if sent:
                await _refresh(env, preview)
        if season.is_over:
            requests.days, requests.is_running = 0, False
        await guide.show_time(TimeState(season.now, requests.is_running, season.is_over, alerts))
        await _refresh(env, preview)


async def _refresh(env: simcord.Env, preview: Any) -> None:
    """Show the page what has been posted, once the page itself does nothing.

    `preview.refresh` does the same, but while it waits for the bot, what the page asks for at that moment is refused.
    """
    while env._operation_task is not None:  # noqa: SLF001, ASYNC110 (simcord tells nobody when it ends)
        await asyncio.sleep(RETRY_SECONDS)
    preview._advance_presentation_time()  # noqa: SLF001
    preview._publish_message_pages(reason="refresh")  # noqa: SLF001
