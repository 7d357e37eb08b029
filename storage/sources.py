"""The state of each source between polls."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.database import Transaction
from storage.values.sources import SourceState

BUGZILLA = "bugzilla"  # the name of the source of incidents
LONGEST_INTERVAL_SECONDS = 366 * 86_400.0  # a longer one would end the calendar
CLOCK_TOLERANCE = timedelta(minutes=5)  # by which the clocks of two processes on one database may differ


async def find_source(transaction: Transaction, name: str) -> SourceState:
    """Return the stored state of a source, a new one for an unknown source; impossible times are corrected."""
    state = await _find_stored(transaction, name)
    return state.within_bounds(datetime.now(UTC))


async def seconds_until_due(transaction: Transaction, name: str, interval_seconds: float) -> float:
    """Return in how many seconds a source is due, `interval_seconds` after its last poll began, whoever made it.

    By the database's clock, which all processes share. 0 if it never succeeded, so that an interrupted first fill goes
    on at once, or if that clock was wrong at the last poll.
    """
    state, now = await _find_stored(transaction, name), await transaction.now()
    begun = state.attempted_at or state.last_success_at
    if begun is None or state.last_success_at is None or begun > now + CLOCK_TOLERANCE:
        return 0.0
    due = begun + timedelta(seconds=min(interval_seconds, LONGEST_INTERVAL_SECONDS))
    return max(0.0, (due - now).total_seconds())


async def record_attempt(transaction: Transaction, name: str, *, is_success: bool = False) -> SourceState:
    """Store that a poll of a source begins, and with `is_success` that it succeeds; return the source's state."""
    state, now = await find_source(transaction, name), await transaction.now()
    begun = replace(state, attempted_at=now, last_success_at=now if is_success else state.last_success_at)
    await save_source(transaction, begun)
    return begun


async def find_sources(transaction: Transaction, names: Sequence[str]) -> list[SourceState]:
    """Return the stored states of sources in this order, as `find_source` does."""
    table = transaction.tables["source"]
    rows = (await transaction.execute(sa.select(table).where(table.c.name.in_(names)))).mappings()
    stored, now = {row["name"]: _state(dict(row)) for row in rows}, datetime.now(UTC)
    return [stored.get(name, SourceState(name)).within_bounds(now) for name in names]


async def save_source(transaction: Transaction, state: SourceState) -> None:
    """Store the whole state of a source."""
    row = {field.name: getattr(state, field.name) for field in fields(state)}
    await transaction.upsert("source", [row | {"unreadable": list(state.unreadable)}])


async def _find_stored(transaction: Transaction, name: str) -> SourceState:
    table = transaction.tables["source"]
    row = (await transaction.execute(sa.select(table).where(table.c.name == name))).mappings().first()
    return _state(dict(row)) if row else SourceState(name)


def _state(row: Mapping[str, Any]) -> SourceState:
    return SourceState(**{**row, "unreadable": tuple(row["unreadable"])})
