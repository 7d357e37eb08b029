"""The state of each source between polls."""

from dataclasses import fields

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.values.sources import SourceState


async def find_source(database: Database, name: str) -> SourceState:
    """Return the stored state of a source, a new one for an unknown source."""
    table = database.tables["source"]
    async with database.read() as connection:
        row = (await connection.execute(sa.select(table).where(table.c.name == name))).mappings().first()
    return SourceState(**dict(row)) if row else SourceState(name)


async def save_source(database: Database, connection: AsyncConnection, state: SourceState) -> None:
    """Store the whole state of a source."""
    row = {field.name: getattr(state, field.name) for field in fields(state)}
    await database.upsert(connection, "source", [row])
