"""List messages and feed entries, and which of their pages are still to be fetched."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.database import Transaction
from storage.values.messages import KnownMessage, ListMessage, PendingPage

MAX_ATTEMPTS = 10  # for a page that cannot be parsed; then the content of the feed has to do


async def save_messages(
    transaction: Transaction,
    messages: Sequence[ListMessage],
    *,
    state: str,
    backlog: bool,
    now: datetime,
) -> None:
    """Insert messages that are not known yet; `state` is "wanted" while a message's page is still to be fetched."""
    rows = [_row(message) | {"state": state, "backlog": backlog, "seen": now} for message in messages]
    await transaction.upsert("message", rows, update=False)


async def save_page(transaction: Transaction, message: ListMessage) -> None:
    """Store a message as parsed from its own page."""
    table = transaction.tables["message"]
    values = {name: value for name, value in _row(message).items() if name not in ("list", "key")}
    await transaction.execute(
        table.update().where(table.c.list == message.list, table.c.key == message.key).values(state="read", **values)
    )


async def set_page_state(transaction: Transaction, list_name: str, key: str, state: str) -> None:
    """Record that a page does not exist ("absent") or could not be read this time ("wanted", one more attempt)."""
    table = transaction.tables["message"]
    await transaction.execute(
        table.update()
        .where(table.c.list == list_name, table.c.key == key)
        .values(state=state, attempts=table.c.attempts + 1)
    )


async def find_known(transaction: Transaction, list_name: str) -> list[KnownMessage]:
    """Return what identifies each message of a list, those without a page included.

    Only messages without a date come with their body: the others have it to tell them apart.
    """
    table = transaction.tables["message"]
    body = sa.case((table.c.posted.is_(None), table.c.body), else_=None)
    query = sa.select(
        table.c.key, table.c.url, table.c.subject, table.c.author, table.c.posted, table.c.number, body.label("body")
    ).where(table.c.list == list_name)
    return [KnownMessage(*row) for row in await transaction.execute(query)]


async def find_unreadable_pages(transaction: Transaction, list_name: str) -> list[int]:
    """Return the numbers of the messages whose page was tried in vain, in their order."""
    table = transaction.tables["message"]
    query = sa.select(table.c.number).where(
        table.c.list == list_name, table.c.state == "wanted", table.c.attempts > 0, table.c.number.is_not(None)
    )
    return list((await transaction.scalars(query.order_by(table.c.number))).all())


async def find_pending_pages(transaction: Transaction, list_name: str) -> list[PendingPage]:
    """Return the messages whose page is still to be fetched, new ones first."""
    table = transaction.tables["message"]
    query = (
        sa.select(table)
        .where(table.c.list == list_name, table.c.state == "wanted", table.c.attempts < MAX_ATTEMPTS)
        # a page that always fails must not block the others
        .order_by(table.c.backlog, table.c.attempts, table.c.number, table.c.key)
    )
    rows = (await transaction.execute(query)).mappings().all()
    return [PendingPage(message_from_row(row), row["backlog"], row["attempts"]) for row in rows]


async def find_messages(
    transaction: Transaction, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], ListMessage]:
    """Return the stored ones of these messages, by list and key."""
    table = transaction.tables["message"]
    messages = {}
    for list_name, key in keys:
        query = sa.select(table).where(table.c.list == list_name, table.c.key == key)
        row = (await transaction.execute(query)).mappings().first()
        if row:
            messages[list_name, key] = message_from_row(row)
    return messages


async def find_announced_mentioning(transaction: Transaction, bugs: Collection[int]) -> list[ListMessage]:
    """Return the messages that were announced one by one and mention any of these bugs."""
    if not bugs:
        return []
    table, event = transaction.tables["message"], transaction.tables["event"]
    is_announced = sa.and_(event.c.kind == "message", event.c.list == table.c.list, event.c.message == table.c.key)
    messages = []
    # the bugs are read without the large bodies, which only few messages need
    announced = await transaction.execute(sa.select(table.c.list, table.c.key, table.c.bugs).join(event, is_announced))
    for list_name, key, mentioned in announced.all():
        if not set(bugs).isdisjoint(mentioned):
            query = sa.select(table).where(table.c.list == list_name, table.c.key == key)
            messages.append(message_from_row((await transaction.execute(query)).mappings().one()))
    return messages


async def find_announced_before(
    transaction: Transaction, message: ListMessage, bugs: Collection[int]
) -> list[ListMessage]:
    """Return the messages of the same thread that mention all of these bugs and were announced before this one.

    The thread may be on several lists. A message that is not announced yet comes after all that are.
    """
    if not message.thread or not bugs:
        return []
    table, event = transaction.tables["message"], transaction.tables["event"]
    is_announced = sa.and_(event.c.kind == "message", event.c.list == table.c.list, event.c.message == table.c.key)
    # the bugs are read without the large bodies, which only few messages need
    query = (
        sa.select(table.c.list, table.c.key, table.c.bugs)
        .join(event, is_announced)
        .where(table.c.thread == message.thread)
        .order_by(event.c.id)
    )
    candidates = []
    for list_name, key, mentioned in (await transaction.execute(query)).all():
        if (list_name, key) == (message.list, message.key):
            break
        if set(bugs) <= set(mentioned):
            candidates.append((list_name, key))
    return list((await find_messages(transaction, candidates)).values())


async def count_messages(transaction: Transaction) -> dict[str, tuple[int, int]]:
    """Return by list how many messages are known, and how many pages are still to be fetched."""
    table = transaction.tables["message"]
    is_known = sa.and_(table.c.state != "absent", table.c.subject != "")
    counts = (sa.func.sum(sa.case((condition, 1), else_=0)) for condition in (is_known, table.c.state == "wanted"))
    rows = await transaction.execute(sa.select(table.c.list, *counts).group_by(table.c.list))
    return {row[0]: (row[1], row[2]) for row in rows}


def _row(message: ListMessage) -> dict[str, Any]:
    return {
        "list": message.list, "key": message.key, "url": message.url, "subject": message.subject,
        "author": message.author, "posted": message.posted, "number": message.number,
        "message_id": message.message_id, "body": message.body, "thread": message.thread,
        "bugs": list(message.bugs), "cas": list(message.cas),
    }  # fmt: skip


def message_from_row(row: Any) -> ListMessage:
    """Return the message of a row of its table."""
    return ListMessage(
        row["list"], row["key"], row["url"], row["subject"], row["author"], row["posted"], row["number"],
        row["message_id"], row["body"], row["thread"], tuple(row["bugs"]), tuple(row["cas"]),
    )  # fmt: skip
