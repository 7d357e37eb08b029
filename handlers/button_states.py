"""The states behind buttons whose ids cannot hold them, stored so that they outlive a restart."""

from datetime import UTC, datetime, timedelta

from storage import button_states
from storage.database import Database

REFRESH_INTERVAL = timedelta(days=1)  # a button state saved within it is not written again


class ButtonStates:
    """Saves and loads what a button needs besides its id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, state: str) -> str:
        """Save the state behind a button, unless it was saved within REFRESH_INTERVAL; return its short id."""
        state_id, now = button_states.button_state_id(state), datetime.now(UTC)
        # mostly nothing is to be written, and a read does not queue behind a poll that writes
        async with self._database.read() as transaction:
            saved_at = await button_states.find_saved_at(transaction, state_id)
        if saved_at is None or now - saved_at >= REFRESH_INTERVAL:
            async with self._database.transaction() as transaction:
                await button_states.save_button_state(transaction, state, now)
        return state_id

    async def load(self, state_id: str) -> str | None:
        """Return a saved button state, or None if it is unknown or expired."""
        async with self._database.read() as transaction:
            return await button_states.find_button_state(transaction, state_id)
