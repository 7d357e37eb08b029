"""Back-off for each source: whether a poll may run now, and what is stored about its failures."""

import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from bot.polling.leases import LeaseHeldElsewhere
from bot.polling.results import PollResult
from bot.sources.errors import SourceError, backoff_seconds
from storage import error_log, sources
from storage.database import Database, DatabaseUnavailable
from storage.values.sources import LONGEST_OWN_WAIT, LONGEST_REQUESTED_WAIT, SourceState

Urgency = Literal["scheduled", "by hand", "now"]
"""Who asks for a poll: the schedule, an operator, or an operator who insists."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Wait:
    """A wait that began in this process: the stored time when it ends, and the same by the monotonic clock."""

    not_before: datetime
    monotonic: float


class SourceBackoff:
    """Tracks back-off per source and records one problem when it fails and one when it recovers.

    Within this process waits are measured by the monotonic clock, so that a clock which is set neither ends nor
    prolongs them. What is stored serves other processes and the next start.
    """

    def __init__(
        self,
        database: Database,
        rng: random.Random | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._rng = rng or random.Random()  # noqa: S311 - jitter, no secret
        self._clock = clock
        self._waits: dict[str, _Wait] = {}

    async def run(
        self, name: str, poll: Callable[[SourceState], Awaitable[PollResult]], *, urgency: Urgency
    ) -> PollResult:
        """Poll once, or return the error of the last poll while the source is in back-off.

        A wait that Rootwatch chose, or that a server asked for because it is down, applies to scheduled polls only. The
        wait after a request for fewer requests applies by hand too: a further request may make it longer. An operator
        who insists is always obeyed. Whatever a poll raises is its failure. Raises DatabaseUnavailable,
        and LeaseHeldElsewhere if the source was taken over during the poll.
        """
        try:
            async with self._database.read() as transaction:
                state = await sources.find_source(transaction, name)
            remaining = self._remaining_seconds(state)
            applies = urgency == "scheduled" or (urgency == "by hand" and state.server_requested_wait)
            if remaining > 0 and applies:
                return PollResult(error=_describe_wait(state, remaining))
            result = await poll(state)
        except SourceError as failure:
            return await self.record_failure(name, failure)
        except (DatabaseUnavailable, LeaseHeldElsewhere):
            raise  # nothing can be stored about it
        except Exception as error:
            log.warning("the poll of %s failed", name, exc_info=error)
            return await self.record_failure(name, SourceError(_describe_fault(name, error)))
        if result.error is None:
            await self._on_success(name)
        return result

    def _remaining_seconds(self, state: SourceState) -> float:
        """Return the seconds until a source may be polled again, 0 or less if it may."""
        wait = self._waits.get(state.name)
        # a clock set back makes the stored time of this process's own wait impossible
        if wait is not None and state.error and state.not_before in (None, wait.not_before):
            return wait.monotonic - self._clock()
        if state.not_before is None:
            return 0.0
        return (state.not_before - datetime.now(UTC)).total_seconds()

    async def record_failure(self, name: str, failure: SourceError) -> PollResult:
        """Store a failure of a source with the wait that follows, and return it as the result of a poll."""
        message = str(failure)
        async with self._database.transaction() as transaction:
            state, now = await sources.find_source(transaction, name), datetime.now(UTC)
            wait = failure.retry_after
            if wait is None:
                wait = backoff_seconds(state.failures + 1, self._rng.random)
            longest = LONGEST_REQUESTED_WAIT if failure.server_requested else LONGEST_OWN_WAIT
            wait = min(wait, longest.total_seconds())
            if not state.error:
                await error_log.record_problem(transaction, f"{name}: {message}", now)
            not_before = now + timedelta(seconds=wait)
            updated = replace(
                state,
                failures=state.failures + 1,
                error=message,
                error_since=state.error_since or now,
                not_before=not_before,
                server_requested_wait=failure.server_requested,
            )
            await sources.save_source(transaction, updated)
        self._waits[name] = _Wait(not_before, self._clock() + wait)
        return PollResult(error=message)

    async def _on_success(self, name: str) -> None:
        self._waits.pop(name, None)
        async with self._database.transaction() as transaction:
            state, now = await sources.find_source(transaction, name), datetime.now(UTC)
            if state.error and state.error_since:
                minutes = max(0, round((now - state.error_since).total_seconds() / 60))
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


def _describe_wait(state: SourceState, remaining_seconds: float) -> str:
    until = datetime.now(UTC) + timedelta(seconds=remaining_seconds)
    hint = " `rootwatch sync --now` polls it anyway." if state.server_requested_wait else ""
    return f"{state.name} is not polled until {until:%Y-%m-%d %H:%M:%S} UTC. {state.error}{hint}"


def _describe_fault(name: str, error: Exception) -> str:
    """Return a sentence about an error inside Rootwatch; its text may contain input, so only the log has it."""
    return f"The poll of {name} failed inside Rootwatch ({type(error).__name__}); see the log for details."
