"""The season: moves the record, the bot's time and Discord's time on together, and has the bot poll and deliver."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.app import App
from bot.config import ListSettings
from bot.config.schema import BugzillaSettings, DatabaseSettings, Settings
from bot.demo.clock import DemoClock
from bot.demo.server import RecordServer
from bot.polling.results import NullProgress

SEASON_START = datetime(2024, 3, 1, 8, tzinfo=UTC)
SEASON_END = datetime(2024, 6, 10, 20, tzinfo=UTC)
LIST_NAME, LIST_ADDRESS = "dev-security-policy", "dev-security-policy@mozilla.org"


def demo_settings(server: RecordServer, database_url: str) -> Settings:
    """Return the configuration of the demonstration; no file and no variable of the environment changes it."""
    return Settings(
        database=DatabaseSettings(database_url),
        bugzilla=BugzillaSettings(url=server.url),
        lists=(ListSettings(LIST_NAME, server.list_url(LIST_ADDRESS), page_seconds=0),),
    )


class Season:
    """The demonstration's course of time; `set_discord_time` sets the clock of the simulated Discord."""

    def __init__(
        self, app: App, server: RecordServer, clock: DemoClock, set_discord_time: Callable[[datetime], None]
    ) -> None:
        self._app = app
        self._server = server
        self._clock = clock
        self._set_discord_time = set_discord_time
        self._moments = server.record.moments()
        self.now = server.now

    @property
    def is_over(self) -> bool:
        """Whether there is nothing more to come."""
        return self.now >= SEASON_END

    async def begin(self) -> None:
        """Open the bot's database and read what the record holds at the start; none of that is news."""
        await self._app.open()
        self._set_time()
        await self._poll()

    async def advance(self, duration: timedelta) -> int:
        """Let time pass; read the record if anything has happened, and have the bot send what follows.

        Return the number of alerts sent. Raises RuntimeError if the record cannot be read.
        """
        begin, self.now = self.now, min(self.now + duration, SEASON_END)
        self._set_time()
        if any(begin < moment <= self.now for moment in self._moments):
            await self._poll()
        await self._app.close_votes()
        sent_before = await self._sent_alerts()
        await self._app.deliver()
        return await self._sent_alerts() - sent_before

    def _set_time(self) -> None:
        self._server.now = self.now
        self._clock.move_to(self.now)
        self._set_discord_time(self.now)

    async def _sent_alerts(self) -> int:
        status = await self._app.use_cases.status.status()
        return dict(status.deliveries).get("sent", 0)

    async def _poll(self) -> None:
        """Read the record as it is now, as a scheduled poll does. Raises RuntimeError if that fails."""
        progress, poller = NullProgress(), self._app.poller
        results = [await poller.poll_bugzilla(progress, on_schedule=False, sweep=False)]
        results += [await poller.poll_list(config, progress, on_schedule=False) for config in self._app.settings.lists]
        if errors := [result.error for result in results if result.error]:
            raise RuntimeError(f"The record could not be read: {errors[0]}")
        await self._app.backfill_sections()
