"""Leases: named locks that one process has at a time and that expire unless renewed; on the database's clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage.database import Transaction


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that somebody holds: `since` is when this holder acquired it, `expires` when it ends (UTC)."""

    name: str
    holder: str
    token: int
    since: datetime | None
    expires: datetime


async def acquire_lease(transaction: Transaction, name: str, holder: str, seconds: float) -> int | None:
    """Acquire or renew a lease; return its fencing token, or None if another holder has it.

    The token grows with each new holder, so that a late write of an earlier one can be recognised. A lease that ends
    later than any holder could have asked for was stored while the clock was wrong, and counts as expired.
    """
    table = transaction.tables["lease"]
    now = await transaction.now()
    is_same = table.c.holder == holder
    insert = (sqlite.insert if transaction.is_sqlite else postgresql.insert)(table).values(
        name=name, holder=holder, token=1, since=now, expires=now + timedelta(seconds=seconds)
    )
    # one statement with a condition: two processes that read first could both find the lease free
    statement = insert.on_conflict_do_update(
        index_elements=["name"],
        set_={
            "holder": insert.excluded.holder,
            "since": sa.case((is_same, sa.func.coalesce(table.c.since, insert.excluded.since)),
                             else_=insert.excluded.since),
            "token": table.c.token + sa.case((is_same, 0), else_=1),
            "expires": insert.excluded.expires,
        },
        where=sa.or_(is_same, table.c.expires <= now, table.c.expires > now + timedelta(seconds=2 * seconds)),
    ).returning(table.c.token)  # fmt: skip
    token: int | None = await transaction.scalar(statement)
    return token


async def release_lease(transaction: Transaction, name: str, holder: str) -> None:
    """Release a lease, unless another holder has acquired it."""
    table = transaction.tables["lease"]
    now = await transaction.now()
    await transaction.execute(table.update().where(table.c.name == name, table.c.holder == holder).values(expires=now))


async def find_last_holder(transaction: Transaction, name: str) -> str | None:
    """Return who has a lease or had it last."""
    table = transaction.tables["lease"]
    holder: str | None = await transaction.scalar(sa.select(table.c.holder).where(table.c.name == name))
    return holder


async def find_lease(transaction: Transaction, name: str) -> Lease | None:
    """Return a lease that has not expired, None if nobody holds it."""
    table = transaction.tables["lease"]
    query = sa.select(table).where(table.c.name == name, table.c.expires > await transaction.now())
    row = (await transaction.execute(query)).mappings().first()
    return Lease(row["name"], row["holder"], row["token"], row["since"], row["expires"]) if row else None


async def is_held_by(transaction: Transaction, name: str, holder: str, token: int) -> bool:
    """Return whether a holder still has a lease, and has had it since; no other can acquire it before the commit."""
    return (await find_holding(transaction, name))[:2] == (holder, token)


async def find_holding(transaction: Transaction, name: str) -> tuple[str | None, int | None, str | None]:
    """Return holder and token of a lease, and the revision of the tables; none of a lease that nobody has taken.

    No other process can acquire the lease before the end of the transaction.
    """
    table = transaction.tables["lease"]
    revision = sa.select(sa.column("version_num")).select_from(sa.table("alembic_version")).scalar_subquery()
    query = sa.select(table.c.holder, table.c.token, revision).where(table.c.name == name).with_for_update(read=True)
    row = (await transaction.execute(query)).first()
    return (row[0], row[1], row[2]) if row else (None, None, None)
