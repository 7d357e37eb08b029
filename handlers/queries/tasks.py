"""Which processes run the bot or stand by, and whether the long-lived tasks work, as any process can see it."""

from datetime import datetime, timedelta

from handlers.results.status import ProcessStatus, TaskStatus
from storage import processes, task_states
from storage.database import Transaction

# a process reports every 20 s; one that has not for so long has ended, or stands still
MAX_SILENCE = timedelta(seconds=90)
LISTED_FOR = timedelta(seconds=45)  # a standby reports itself every 8 s


async def find_task_statuses(transaction: Transaction, now: datetime) -> tuple[TaskStatus, ...]:
    """Return the status of each task, by name; none if the bot was stopped as it should be, or never ran."""
    statuses = []
    for record in await task_states.find_tasks(transaction):
        state = record.state
        if abs(now - record.seen_at) > MAX_SILENCE:
            host, process_id = _split(record.holder)
            error = (
                f"nothing was heard of its process ({process_id} on host {host}) since "
                f"{record.seen_at:%Y-%m-%d %H:%M} UTC"
            )
            statuses.append(TaskStatus(state.name, False, error))
        else:
            statuses.append(TaskStatus(state.name, state.running, state.error))
    return tuple(statuses)


async def find_process_statuses(transaction: Transaction) -> tuple[ProcessStatus, ...]:
    """Return the processes that report themselves, the active one first; none that stopped or was silent for long."""
    now = await transaction.now()
    statuses = []
    for record in await processes.find_processes(transaction):
        if abs(now - record.seen_at) <= LISTED_FOR:
            host, process_id = _split(record.worker)
            number = int(process_id) if process_id.isdigit() else None
            statuses.append(ProcessStatus(host, number, record.role, record.seen_at))
    return tuple(statuses)


def _split(worker: str) -> tuple[str, str]:
    """Return host and process id of a worker id."""
    host, _, rest = worker.partition("/")
    return host, rest.partition("/")[0]
