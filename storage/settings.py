"""Named settings that outlive a restart, and the random id of the database."""

import secrets

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database


async def find_setting(database: Database, name: str) -> str | None:
    """Return a setting's value, None if it was never set."""
    table = database.tables["setting"]
    async with database.read() as connection:
        value: str | None = await connection.scalar(sa.select(table.c.value).where(table.c.name == name))
    return value


async def save_setting(database: Database, name: str, value: str) -> None:
    """Store a setting."""
    async with database.transaction() as connection:
        await database.upsert(connection, "setting", [{"name": name, "value": value}])


async def delete_setting(database: Database, connection: AsyncConnection, name: str) -> None:
    """Delete a setting."""
    table = database.tables["setting"]
    await connection.execute(table.delete().where(table.c.name == name))


async def database_id(database: Database) -> str:
    """Return this database's own random id, created at the first call, so that nonces of two databases differ."""
    async with database.transaction() as connection:
        row = {"name": "database id", "value": secrets.token_hex(16)}
        await database.upsert(connection, "setting", [row], update=False)
    stored_id = await find_setting(database, "database id")
    assert stored_id is not None  # noqa: S101 - it was written just above
    return stored_id
