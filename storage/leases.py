"""Leases: named locks that one process has at a time and that expire unless renewed."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from storage.database import Transaction


async def acquire_lease(transaction: Transaction, name: str, holder: str, now: datetime, seconds: float) -> int | None:
    """Acquire or renew a lease; return its fencing token, or None if another holder has it.

    The token grows with each new holder, so that a late write of an earlier one can be recognised.
    """
    table = transaction.tables["lease"]
    query = sa.select(table).where(table.c.name == name).with_for_update()
    current = (await transaction.execute(query)).mappings().first()
    # an expiry further ahead than any lease lasts was written under a clock that was wrong
    if current and current["holder"] != holder and now < current["expires"] <= now + timedelta(seconds=seconds):
        return None
    token = 1 if current is None else current["token"] + (current["holder"] != holder)
    row = {"name": name, "holder": holder, "token": token, "expires": now + timedelta(seconds=seconds)}
    await transaction.upsert("lease", [row])
    return token


async def release_lease(transaction: Transaction, name: str, holder: str, now: datetime) -> None:
    """Release a lease, unless another holder has acquired it."""
    table = transaction.tables["lease"]
    await transaction.execute(table.update().where(table.c.name == name, table.c.holder == holder).values(expires=now))
