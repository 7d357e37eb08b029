"""What a button of a long answer stands for is kept for as long as it is used, without a write for each press."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from storage import button_states
from tests.support.database import write
from tests.support.sections import build_sections_fixture


async def test_a_query_is_written_again_only_once_a_day(database):
    states = (await build_sections_fixture(database)).use_cases.button_states
    state_id = await states.save("Entrust open:yes")
    assert await states.load(state_id) == "Entrust open:yes"
    saved = datetime.now(UTC) - timedelta(hours=2)
    await write(database, button_states.save_button_state, "Entrust open:yes", saved)
    assert await states.save("Entrust open:yes") == state_id
    assert await _saved_at(database) == saved
    await write(database, button_states.save_button_state, "Entrust open:yes", saved - timedelta(days=2))
    assert await states.save("Entrust open:yes") == state_id
    assert await _saved_at(database) > saved


async def _saved_at(database):
    async with database.read() as transaction:
        return await transaction.scalar(sa.select(database.tables["button_state"].c.saved_at))
