"""Measures the accuracy of predictions from text: the staff's later tags evaluate what was predicted before them.

The last prediction before the tags is evaluated; a later one may come from a model that was trained on these tags.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from storage import predictions
from storage.database import Transaction
from storage.values.incidents import Accuracy, Assignment, PredictionRecord

RECENT_WINDOW = 100  # evaluated predictions


async def record_predictions(
    transaction: Transaction,
    sections_by_bug: Mapping[int, Sequence[Assignment]],
    now: datetime,
    trained_at: datetime | None,
) -> set[int]:
    """Save predictions from text and evaluate those of tagged bugs, in the transaction that stores the sections.

    Return the bugs whose prediction the tags evaluate now, or otherwise than before. `trained_at` is the time of the
    training of the model (UTC), None if only the rules were used.
    """
    previous = await predictions.find_predictions(transaction, sections_by_bug)
    records = [
        updated_prediction(bug, sections, previous.get(bug), now, trained_at)
        for bug, sections in sections_by_bug.items()
    ]
    changed = [record for record in records if record and record != previous.get(record.bug)]
    await predictions.save_predictions(transaction, changed)
    return {record.bug for record in changed if record.evaluated_at}


async def accuracy(transaction: Transaction) -> tuple[Accuracy, Accuracy]:
    """Return the accuracy of the recent evaluated predictions, and of all."""
    return await predictions.measure_accuracy(transaction, RECENT_WINDOW)


def updated_prediction(
    bug: int,
    sections: Sequence[Assignment],
    previous: PredictionRecord | None,
    now: datetime,
    trained_at: datetime | None,
) -> PredictionRecord | None:
    """Return the updated prediction record, or None if there is nothing to record.

    A prediction is evaluated again whenever the tags change, but keeps the time of its first evaluation.
    """
    if tags := {assignment.section for assignment in sections if assignment.by == "tag"}:
        if previous is None or previous.section is None:
            return PredictionRecord(bug)
        correct = len(tags.intersection(previous.confident_sections))
        return replace(
            previous,
            evaluated_at=previous.evaluated_at or now,
            confirmed=previous.section in tags,
            confident_correct=correct,
            confident_wrong=len(previous.confident_sections) - correct,
        )
    by_text = sorted(
        (assignment for assignment in sections if assignment.by == "text"),
        key=lambda assignment: (-assignment.confidence, assignment.section),
    )
    if not by_text or (previous and (previous.section is None or previous.evaluated_at)):
        return previous
    confident = tuple(assignment.section for assignment in by_text if assignment.confident)
    return PredictionRecord(bug, by_text[0].section, by_text[0].confidence, confident, now, trained_at)
