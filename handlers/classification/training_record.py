"""What is recorded of a training that installed no model: it failed, or its model was worse than the current one."""

import json
from datetime import UTC, datetime

from storage import error_log, settings
from storage.database import Database

REJECTED_MODEL, PROBLEM = "sections refused", "sections problem"  # setting keys


class TrainingAborted(Exception):
    """Training was aborted; the text gives the reason as part of a sentence."""


async def record_rejection(database: Database, fingerprint: str, current: str) -> None:
    """Record that a new model is worse than the current one; the training itself succeeded."""
    rejected = json.dumps({"from": fingerprint, "than": current})
    async with database.transaction() as transaction:
        await settings.save_setting(transaction, REJECTED_MODEL, rejected)
        await settings.save_setting(transaction, PROBLEM, "")


def rejected_fingerprint(stored: str | None, current: str) -> str | None:
    """Return the fingerprint of a newer model that was rejected in favour of the current one, if any."""
    rejected = json.loads(stored or "{}")
    return rejected["from"] if rejected and rejected["than"] == current else None


async def record_failure(database: Database, error: Exception) -> None:
    """Record the first failure of a series as a problem, and show it in the status until training succeeds."""
    if isinstance(error, TrainingAborted):
        reason = str(error)
    else:
        reason = f"it failed inside Rootwatch ({type(error).__name__})"
    sentence = f"Training the classifier failed: {reason}. The previous model stays in use; Rootwatch will try again."
    async with database.transaction() as transaction:
        if not await settings.find_setting(transaction, PROBLEM):
            await error_log.record_problem(transaction, sentence, datetime.now(UTC))
        await settings.save_setting(transaction, PROBLEM, sentence)
