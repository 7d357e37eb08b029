"""Predictions from the text of untagged incidents, and how often staff's tags confirmed them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from storage.database import BATCH_SIZE, Transaction
from storage.values.incidents import Accuracy, PredictionRecord


async def find_predictions(transaction: Transaction, bugs: Iterable[int]) -> dict[int, PredictionRecord]:
    """Return the stored predictions for these bugs, read in the transaction that may change them."""
    table = transaction.tables["prediction"]
    bug_ids, predictions = list(bugs), {}
    for start in range(0, len(bug_ids), BATCH_SIZE):
        query = sa.select(table).where(table.c.bug.in_(bug_ids[start : start + BATCH_SIZE]))
        for row in (await transaction.execute(query)).mappings():
            record = PredictionRecord(**{**row, "confident_sections": tuple(row["confident_sections"])})
            predictions[record.bug] = record
    return predictions


async def save_predictions(transaction: Transaction, predictions: Sequence[PredictionRecord]) -> None:
    """Store predictions, each replacing an earlier one for the same bug."""
    rows = [asdict(record) | {"confident_sections": list(record.confident_sections)} for record in predictions]
    await transaction.upsert("prediction", rows)


async def measure_accuracy(transaction: Transaction, last: int) -> tuple[Accuracy, Accuracy]:
    """Count how many evaluated predictions staff's tags confirmed: of the last so many, and of all.

    Bugs that moved away or are no longer public do not count.
    """
    recent, all_time = _accuracy(transaction, last).subquery(), _accuracy(transaction, None).subquery()
    row = (await transaction.execute(sa.select(recent, all_time).join_from(recent, all_time, sa.true()))).one()
    return Accuracy(*row[:4]), Accuracy(*row[4:])


def _accuracy(transaction: Transaction, last: int | None) -> sa.Select[*tuple[Any, ...]]:
    table, incident = transaction.tables["prediction"], transaction.tables["incident"]
    evaluated = (
        sa.select(table.c.confirmed, table.c.confident_correct, table.c.confident_wrong)
        .join_from(table, incident, table.c.bug == incident.c.bug)
        .where(incident.c.visibility == "here", table.c.section.is_not(None), table.c.evaluated_at.is_not(None))
        .order_by(table.c.evaluated_at.desc(), table.c.bug.desc())
        .limit(last)
        .subquery()
    )
    return sa.select(
        sa.func.count().label("evaluated"),
        _sum(sa.case((evaluated.c.confirmed, 1), else_=0)).label("confirmed"),
        _sum(evaluated.c.confident_correct + evaluated.c.confident_wrong).label("confident_evaluated"),
        _sum(evaluated.c.confident_correct).label("confident_confirmed"),
    ).select_from(evaluated)


def _sum(expression: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(expression), 0)
