"""One poll of each source, from its first request to the stored result; what goes wrong is kept and told once."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.sources.http import SourceFailed, back_off_seconds
from storage import sources
from storage.database import Database
from storage.values.incidents import SourceState


class Progress(Protocol):
    """Whoever shows how far a poll has come."""

    def advance(self, what: str, done: int, total: int | None) -> None:
        """Tell that so much of something is done."""


class NullProgress:
    """Shows nothing."""

    def step(self, what: str, done: int, total: int | None) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class PollResult:
    """What one poll of one source found; `error` is a sentence, None if all went well."""

    seen: int = 0
    new: int = 0
    changed: int = 0
    missing: int = 0
    requests: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a poll of every source found; lists by name."""

    bugzilla: PollResult
    lists: dict[str, PollResult]
    seconds: float

    @property
    def failed(self) -> bool:
        """Whether any source failed."""
        return any(outcome.error for outcome in (self.bugzilla, *self.lists.values()))


class SourceBackoff:
    """Keeps a source's failures: how long to wait, since when, and one problem when it fails, one when it is well."""

    def __init__(self, database: Database, rng: random.Random | None = None) -> None:
        self._database = database
        self._rng = rng or random.Random()  # noqa: S311 - jitter, no secret

    async def run(
        self, name: str, poll: Callable[[SourceState], Awaitable[PollResult]], *, on_schedule: bool
    ) -> PollResult:
        """Poll once, unless the source is to be left alone for now.

        What the server itself asked for is always obeyed; a wait that is our own guess only on the schedule, since an
        operator who asks by hand knows why.
        """
        state = await sources.find_source(self._database, name)
        now = datetime.now(UTC)
        if state.not_before and state.not_before > now and (state.ordered or on_schedule):
            return PollResult(error=f"{name} is left alone until {state.not_before:%H:%M:%S} UTC. {state.error}")
        try:
            outcome = await poll(state)
        except SourceFailed as failure:
            return await self._on_failure(name, failure)
        if outcome.error is None:
            await self._on_success(name)
        return outcome

    async def _on_failure(self, name: str, failure: SourceFailed) -> PollResult:
        state, now = await sources.find_source(self._database, name), datetime.now(UTC)
        wait = failure.wait_seconds
        if wait is None:
            wait = back_off_seconds(state.failures + 1, self._rng.random)
        sentence = str(failure)
        if not state.error:
            await sources.note_problem(self._database, f"{name}: {sentence}", now)
        kept = replace(
            state,
            failures=state.failures + 1,
            error=sentence,
            error_since=state.error_since or now,
            not_before=now + timedelta(seconds=wait),
            ordered=failure.ordered,
        )
        async with self._database.writing() as connection:
            await sources.keep_source(self._database, connection, kept)
        return PollResult(error=sentence)

    async def _on_success(self, name: str) -> None:
        state, now = await sources.find_source(self._database, name), datetime.now(UTC)
        if state.error and state.error_since:
            minutes = round((now - state.error_since).total_seconds() / 60)
            await sources.note_problem(self._database, f"{name} is well again after {minutes} minutes.", now)
        kept = replace(state, last_good=now, failures=0, error="", error_since=None, not_before=None, ordered=False)
        async with self._database.writing() as connection:
            await sources.keep_source(self._database, connection, kept)
