"""The state of each source between polls."""

from collections.abc import Sequence
from dataclasses import fields

import sqlalchemy as sa

from storage.database import Transaction
from storage.values.sources import SourceState


async def find_source(transaction: Transaction, name: str) -> SourceState:
    """Return the stored state of a source, a new one for an unknown source."""
    table = transaction.tables["source"]
    row = (await transaction.execute(sa.select(table).where(table.c.name == name))).mappings().first()
    return SourceState(**dict(row)) if row else SourceState(name)


async def find_sources(transaction: Transaction, names: Sequence[str]) -> list[SourceState]:
    """Return the stored states of sources in this order, new ones for unknown sources."""
    table = transaction.tables["source"]
    rows = (await transaction.execute(sa.select(table).where(table.c.name.in_(names)))).mappings()
    stored = {row["name"]: SourceState(**dict(row)) for row in rows}
    return [stored.get(name, SourceState(name)) for name in names]


async def save_source(transaction: Transaction, state: SourceState) -> None:
    """Store the whole state of a source."""
    row = {field.name: getattr(state, field.name) for field in fields(state)}
    await transaction.upsert("source", [row])
