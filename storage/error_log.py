"""The log of problems that operators see in `status`."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from storage.database import Transaction

RETENTION = timedelta(days=90)


async def record_problem(transaction: Transaction, message: str, now: datetime) -> None:
    """Record a sentence about a problem, and delete the entries older than 90 days."""
    table = transaction.tables["error_log"]
    await transaction.execute(table.insert().values(happened=now, message=message))
    await transaction.execute(table.delete().where(table.c.happened < now - RETENTION))


async def find_problems(transaction: Transaction, limit: int = 5) -> list[tuple[datetime, str]]:
    """Return the latest problems as (time, message), newest first."""
    table = transaction.tables["error_log"]
    query = sa.select(table.c.happened, table.c.message).order_by(table.c.id.desc()).limit(limit)
    return [(row.happened, row.message) for row in await transaction.execute(query)]
