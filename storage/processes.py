"""The processes that run the bot or stand by, as each reports itself; times are of the database's clock."""

from datetime import timedelta

import sqlalchemy as sa

from storage.database import Transaction
from storage.values.processes import ProcessRecord, ProcessRole, RunIdentity

FORGOTTEN_AFTER = timedelta(minutes=10)


async def save_process(transaction: Transaction, worker: str, role: ProcessRole, identity: RunIdentity) -> None:
    """Store that a process lives, and forget those that were not seen for long."""
    table = transaction.tables["process"]
    now = await transaction.now()
    await transaction.execute(table.delete().where(table.c.seen_at < now - FORGOTTEN_AFTER))
    row = {
        "worker": worker,
        "role": role,
        "token_digest": identity.token,
        "sources_digest": identity.sources,
        "seen_at": now,
    }
    await transaction.upsert("process", [row])


async def delete_process(transaction: Transaction, worker: str) -> None:
    """Delete a process that stops as it should, or is known to be dead."""
    table = transaction.tables["process"]
    await transaction.execute(table.delete().where(table.c.worker == worker))


async def find_processes(transaction: Transaction) -> list[ProcessRecord]:
    """Return all processes that were seen lately, the active one first."""
    table = transaction.tables["process"]
    rows = (await transaction.execute(sa.select(table).order_by(table.c.role, table.c.worker))).mappings()
    return [
        ProcessRecord(
            row["worker"], row["role"], RunIdentity(row["token_digest"], row["sources_digest"]), row["seen_at"]
        )
        for row in rows
    ]
