"""The status of Rootwatch: how fresh its sources are, what waits, and what went wrong."""

from datetime import UTC, datetime

from handlers.classification.service import SectionClassifier
from handlers.results.status import SourceStatus, Status
from storage import comments, deliveries, error_log, incidents, messages, sources
from storage.database import Database, Transaction
from storage.values.incidents import IncidentFilter


class StatusQueries:
    """Reads the state of each source, the pending work, and the latest errors."""

    def __init__(self, database: Database, classifier: SectionClassifier, source_names: tuple[str, ...]) -> None:
        self._database = database
        self._classifier = classifier
        self._source_names = source_names

    async def status(self) -> Status:
        """Return the state of each source, the pending work, and the latest errors."""
        classifier_status = await self._classifier.status()
        async with self._database.read() as transaction:
            source_statuses = [await _source_status(transaction, name) for name in self._source_names]
            total, _, _ = await incidents.count_incidents(transaction, IncidentFilter())
            delivery_counts = dict.fromkeys(("pending", "sent", "held", "failed", "skipped"), 0)
            delivery_counts |= await deliveries.count_deliveries(transaction)
            return Status(
                tuple(source_statuses),
                total,
                await messages.count_messages(transaction),
                tuple(delivery_counts.items()),
                len(await comments.find_without_comments(transaction)),
                classifier_status,
                tuple(await error_log.find_problems(transaction)),
            )


async def _source_status(transaction: Transaction, name: str) -> SourceStatus:
    state = await sources.find_source(transaction, name)
    age = round((datetime.now(UTC) - state.last_success_at).total_seconds()) if state.last_success_at else None
    backlog = await messages.count_messages(transaction, name, "wanted")
    return SourceStatus(name, age, state.error, backlog, state.missed_changes)
