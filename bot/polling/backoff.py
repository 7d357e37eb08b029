"""Back-off for each source: whether a poll may run now, and what is stored about its failures."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.polling.results import PollResult
from bot.sources.errors import SourceError, backoff_seconds
from storage import error_log, sources
from storage.database import Database
from storage.values.sources import SourceState


class SourceBackoff:
    """Tracks back-off per source and records one problem when it fails and one when it recovers."""

    def __init__(self, database: Database, rng: random.Random | None = None) -> None:
        self._database = database
        self._rng = rng or random.Random()  # noqa: S311 - jitter, no secret

    async def run(
        self, name: str, poll: Callable[[SourceState], Awaitable[PollResult]], *, on_schedule: bool
    ) -> PollResult:
        """Poll once, or return the error of the last poll while the source is in back-off.

        A wait requested by the server always applies. A wait that Rootwatch chose applies to scheduled polls only: an
        operator who polls by hand may retry at once.
        """
        async with self._database.read() as transaction:
            state = await sources.find_source(transaction, name)
        now = datetime.now(UTC)
        if state.not_before and state.not_before > now and (state.server_requested_wait or on_schedule):
            return PollResult(error=f"{name} is not polled until {state.not_before:%H:%M:%S} UTC. {state.error}")
        try:
            result = await poll(state)
        except SourceError as failure:
            return await self._on_failure(name, failure)
        if result.error is None:
            await self._on_success(name)
        return result

    async def _on_failure(self, name: str, failure: SourceError) -> PollResult:
        message = str(failure)
        async with self._database.transaction() as transaction:
            state, now = await sources.find_source(transaction, name), datetime.now(UTC)
            wait = failure.retry_after
            if wait is None:
                wait = backoff_seconds(state.failures + 1, self._rng.random)
            if not state.error:
                await error_log.record_problem(transaction, f"{name}: {message}", now)
            updated = replace(
                state,
                failures=state.failures + 1,
                error=message,
                error_since=state.error_since or now,
                not_before=now + timedelta(seconds=wait),
                server_requested_wait=failure.server_requested,
            )
            await sources.save_source(transaction, updated)
        return PollResult(error=message)

    async def _on_success(self, name: str) -> None:
        async with self._database.transaction() as transaction:
            state, now = await sources.find_source(transaction, name), datetime.now(UTC)
            if state.error and state.error_since:
                minutes = round((now - state.error_since).total_seconds() / 60)
                await error_log.record_problem(transaction, f"{name} works again after {minutes} minutes.", now)
            updated = replace(
                state,
                last_success_at=now,
                failures=0,
                error="",
                error_since=None,
                not_before=None,
                server_requested_wait=False,
            )
            await sources.save_source(transaction, updated)
