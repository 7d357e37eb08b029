"""Pages of list messages, newest first, without their large bodies."""

from typing import Any

import sqlalchemy as sa

from storage.database import Transaction
from storage.days import end_of_day, start_of_day
from storage.messages import message_from_row
from storage.values.messages import MessageFilter, MessagePage


async def find_message_page(
    transaction: Transaction, filters: MessageFilter, size: int | None = None, number: int = 0
) -> MessagePage:
    """Return a page of the messages that match the filters; without a size, one page has all.

    Pages are counted from 0; after the last one comes the last one again.
    """
    table = transaction.tables["message"]
    conditions = _conditions(transaction, filters)
    total = await transaction.scalar(sa.select(sa.func.count()).where(*conditions)) or 0
    page_count = max(1, -(-total // size)) if size else 1
    number = min(number, page_count - 1)
    columns = [column for column in table.c if column.name != "body"]
    # without a date, a message was posted when it was first seen, as far as anybody can tell
    posted = sa.func.coalesce(table.c.posted, table.c.seen)
    query = (
        sa.select(*columns, sa.null().label("body"))
        .where(*conditions)
        .order_by(posted.desc(), table.c.number.desc(), table.c.key.desc())
    )
    if size:
        query = query.limit(size).offset(number * size)
    messages = tuple(message_from_row(row) for row in (await transaction.execute(query)).mappings())
    threads = {message.thread for message in messages}
    sizes = sa.select(table.c.thread, sa.func.count()).where(_is_known(table), table.c.thread.in_(threads))
    thread_sizes = {row[0]: row[1] for row in await transaction.execute(sizes.group_by(table.c.thread))}
    return MessagePage(total, messages, thread_sizes, number, page_count)


async def find_threads(transaction: Transaction) -> list[str]:
    """Return the threads of all known messages, the one with the newest message first."""
    table = transaction.tables["message"]
    newest = sa.func.max(sa.func.coalesce(table.c.posted, table.c.seen))
    query = sa.select(table.c.thread).where(_is_known(table), table.c.thread != "")
    return list((await transaction.scalars(query.group_by(table.c.thread).order_by(newest.desc()))).all())


def _is_known(table: sa.Table) -> sa.ColumnElement[bool]:
    """Return the condition for messages that exist and of which more than a number is known."""
    return sa.and_(table.c.state != "absent", table.c.subject != "")


def _conditions(transaction: Transaction, filters: MessageFilter) -> list[sa.ColumnElement[bool]]:
    table = transaction.tables["message"]
    conditions = [_is_known(table)]
    if filters.ca is not None:
        conditions.append(_contains(transaction, table.c.cas, filters.ca))
    if filters.bug is not None:
        conditions.append(_contains(transaction, table.c.bugs, filters.bug))
    if filters.thread is not None:
        conditions.append(table.c.thread == filters.thread)
    if filters.since is not None:
        conditions.append(table.c.posted >= start_of_day(filters.since))
    if filters.until is not None and (end := end_of_day(filters.until)):
        conditions.append(table.c.posted < end)
    return conditions


def _contains(transaction: Transaction, column: sa.Column[Any], value: str | int) -> sa.ColumnElement[bool]:
    """Return the condition that a JSON list contains a value."""
    if transaction.is_sqlite:
        items = sa.func.json_each(column).table_valued("value")
        return sa.exists(sa.select(sa.literal(1)).select_from(items).where(items.c.value == value))
    items = sa.func.json_array_elements_text(column).table_valued("value")
    return sa.exists(sa.select(sa.literal(1)).select_from(items).where(items.c.value == str(value)))
