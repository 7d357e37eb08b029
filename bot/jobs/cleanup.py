"""Deletes stored data that is no longer of use."""

from datetime import UTC, datetime, timedelta

from storage.button_states import delete_button_states
from storage.database import Database

CLEANUP_SECONDS = 86_400.0
BUTTON_STATE_TTL = timedelta(days=30)


async def expire_button_states(database: Database) -> None:
    """Delete the state of buttons that nobody has pressed for BUTTON_STATE_TTL."""
    async with database.transaction() as transaction:
        await delete_button_states(transaction, datetime.now(UTC) - BUTTON_STATE_TTL)
