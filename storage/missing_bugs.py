"""Incidents that a sweep did not find in Bugzilla and that are not withdrawn yet, with what is known of each."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from storage.database import BATCH_SIZE, Transaction

Finding = Literal["unknown", "moved", "gone"]


async def replace_missing(transaction: Transaction, findings: Mapping[int, Finding], now: datetime) -> None:
    """Record exactly these bugs as missing; what is known of one that was missing already stays unless it is news."""
    known = await find_missing(transaction)
    await delete_missing(transaction, known.keys() - findings.keys())
    updated = {bug: known.get(bug, finding) if finding == "unknown" else finding for bug, finding in findings.items()}
    rows = [
        {"bug": bug, "finding": finding, "missed_at": now}
        for bug, finding in sorted(updated.items())
        if known.get(bug) != finding
    ]
    await transaction.upsert("missing_bug", rows)


async def find_missing(transaction: Transaction) -> dict[int, Finding]:
    """Return the missing bugs with what is known of them, in the order of their numbers."""
    table = transaction.tables["missing_bug"]
    rows = await transaction.execute(sa.select(table.c.bug, table.c.finding).order_by(table.c.bug))
    return {row.bug: row.finding for row in rows}


async def record_finding(transaction: Transaction, bug: int, finding: Finding) -> None:
    """Record what is known of a missing bug."""
    table = transaction.tables["missing_bug"]
    await transaction.execute(table.update().where(table.c.bug == bug).values(finding=finding))


async def delete_missing(transaction: Transaction, bugs: Iterable[int]) -> None:
    """Record that bugs are not missing any more: found again, or withdrawn."""
    table = transaction.tables["missing_bug"]
    numbers = list(bugs)
    for start in range(0, len(numbers), BATCH_SIZE):
        await transaction.execute(table.delete().where(table.c.bug.in_(numbers[start : start + BATCH_SIZE])))
