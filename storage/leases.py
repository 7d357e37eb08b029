"""Leases: named locks that one process has at a time and that expire unless renewed."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from storage.database import Database


async def acquire_lease(database: Database, name: str, holder: str, now: datetime, seconds: float) -> int | None:
    """Acquire or renew a lease; return its fencing token, or None if another holder has it.

    The token grows with each new holder, so that a late write of an earlier one can be recognised.
    """
    table = database.tables["lease"]
    query = sa.select(table).where(table.c.name == name).with_for_update()
    async with database.transaction() as connection:
        current = (await connection.execute(query)).mappings().first()
        if current and current["holder"] != holder and current["expires"] > now:
            return None
        token = 1 if current is None else current["token"] + (current["holder"] != holder)
        row = {"name": name, "holder": holder, "token": token, "expires": now + timedelta(seconds=seconds)}
        await database.upsert(connection, "lease", [row])
    return token


async def release_lease(database: Database, name: str, holder: str, now: datetime) -> None:
    """Release a lease, unless another holder has acquired it."""
    table = database.tables["lease"]
    async with database.transaction() as connection:
        await connection.execute(
            table.update().where(table.c.name == name, table.c.holder == holder).values(expires=now)
        )
