"""The log of problems that operators see in `status`."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from storage.database import Database

RETENTION = timedelta(days=90)


async def record_problem(database: Database, message: str, now: datetime) -> None:
    """Record a sentence about a problem, and delete the entries older than 90 days."""
    table = database.tables["error_log"]
    async with database.transaction() as connection:
        await connection.execute(table.insert().values(happened=now, message=message))
        await connection.execute(table.delete().where(table.c.happened < now - RETENTION))


async def find_problems(database: Database, limit: int = 5) -> list[tuple[datetime, str]]:
    """Return the latest problems as (time, message), newest first."""
    table = database.tables["error_log"]
    query = sa.select(table.c.happened, table.c.message).order_by(table.c.id.desc()).limit(limit)
    async with database.read() as connection:
        return [(row.happened, row.message) for row in await connection.execute(query)]
