"""The queue of moderators as JSON."""

from datetime import UTC
from typing import Any

from handlers.results.queue import Queue


def queue_document(queue: Queue) -> dict[str, Any]:
    """Return one object for each reason, what waits longest first, those of one bug together."""
    return {
        "queue": [
            {
                "bug": entry.incident.bug.id,
                "ca": entry.incident.ca,
                "why": reason.why,
                "since": reason.since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "until": reason.until.isoformat() if reason.until else None,
                "comment": reason.comment,
            }
            for entry in queue.entries
            for reason in entry.reasons
        ],
        "unread": queue.unread,
    }
