"""Threads of mailing lists, found by the CA owners or bugs that their messages mention."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from storage.database import Transaction
from storage.days import end_of_day, start_of_day
from storage.values.messages import ListThread


async def find_threads_about_owner(
    transaction: Transaction, owner: str, since: date | None = None, until: date | None = None
) -> list[ListThread]:
    """Return the threads with messages that mention a CA owner, those with the most of them first.

    Only messages of these days (in UTC, both included) count.
    """
    return await _find_threads(transaction, transaction.tables["message"].c.cas, owner, since, until)


async def find_threads_about_bug(transaction: Transaction, bug: int) -> list[ListThread]:
    """Return the threads with messages that mention a bug, those with the most of them first."""
    return await _find_threads(transaction, transaction.tables["message"].c.bugs, bug, None, None)


async def _find_threads(
    transaction: Transaction, mentions: sa.Column[Any], value: str | int, since: date | None, until: date | None
) -> list[ListThread]:
    table = transaction.tables["message"]
    # the bodies, which are large, are not read; whether a message mentions anything can be seen without decoding it
    query = sa.select(table.c.thread, table.c.subject, table.c.url, table.c.posted, mentions).where(
        table.c.posted.is_not(None), sa.cast(mentions, sa.Text) != "[]"
    )
    if since is not None:
        query = query.where(table.c.posted >= start_of_day(since))
    if until is not None and (end := end_of_day(until)):
        query = query.where(table.c.posted < end)
    threads: dict[str, list[Any]] = {}
    for row in await transaction.execute(query.order_by(table.c.posted, table.c.list, table.c.key)):
        if value in row[-1]:
            threads.setdefault(row.thread or row.subject, []).append(row)
    list_threads = [ListThread(subject, rows[0].url, rows[0].posted, len(rows)) for subject, rows in threads.items()]
    return sorted(list_threads, key=lambda thread: (-thread.messages, thread.first_posted))
