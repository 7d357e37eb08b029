"""Trained models, serialised, with the time of their training and a fingerprint of the training data."""

from datetime import datetime

import sqlalchemy as sa

from storage.database import Transaction


async def save_model(transaction: Transaction, name: str, data: bytes, fingerprint: str, now: datetime) -> None:
    """Store a model trained now; `fingerprint` identifies the training data."""
    row = {"name": name, "data": data, "training_fingerprint": fingerprint, "trained_at": now}
    await transaction.upsert("model", [row])


async def find_model(transaction: Transaction, name: str) -> tuple[bytes, str, datetime] | None:
    """Return a stored model, the fingerprint of its training data, and when it was trained."""
    table = transaction.tables["model"]
    query = sa.select(table.c.data, table.c.training_fingerprint, table.c.trained_at).where(table.c.name == name)
    row = (await transaction.execute(query)).first()
    return (row.data, row.training_fingerprint, row.trained_at) if row else None


async def find_trained_at(transaction: Transaction, name: str) -> datetime | None:
    """Return when a stored model was trained, without loading it; None if there is none."""
    table = transaction.tables["model"]
    trained_at: datetime | None = await transaction.scalar(sa.select(table.c.trained_at).where(table.c.name == name))
    return trained_at


async def delete_model(transaction: Transaction, name: str) -> None:
    """Delete a stored model, such as one trained on data that may no longer be stored."""
    table = transaction.tables["model"]
    await transaction.execute(table.delete().where(table.c.name == name))
