"""The status of Rootwatch: how fresh its sources are, what waits, and what went wrong."""

from datetime import UTC, datetime

from handlers.classification.service import SectionClassifier
from handlers.queries.tasks import find_process_statuses, find_task_statuses
from handlers.results.status import SourceStatus, Status
from storage import comments, deliveries, error_log, incidents, lives, messages, sources
from storage.database import Database
from storage.values.incidents import IncidentFilter
from storage.values.sources import SourceState


class StatusQueries:
    """Reads the state of each source, the pending work, and the latest errors."""

    def __init__(self, database: Database, classifier: SectionClassifier, source_names: tuple[str, ...]) -> None:
        self._database = database
        self._classifier = classifier
        self._source_names = source_names

    async def status(self) -> Status:
        """Return the state of each source, the pending work, and the latest errors."""
        async with self._database.read() as transaction:
            classifier_status = await self._classifier.status(transaction)
            states = await sources.find_sources(transaction, self._source_names)
            message_counts = await messages.count_messages(transaction)
            counts = await incidents.count_incidents(transaction, IncidentFilter())
            delivery_counts = dict.fromkeys(("pending", "sent", "held", "failed", "skipped"), 0)
            delivery_counts |= await deliveries.count_deliveries(transaction)
            return Status(
                tuple(_source_status(state, message_counts.get(state.name, (0, 0))[1]) for state in states),
                counts.total,
                sum(known for known, _ in message_counts.values()),
                tuple(delivery_counts.items()),
                await comments.count_without_comments(transaction),
                classifier_status,
                tuple(await error_log.find_problems(transaction)),
                await find_task_statuses(transaction, datetime.now(UTC)),
                tuple(await deliveries.find_waiting(transaction)),
                counts.not_incidents,
                await lives.count_without_history(transaction),
                await find_process_statuses(transaction),
            )


def _source_status(state: SourceState, backlog: int) -> SourceStatus:
    last = state.last_success_at
    age = max(0, round((datetime.now(UTC) - last).total_seconds())) if last else None
    return SourceStatus(state.name, age, state.error, backlog, state.missed_changes, state.unreadable, state.doubt)
