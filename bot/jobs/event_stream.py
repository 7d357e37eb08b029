"""Shows new alerts and new problems in a terminal while it is open."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from handlers.results.alerts import Alert
from handlers.use_cases import UseCases
from storage import error_log, events
from storage.database import Database
from storage.values.incidents import GLOBAL_COMMUNITY

INTERVAL_SECONDS = 1.0


class EventStream:
    """Passes what is recorded from its first run on to two callbacks; a second run goes on where the first ended."""

    def __init__(
        self,
        database: Database,
        use_cases: UseCases,
        show_alert: Callable[[Alert], None],
        show_problem: Callable[[str], None],
    ) -> None:
        self._database = database
        self._use_cases = use_cases
        self._show_alert = show_alert
        self._show_problem = show_problem
        self._last_event: int | None = None
        self._last_shown_at = datetime.now(UTC)

    async def run(self) -> None:
        """Show events and problems until cancelled."""
        if self._last_event is None:
            async with self._database.read() as transaction:
                self._last_event = await events.newest_event_id(transaction)
        while True:
            await asyncio.sleep(INTERVAL_SECONDS)
            async with self._database.read() as transaction:
                problems = await error_log.find_problems(transaction)
                new_events = await events.find_events_after(transaction, self._last_event)
            for recorded_at, problem in reversed(problems):
                if recorded_at > self._last_shown_at:
                    self._last_shown_at = recorded_at
                    self._show_problem(problem)
            for event in new_events:
                self._last_event = event.id or self._last_event
                alert = await self._use_cases.build_alert(event, GLOBAL_COMMUNITY)
                if alert is not None:
                    self._show_alert(alert)
