"""The state behind posted buttons: a text such as a query, loaded again by a short id."""

import hashlib
from datetime import datetime

import sqlalchemy as sa

from storage.database import Transaction


def button_state_id(state: str) -> str:
    """Return the id of a button's state (16 characters, the same for the same state)."""
    return hashlib.sha256(state.encode()).hexdigest()[:16]


async def find_saved_at(transaction: Transaction, state_id: str) -> datetime | None:
    """Return when a button's state was last saved (UTC), None if it is not stored."""
    table = transaction.tables["button_state"]
    saved_at: datetime | None = await transaction.scalar(sa.select(table.c.saved_at).where(table.c.id == state_id))
    return saved_at


async def save_button_state(transaction: Transaction, state: str, now: datetime) -> None:
    """Store the state of a button under its id."""
    row = {"id": button_state_id(state), "state": state, "saved_at": now}
    await transaction.upsert("button_state", [row])


async def find_button_state(transaction: Transaction, state_id: str) -> str | None:
    """Return the state of a button by its id, None if it was deleted."""
    table = transaction.tables["button_state"]
    state: str | None = await transaction.scalar(sa.select(table.c.state).where(table.c.id == state_id))
    return state


async def delete_button_states(transaction: Transaction, before: datetime) -> None:
    """Delete the states last saved before this time; their buttons then reply that they are too old."""
    table = transaction.tables["button_state"]
    await transaction.execute(table.delete().where(table.c.saved_at < before))
