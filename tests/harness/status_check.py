"""What `rootwatch status --json` must say of tasks and processes."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.harness.findings import Finding

SEEN_LATELY = timedelta(seconds=20)  # each process reports itself every 8 s


def check_status(status: Mapping[str, Any], processes: int, now: datetime) -> Iterator[Finding]:
    """Check that every task is alive, and that exactly one of the processes is active and all others stand by.

    A standby that was killed is named for a while; what counts is who was seen lately.
    """
    tasks = status.get("tasks", [])
    if not tasks:
        yield Finding("dead task", 0, f"status names no task: {str(status)[:200]}")
    for task in tasks:
        if not task["running"]:
            yield Finding("dead task", 0, f"task {task['name']} does not run: {task['error']}")
    roles = Counter(
        process["role"]
        for process in status.get("processes", [])
        if now - datetime.fromisoformat(process["seen"]) < SEEN_LATELY
    )
    if (roles["active"], roles["standby"]) != (1, processes - 1):
        yield Finding("dead task", 0, f"status names these processes: {status.get('processes')}")
