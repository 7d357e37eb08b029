"""The problems that operators see in `status`: recorded now, or once the database can be written again."""

import asyncio
import logging
from collections import deque
from datetime import UTC, datetime

from storage import error_log
from storage.database import Database

MAX_REMEMBERED = 200

log = logging.getLogger(__name__)


class ProblemLog:
    """Records sentences about problems. Recording never fails: what cannot be written is remembered until it can."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._unwritten: deque[tuple[datetime, str]] = deque(maxlen=MAX_REMEMBERED)
        self._lock = asyncio.Lock()

    async def record(self, message: str) -> None:
        """Log a sentence, and store it with the time of now (UTC)."""
        log.warning("problem: %s", message)
        self._unwritten.append((datetime.now(UTC), message))
        await self.flush()

    async def flush(self) -> bool:
        """Write what is remembered, oldest first; return whether nothing is left. Raises nothing."""
        async with self._lock:
            written = list(self._unwritten)
            if not written:
                return True
            try:
                async with self._database.transaction() as transaction:
                    for happened, message in written:
                        await error_log.record_problem(transaction, message, happened)
            except Exception as error:  # noqa: BLE001 - whatever failed, a report of a failure must not fail itself
                log.warning("%s problems are stored later: %s", len(written), error)
                return False
            for problem in written:
                # a full deque drops its first item when another arrives meanwhile
                if self._unwritten[0] is problem:
                    self._unwritten.popleft()
            return not self._unwritten
