"""The state of each source between polls."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.database import Transaction
from storage.values.sources import SourceState

LONGEST_INTERVAL_SECONDS = 366 * 86_400.0  # a longer one would end the calendar
CLOCK_TOLERANCE = timedelta(minutes=5)  # by which the clocks of two processes on one database may differ


async def find_source(transaction: Transaction, name: str) -> SourceState:
    """Return the stored state of a source, a new one for an unknown source; impossible times are corrected."""
    state = await _find_stored(transaction, name)
    return state.within_bounds(datetime.now(UTC))


async def next_poll_at(transaction: Transaction, name: str, interval_seconds: float) -> datetime | None:
    """Return when a source is due, `interval_seconds` after its last success.

    None, which is at once, if it never succeeded, or if the clock was wrong when it did.
    """
    last = (await _find_stored(transaction, name)).last_success_at
    if last is None or last > datetime.now(UTC) + CLOCK_TOLERANCE:
        return None
    return last + timedelta(seconds=min(interval_seconds, LONGEST_INTERVAL_SECONDS))


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
