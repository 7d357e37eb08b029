"""The bundled record as the suite's own corpus: served as a Bugzilla and a list archive, without ../shared."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from bot.demo.record import load_record
from bot.demo.season import LIST_ADDRESS, SEASON_START
from bot.demo.server import RecordServer


@asynccontextmanager
async def served_record(now: datetime = SEASON_START) -> AsyncIterator[RecordServer]:
    """Serve the bundled record as it was at `now`; set the server's `now` to move on."""
    async with RecordServer(load_record(), now).serve() as server:
        yield server


def list_url(server: RecordServer) -> str:
    """Return the address of the record's list for the configuration."""
    return server.list_url(LIST_ADDRESS)
