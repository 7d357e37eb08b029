"""Predictions from the text of untagged incidents, and how often staff's tags confirmed them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import BATCH_SIZE, Database
from storage.values.incidents import Accuracy, PredictionRecord


async def find_predictions(
    database: Database, connection: AsyncConnection, bugs: Iterable[int]
) -> dict[int, PredictionRecord]:
    """Return the stored predictions for these bugs, read in the transaction that may change them."""
    table = database.tables["prediction"]
    bug_ids, predictions = list(bugs), {}
    for start in range(0, len(bug_ids), BATCH_SIZE):
        query = sa.select(table).where(table.c.bug.in_(bug_ids[start : start + BATCH_SIZE]))
        for row in (await connection.execute(query)).mappings():
            record = PredictionRecord(**{**row, "confident_sections": tuple(row["confident_sections"])})
            predictions[record.bug] = record
    return predictions


async def save_predictions(
    database: Database, connection: AsyncConnection, predictions: Sequence[PredictionRecord]
) -> None:
    """Store predictions, each replacing an earlier one for the same bug."""
    rows = [asdict(record) | {"confident_sections": list(record.confident_sections)} for record in predictions]
    await database.upsert(connection, "prediction", rows)


async def measure_accuracy(database: Database, last: int | None = None) -> Accuracy:
    """Count how many evaluated predictions (the last so many; None: all) staff's tags confirmed.

    Bugs that moved away or are no longer public do not count.
    """
    table, incident = database.tables["prediction"], database.tables["incident"]
    evaluated = (
        sa.select(table.c.confirmed, table.c.confident_correct, table.c.confident_wrong)
        .join_from(table, incident, table.c.bug == incident.c.bug)
        .where(incident.c.visibility == "here", table.c.section.is_not(None), table.c.evaluated_at.is_not(None))
        .order_by(table.c.evaluated_at.desc(), table.c.bug.desc())
        .limit(last)
        .subquery()
    )
    query = sa.select(
        sa.func.count(),
        _sum(sa.case((evaluated.c.confirmed, 1), else_=0)),
        _sum(evaluated.c.confident_correct + evaluated.c.confident_wrong),
        _sum(evaluated.c.confident_correct),
    ).select_from(evaluated)
    async with database.read() as connection:
        return Accuracy(*(await connection.execute(query)).one())


def _sum(expression: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(expression), 0)
