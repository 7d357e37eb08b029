"""Which bugs of the component are no incidents: asked for in vain, filed twice, or about something else.

They stay in lists, marked, and are counted apart.
"""

from collections.abc import Collection
from typing import cast

from storage.values.incidents import NotIncidentReason

# Bugzilla's resolutions of a bug that should not have been filed.
RESOLUTIONS = frozenset(("invalid", "duplicate", "wontfix"))
# Tags of bugs that collect others or only tell something; staff use each rarely (bugs 1911183, 1724476 and 1793210).
TAGS = ("meta", "ca-infosharing", "ca-informational")


def not_incident_reason(resolution: str, tags: Collection[str]) -> NotIncidentReason | None:
    """Return why a bug of this resolution and with these tags is no incident, None if it is one."""
    reason = resolution.lower()
    if reason not in RESOLUTIONS:
        reason = next((tag for tag in TAGS if tag in tags), "")
    return cast("NotIncidentReason", reason) if reason else None
