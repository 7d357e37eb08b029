"""What the process that runs the bot last reported of its long-lived tasks, for the `status` of any process."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from storage.database import Transaction
from storage.values.tasks import TaskRecord, TaskState


async def save_tasks(transaction: Transaction, holder: str, states: Sequence[TaskState], now: datetime) -> None:
    """Store the states of all tasks of a process in place of what was stored before."""
    table = transaction.tables["task"]
    await transaction.execute(table.delete())
    rows = [
        {
            "name": state.name,
            "holder": holder,
            "running": state.running,
            "error": state.error,
            "since": state.since,
            "seen_at": now,
        }
        for state in states
    ]
    await transaction.upsert("task", rows)


async def delete_tasks(transaction: Transaction, holder: str) -> None:
    """Delete the tasks of a process that stops as it should."""
    table = transaction.tables["task"]
    await transaction.execute(table.delete().where(table.c.holder == holder))


async def find_tasks(transaction: Transaction) -> list[TaskRecord]:
    """Return what was last reported of each task, by name."""
    table = transaction.tables["task"]
    rows = (await transaction.execute(sa.select(table).order_by(table.c.name))).mappings()
    return [
        TaskRecord(TaskState(row["name"], row["running"], row["error"], row["since"]), row["holder"], row["seen_at"])
        for row in rows
    ]
