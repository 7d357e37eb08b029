"""The bot in a simulated Discord on the replay of real incidents, whose clock goes from day to day.

Needs the replay, which is not part of the project (tests/support/shared.py says where it is expected), and a Chromium.
"""

import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import discord
import simcord

from bot.app import App, build
from bot.config import load
from bot.demo.clock import DemoClock
from handlers.actor import OPERATOR
from handlers.queries.filters import IncidentQuery
from tests.support.replay import ReplayServer, replay

PHONE, DESKTOP = 360, 760  # widths in pixels
MAX_HEIGHT = 3000  # pixels; no message is as high, and what is below the last one is not in the picture


class Season:
    """A server with three members and two channels, in which the bot follows the replay."""

    def __init__(self, app: App, replayed: ReplayServer, env: simcord.Env, clock: DemoClock) -> None:
        self.env = env
        self._clock = clock
        self._app = app
        self._replayed = replayed
        # simcord's clock begins in 2026; it is replaced before any message is created
        env.backend.clock._epoch = clock.now()  # noqa: SLF001 (there is no other way)
        env.backend.edit_bot_profile("Rootwatch")
        guild = env.create_guild("Web PKI")
        managers = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
        self.questions = guild.create_text_channel("incidents")
        self.alerts = guild.create_text_channel("alerts")
        self.bob = guild.add_member(env.create_user("bob"))
        self.carol = guild.add_member(env.create_user("carol"))
        self.manager = guild.add_member(env.create_user("alice"), roles=[managers])

    async def advance(self, now: datetime) -> None:
        """Set the clocks, poll every source and send what is due.

        Exits if a source fails: a picture of incomplete data is useless.
        """
        self._clock.move_to(now)
        self._replayed.control(now=now.strftime("%Y-%m-%dT%H:%M:%SZ"))
        self.env.backend.clock._epoch = now  # noqa: SLF001
        result = await self._app.poll()
        if result.failed:
            raise SystemExit(f"a source failed: {result}")
        await self._app.deliver()

    async def subjects(self) -> tuple[list[str], list[int]]:
        """Return the CA owners with ten incidents and more, and all bugs, to draw questions from."""
        incidents = (await self._app.use_cases.incidents.list(OPERATOR, IncidentQuery())).incidents
        counts = Counter(incident.ca for incident in incidents if incident.ca)
        return sorted(ca for ca, count in counts.items() if count >= 10), [incident.bug.id for incident in incidents]

    @asynccontextmanager
    async def camera(self, channel: object) -> AsyncIterator["Camera"]:
        """Open one browser for many pictures of a channel's messages."""
        viewers = [self.bob, self.manager, self.carol]
        async with self.env.preview(
            channel, viewers=viewers, display="fixed", width=PHONE, height=MAX_HEIGHT
        ) as preview:
            yield Camera(preview, self.bob)


class Camera:
    """Takes pictures of messages, and measures them."""

    def __init__(self, preview: object, viewer: object) -> None:
        self._preview = preview
        self._viewer = viewer

    async def take(self, target: object, path: Path | None = None, *, width: int = PHONE, viewer: object = None) -> int:
        """Take a picture of a message, or of an answer that only its `viewer` sees; return its height in pixels.

        Without a path the height is measured and nothing is written.
        """
        taken = await self._preview.screenshot(
            path, viewer=viewer or self._viewer, target=target, viewport=(width, MAX_HEIGHT)
        )
        return taken.output_height


@asynccontextmanager
async def season(start: datetime) -> AsyncIterator[Season]:
    """Start the bot with everything known that was public at `start`, and nothing announced."""
    with tempfile.TemporaryDirectory() as folder, replay(start.strftime("%Y-%m-%dT%H:%M:%SZ")) as replayed:
        config = Path(folder) / "rootwatch.toml"
        config.write_text(
            f'[bugzilla]\nurl = "{replayed.url}"\n'
            f'[[lists]]\nname = "dev-security-policy"\nurl = "{replayed.list_url}"\npage_seconds = 0\n'
        )
        clock = DemoClock(start)
        app = build(load(config))
        try:
            await app.open()
            await app.poll()
            # so that votes end and ages are counted as in the season
            with clock.applied():
                async with simcord.run(app.bot, settle_timeout=120, check_errors=False) as env:
                    yield Season(app, replayed, env, clock)
        finally:
            await app.close()
