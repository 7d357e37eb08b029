"""The CA owners by which an incident is found: those that it is about, and those that have taken over one of them."""

from collections.abc import Sequence

from storage.database import BATCH_SIZE, Transaction
from storage.values.incidents import Incident, OwnerRelation


def incident_owners(incident: Incident) -> dict[str, OwnerRelation]:
    """Return the owners by which an incident is found; one that it is about is no successor besides."""
    owners: dict[str, OwnerRelation] = dict.fromkeys(incident.successors, "successor")
    owners |= dict.fromkeys(incident.also_about, "also about")
    if incident.ca:
        owners[incident.ca] = "about"
    return owners


async def save_incident_owners(transaction: Transaction, incidents: Sequence[Incident]) -> None:
    """Replace the owners of these incidents, where they have changed."""
    table, rows = transaction.tables["incident_owner"], []
    transaction.further_owners.clear()
    for start in range(0, len(incidents), BATCH_SIZE):
        owners_by_bug = {
            incident.bug.id: incident_owners(incident) for incident in incidents[start : start + BATCH_SIZE]
        }
        stored: dict[int, dict[str, OwnerRelation]] = {bug: {} for bug in owners_by_bug}
        for row in await transaction.execute(table.select().where(table.c.bug.in_(owners_by_bug))):
            stored[row.bug][row.owner] = row.relation
        changed = [bug for bug, owners in owners_by_bug.items() if stored[bug] != owners]
        outdated = [bug for bug in changed if stored[bug]]
        if outdated:
            await transaction.execute(table.delete().where(table.c.bug.in_(outdated)))
        rows += [
            {"bug": bug, "owner": owner, "relation": relation}
            for bug in changed
            for owner, relation in owners_by_bug[bug].items()
        ]
    await transaction.upsert("incident_owner", rows)
