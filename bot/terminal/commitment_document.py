"""Promises as JSON."""

from datetime import UTC
from typing import Any

from handlers.acts.documents import commitment_json
from handlers.results.commitments import CommitmentList


def commitments_document(listed: CommitmentList) -> dict[str, Any]:
    """Return promises, what is most pressing first; `unread` is how many incidents' histories are still to be read."""
    return {
        "as_of": listed.as_of.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commitments": [
            commitment_json(row.commitment) | {"ca": row.incident.ca, "author": row.author, "broken": row.is_broken}
            for row in listed.rows
        ],
        "unread": listed.unread,
    }
