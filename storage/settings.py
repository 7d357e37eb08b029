"""Named settings that outlive a restart, and the random id of the database."""

import secrets
from collections.abc import Sequence

import sqlalchemy as sa

from storage.database import Transaction


async def find_setting(transaction: Transaction, name: str) -> str | None:
    """Return a setting's value, None if it was never set."""
    table = transaction.tables["setting"]
    value: str | None = await transaction.scalar(sa.select(table.c.value).where(table.c.name == name))
    return value


async def find_settings(transaction: Transaction, names: Sequence[str]) -> dict[str, str]:
    """Return the values of those of these settings that were ever set, by name."""
    table = transaction.tables["setting"]
    rows = await transaction.execute(sa.select(table.c.name, table.c.value).where(table.c.name.in_(names)))
    return {row[0]: row[1] for row in rows}


async def find_settings_from(transaction: Transaction, start: str) -> dict[str, str]:
    """Return all settings whose names begin like this, by name."""
    table = transaction.tables["setting"]
    names = table.c.name.startswith(start, autoescape=True)
    return {row[0]: row[1] for row in await transaction.execute(sa.select(table.c.name, table.c.value).where(names))}


async def save_setting(transaction: Transaction, name: str, value: str) -> None:
    """Store a setting."""
    await transaction.upsert("setting", [{"name": name, "value": value}])


async def delete_setting(transaction: Transaction, name: str) -> None:
    """Delete a setting."""
    table = transaction.tables["setting"]
    await transaction.execute(table.delete().where(table.c.name == name))


async def database_id(transaction: Transaction) -> str:
    """Return this database's own random id, created at the first call, so that nonces of two databases differ."""
    row = {"name": "database id", "value": secrets.token_hex(16)}
    await transaction.upsert("setting", [row], update=False)
    stored_id = await find_setting(transaction, "database id")
    assert stored_id is not None  # noqa: S101 - it was written just above
    return stored_id
