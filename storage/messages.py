"""List messages and feed entries: what is stored of them, and which pages are still to be read."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.values.incidents import Message

MOST_TRIES = 10  # of a page that answers with something else; then what the feed said of it has to do


async def keep_messages(
    database: Database,
    connection: AsyncConnection,
    messages: Sequence[Message],
    *,
    state: str,
    backlog: bool,
    now: datetime,
) -> None:
    """Insert messages that are not known yet; `state` is "wanted" while a message's page is still to be read."""
    rows = [_row(message) | {"state": state, "backlog": backlog, "seen": now} for message in messages]
    await database.upsert(connection, "message", rows, update=False)


async def keep_page(database: Database, connection: AsyncConnection, message: Message) -> None:
    """Store what a message's own page says."""
    table = database.tables["message"]
    values = {name: value for name, value in _row(message).items() if name not in ("list", "key")}
    await connection.execute(
        table.update().where(table.c.list == message.list, table.c.key == message.key).values(state="read", **values)
    )


async def mark_page(database: Database, list_name: str, key: str, state: str) -> None:
    """Note that a page does not exist ("absent") or could not be read this time ("wanted", one more try)."""
    table = database.tables["message"]
    async with database.writing() as connection:
        await connection.execute(
            table.update()
            .where(table.c.list == list_name, table.c.key == key)
            .values(state=state, tries=table.c.tries + 1)
        )


async def find_message_keys(database: Database, list_name: str) -> set[str]:
    """Give the keys of all messages of a list, those without a page included."""
    table = database.tables["message"]
    async with database.reading() as connection:
        return set((await connection.scalars(sa.select(table.c.key).where(table.c.list == list_name))).all())


async def newest_number(database: Database, list_name: str) -> int | None:
    """Give the highest number known of a list."""
    table = database.tables["message"]
    async with database.reading() as connection:
        number: int | None = await connection.scalar(
            sa.select(sa.func.max(table.c.number)).where(table.c.list == list_name)
        )
    return number


async def find_wanted_pages(database: Database, list_name: str) -> list[tuple[Message, bool]]:
    """Give the messages whose page is still to be read, each with whether it is backlog; the new ones first."""
    table = database.tables["message"]
    query = (
        sa.select(table)
        .where(table.c.list == list_name, table.c.state == "wanted", table.c.tries < MOST_TRIES)
        # one page that never answers must not keep the others waiting
        .order_by(table.c.backlog, table.c.tries, table.c.number, table.c.key)
    )
    async with database.reading() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return [(_message(row), row["backlog"]) for row in rows]


async def find_messages(database: Database, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Message]:
    """Give messages by list and key."""
    table = database.tables["message"]
    found = {}
    async with database.reading() as connection:
        for list_name, key in keys:
            query = sa.select(table).where(table.c.list == list_name, table.c.key == key)
            row = (await connection.execute(query)).mappings().first()
            if row:
                found[list_name, key] = _message(row)
    return found


async def find_announced(database: Database, connection: AsyncConnection, bugs: Collection[int]) -> list[Message]:
    """Give the messages that were announced one by one and name any of these bugs."""
    if not bugs:
        return []
    table, event = database.tables["message"], database.tables["event"]
    same = sa.and_(event.c.kind == "message", event.c.list == table.c.list, event.c.message == table.c.key)
    found = []
    # what a message names is read without its body, which most do not need
    naming = await connection.execute(sa.select(table.c.list, table.c.key, table.c.bugs).join(event, same))
    for list_name, key, named in naming.all():
        if not set(bugs).isdisjoint(named):
            query = sa.select(table).where(table.c.list == list_name, table.c.key == key)
            found.append(_message((await connection.execute(query)).mappings().one()))
    return found


async def find_newest_messages(database: Database, limit: int) -> list[Message]:
    """Give the newest messages of all lists, newest first."""
    table = database.tables["message"]
    query = (
        sa.select(table)
        .where(table.c.state != "absent", table.c.posted.is_not(None))
        .order_by(table.c.posted.desc())
        .limit(limit)
    )
    async with database.reading() as connection:
        return [_message(row) for row in (await connection.execute(query)).mappings()]


async def count_messages(database: Database, list_name: str | None = None, state: str | None = None) -> int:
    """Count messages, of one list or all, in one state or all that exist."""
    table = database.tables["message"]
    query = sa.select(sa.func.count()).select_from(table)
    query = (
        query.where(table.c.state == state) if state else query.where(table.c.state != "absent", table.c.subject != "")
    )
    if list_name is not None:
        query = query.where(table.c.list == list_name)
    async with database.reading() as connection:
        return (await connection.scalar(query)) or 0


def _row(message: Message) -> dict[str, Any]:
    return {
        "list": message.list, "key": message.key, "url": message.url, "subject": message.subject,
        "author": message.author, "posted": message.posted, "number": message.number,
        "message_id": message.message_id, "body": message.body, "thread": message.thread,
        "bugs": list(message.bugs), "cas": list(message.cas),
    }  # fmt: skip


def _message(row: Any) -> Message:
    return Message(
        row["list"], row["key"], row["url"], row["subject"], row["author"], row["posted"], row["number"],
        row["message_id"], row["body"], row["thread"], tuple(row["bugs"]), tuple(row["cas"]),
    )  # fmt: skip
