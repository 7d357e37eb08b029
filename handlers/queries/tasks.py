"""Whether the long-lived tasks of the process that runs the bot work, as any process can see it."""

from datetime import datetime, timedelta

from handlers.results.status import TaskStatus
from storage import task_states
from storage.database import Transaction

# a process reports every 20 s; one that has not for so long has ended, or stands still
MAX_SILENCE = timedelta(seconds=90)


async def find_task_statuses(transaction: Transaction, now: datetime) -> tuple[TaskStatus, ...]:
    """Return the status of each task, by name; none if the bot was stopped as it should be, or never ran."""
    statuses = []
    for record in await task_states.find_tasks(transaction):
        state = record.state
        if abs(now - record.seen_at) > MAX_SILENCE:
            host, _, rest = record.holder.partition("/")
            error = (
                f"nothing was heard of its process ({rest.partition('/')[0]} on host {host}) since "
                f"{record.seen_at:%Y-%m-%d %H:%M} UTC"
            )
            statuses.append(TaskStatus(state.name, False, error))
        else:
            statuses.append(TaskStatus(state.name, state.running, state.error))
    return tuple(statuses)
