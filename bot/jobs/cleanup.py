"""Deletes stored data that is no longer of use."""

from datetime import UTC, datetime, timedelta

from storage.button_states import delete_button_states
from storage.database import Database
from storage.posted_answers import delete_old_answers

CLEANUP_SECONDS = 86_400.0
BUTTON_STATE_TTL = timedelta(days=30)


async def delete_expired(database: Database) -> None:
    """Delete the state of buttons that nobody has pressed for BUTTON_STATE_TTL, and what is known of old answers."""
    now = datetime.now(UTC)
    async with database.transaction() as transaction:
        await delete_button_states(transaction, now - BUTTON_STATE_TTL)
        await delete_old_answers(transaction, now)
