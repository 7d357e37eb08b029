"""The state behind posted buttons: a text such as a query, loaded again by a short id."""

import hashlib
from datetime import datetime, timedelta

import sqlalchemy as sa

from storage.database import Database

REFRESH_INTERVAL = timedelta(days=1)


async def save_button_state(database: Database, state: str, now: datetime) -> str:
    """Store the state of a button and return its id (16 characters, the same for the same state)."""
    key = hashlib.sha256(state.encode()).hexdigest()[:16]
    table = database.tables["button_state"]
    async with database.read() as connection:
        saved_at = await connection.scalar(sa.select(table.c.saved_at).where(table.c.id == key))
    if saved_at is not None and now - saved_at < REFRESH_INTERVAL:
        return key  # a read does not queue behind a poll that writes
    async with database.transaction() as connection:
        await database.upsert(connection, "button_state", [{"id": key, "state": state, "saved_at": now}])
    return key


async def find_button_state(database: Database, key: str) -> str | None:
    """Return the state of a button by its id, None if it was deleted."""
    table = database.tables["button_state"]
    async with database.read() as connection:
        state: str | None = await connection.scalar(sa.select(table.c.state).where(table.c.id == key))
    return state


async def delete_button_states(database: Database, before: datetime) -> None:
    """Delete the states last saved before this time; their buttons then reply that they are too old."""
    table = database.tables["button_state"]
    async with database.transaction() as connection:
        await connection.execute(table.delete().where(table.c.saved_at < before))
