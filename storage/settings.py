"""Small things that outlive a restart: named settings, questions behind buttons, the learned model."""

import hashlib
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database

REMEMBERED_ANEW = timedelta(days=1)


async def find_setting(database: Database, name: str) -> str | None:
    """Give a setting's value, None if it was never set."""
    table = database.tables["setting"]
    async with database.reading() as connection:
        value: str | None = await connection.scalar(sa.select(table.c.value).where(table.c.name == name))
    return value


async def keep_setting(database: Database, name: str, value: str) -> None:
    """Set a setting."""
    async with database.writing() as connection:
        await database.upsert(connection, "setting", [{"name": name, "value": value}])


async def forget_setting(database: Database, connection: AsyncConnection, name: str) -> None:
    """Remove a setting."""
    table = database.tables["setting"]
    await connection.execute(table.delete().where(table.c.name == name))


async def database_id(database: Database) -> str:
    """Give this database's own random id, made at the first call; it keeps two databases' nonces apart."""
    async with database.writing() as connection:
        row = {"name": "database id", "value": secrets.token_hex(16)}
        await database.upsert(connection, "setting", [row], update=False)
    known = await find_setting(database, "database id")
    assert known is not None  # noqa: S101 - it was written just above
    return known


async def keep_question(database: Database, words: str, now: datetime) -> str:
    """Remember a question for a button and give its id (16 characters, the same for the same words)."""
    key = hashlib.sha256(words.encode()).hexdigest()[:16]
    table = database.tables["question"]
    async with database.reading() as connection:
        asked = await connection.scalar(sa.select(table.c.asked).where(table.c.id == key))
    if asked is not None and now - asked < REMEMBERED_ANEW:
        return key  # a read does not queue behind a poll that writes
    async with database.writing() as connection:
        await database.upsert(connection, "question", [{"id": key, "words": words, "asked": now}])
    return key


async def find_question(database: Database, key: str) -> str | None:
    """Give the words of a remembered question."""
    table = database.tables["question"]
    async with database.reading() as connection:
        words: str | None = await connection.scalar(sa.select(table.c.words).where(table.c.id == key))
    return words


async def forget_questions(database: Database, before: datetime) -> None:
    """Forget the questions that were last asked before then; their buttons say that they are too old."""
    table = database.tables["question"]
    async with database.writing() as connection:
        await connection.execute(table.delete().where(table.c.asked < before))


async def keep_model(
    database: Database, connection: AsyncConnection, name: str, data: bytes, learned_from: str, now: datetime
) -> None:
    """Store a learned model; `learned_from` names the data that it was learned from."""
    row = {"name": name, "data": data, "learned_from": learned_from, "learned": now}
    await database.upsert(connection, "model", [row])


async def find_model(database: Database, name: str) -> tuple[bytes, str, datetime] | None:
    """Give a stored model, what it was learned from and when."""
    table = database.tables["model"]
    query = sa.select(table.c.data, table.c.learned_from, table.c.learned).where(table.c.name == name)
    async with database.reading() as connection:
        row = (await connection.execute(query)).first()
    return (row.data, row.learned_from, row.learned) if row else None


async def find_learned(database: Database, name: str) -> datetime | None:
    """Give when a stored model was learned, without reading it; None where there is none."""
    table = database.tables["model"]
    async with database.reading() as connection:
        learned: datetime | None = await connection.scalar(sa.select(table.c.learned).where(table.c.name == name))
    return learned


async def forget_model(database: Database, connection: AsyncConnection, name: str) -> None:
    """Remove a stored model: something that it was learned from may not be kept any longer."""
    table = database.tables["model"]
    await connection.execute(table.delete().where(table.c.name == name))
