"""Sentences about processes, tasks that do not run, and messages that wait, for both chats."""

from collections.abc import Iterator

from handlers.results.status import ProcessStatus, Status, TaskStatus
from storage.values.outbox import WaitingMessages

WAITING_FOR = {
    "alert": "to be posted",
    "edit": "to be edited",
    "answer": "to be edited, since they show what can no longer be read",
}


def describe_task(task: TaskStatus) -> str:
    """Return a sentence about a task that does not run, or whose last run failed."""
    verdict = "works again after a failure" if task.running else "does not run"
    return f"{task.name} {verdict}: {task.error or 'it is started again'}"


def describe_waiting(messages: WaitingMessages) -> str:
    """Return a sentence about the messages of a channel that wait for one reason."""
    count = "1 message" if messages.count == 1 else f"{messages.count:,} messages"
    again = f"; tried again at {messages.next_at:%H:%M:%S} UTC" if messages.next_at else ""
    return f"channel {messages.channel}: {count} {WAITING_FOR[messages.kind]}: {messages.reason}{again}"


def describe_trouble(status: Status) -> Iterator[str]:
    """Yield a sentence for each task with an error and for each reason for which messages wait."""
    yield from (f"task {describe_task(task)}" for task in status.tasks if not task.running or task.error)
    yield from map(describe_waiting, status.waiting)


def describe_processes(status: Status) -> str:
    """Return which processes run the bot or stand by, with the age of their last report, "" if none does."""
    active = [_name(process) for process in status.processes if process.role == "active"]
    standby = [_name(process) for process in status.processes if process.role == "standby"]
    parts = [f"active on {', '.join(active)}" if active else "no process is active"] if status.processes else []
    return "; ".join([*parts, *([f"standing by: {', '.join(standby)}"] if standby else [])])


def _name(process: ProcessStatus) -> str:
    number = "" if process.process_id is None else f"process {process.process_id}, "
    return f"{process.host} ({number}seen {process.seen_at:%H:%M:%S} UTC)"
