"""What is remembered of each source between polls, and the problems that it had."""

from dataclasses import fields
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.values.incidents import SourceState

KEPT_PROBLEMS = 200


async def find_source(database: Database, name: str) -> SourceState:
    """Give what is known of a source; a source never heard of is new."""
    table = database.tables["source"]
    async with database.reading() as connection:
        row = (await connection.execute(sa.select(table).where(table.c.name == name))).mappings().first()
    return SourceState(**dict(row)) if row else SourceState(name)


async def keep_source(database: Database, connection: AsyncConnection, state: SourceState) -> None:
    """Store the whole state of a source."""
    await database.upsert(connection, "source", [{part.name: getattr(state, part.name) for part in fields(state)}])


async def note_problem(database: Database, sentence: str, now: datetime) -> None:
    """Keep a sentence about what went wrong, for whoever runs Rootwatch; the oldest ones go."""
    table = database.tables["problem"]
    async with database.writing() as connection:
        await connection.execute(table.insert().values(happened=now, sentence=sentence))
        await connection.execute(table.delete().where(table.c.happened < now - timedelta(days=90)))


async def find_problems(database: Database, limit: int = 5) -> list[tuple[datetime, str]]:
    """Give the last problems, newest first."""
    table = database.tables["problem"]
    query = sa.select(table.c.happened, table.c.sentence).order_by(table.c.id.desc()).limit(limit)
    async with database.reading() as connection:
        return [(row.happened, row.sentence) for row in await connection.execute(query)]


async def take_lease(database: Database, name: str, holder: str, now: datetime, seconds: float) -> int | None:
    """Take or renew a lease; gives its fencing token, or None where somebody else holds it.

    The token grows with each new holder, so that a write of an earlier one can be told.
    """
    table = database.tables["lease"]
    async with database.writing() as connection:
        held = (
            (await connection.execute(sa.select(table).where(table.c.name == name).with_for_update()))
            .mappings()
            .first()
        )
        if held and held["holder"] != holder and held["expires"] > now:
            return None
        token = 1 if held is None else held["token"] + (held["holder"] != holder)
        row = {"name": name, "holder": holder, "token": token, "expires": now + timedelta(seconds=seconds)}
        await database.upsert(connection, "lease", [row])
    return token


async def release_lease(database: Database, name: str, holder: str, now: datetime) -> None:
    """Give a lease back, if it is still held."""
    table = database.tables["lease"]
    async with database.writing() as connection:
        await connection.execute(
            table.update().where(table.c.name == name, table.c.holder == holder).values(expires=now)
        )
