"""Loads the incident that a request is about, if it may be shown."""

from collections.abc import Callable

from handlers.errors import UserError
from storage import incidents
from storage.database import Transaction
from storage.values.incidents import Incident

BugUrl = Callable[[int], str]


async def require_incident(transaction: Transaction, bug: int, community: int, bug_url: BugUrl) -> Incident:
    """Return an incident with its sections as a community sees them.

    Raises UserError if the bug is not known, no longer public, or moved out of the component of CA incidents.
    """
    incident = (await incidents.find_by_bugs(transaction, [bug], community)).get(bug)
    if incident is None:
        raise UserError(f"Rootwatch does not know bug {bug} as an incident; it may be of another component.")
    if incident.visibility == "restricted":
        raise UserError(f"Bug {bug} is no longer public, so Rootwatch cannot show it.")
    if incident.visibility == "moved":
        raise UserError(f"Bug {bug} has left the component of CA incidents: {bug_url(bug)}")
    return incident
