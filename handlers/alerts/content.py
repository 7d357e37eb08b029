"""Builds the alert for an event from what is stored now."""

import asyncio
import logging
from collections.abc import Sequence

from handlers.indexes.incident_indexes import IncidentIndexes, attach_incidents
from handlers.parsing.authored_text import authored_text
from handlers.related.find import Echo, top_for_alert
from handlers.results.alerts import Alert, CatchUpAlert, IncidentAlert, MessageAlert, WithdrawnAlert
from handlers.results.related import RelatedIncident
from handlers.sections.list_requests import find_requested_section
from storage import events, incidents, messages
from storage.database import Database, Transaction
from storage.values.incidents import GLOBAL_COMMUNITY, Incident, IncidentFilter
from storage.values.outbox import Event

MAX_EXCERPT_LENGTH = 700
MAX_ECHOES = 2
RELATED_TIMEOUT_SECONDS = 5.0  # the first search loads all incidents, which takes about 2 seconds

log = logging.getLogger(__name__)


async def build_alert(
    database: Database,
    indexes: IncidentIndexes,
    event: Event,
    community: int = GLOBAL_COMMUNITY,
) -> Alert | None:
    """Build the alert for an event as a community sees it; None if its subject is no longer stored."""
    if event.kind == "filed" and event.bug is not None:
        return await _filed_alert(database, indexes, event, event.bug, community)
    async with database.read() as transaction:
        if event.kind == "message" and event.list is not None and event.message is not None:
            return await _message_alert(transaction, (event.list, event.message), community)
        if event.kind == "catch-up":
            return await _catch_up_alert(transaction, event, community)
    return None


async def _filed_alert(
    database: Database, indexes: IncidentIndexes, event: Event, bug: int, community: int
) -> IncidentAlert | WithdrawnAlert | None:
    async with database.read() as transaction:
        incident = (await incidents.find_by_bugs(transaction, [bug], community)).get(bug)
    echoes: tuple[Echo, ...] = ()
    if incident is not None and incident.visibility == "here":
        echoes = await _best_echoes(indexes, bug)
        # recorded before the incidents are loaded, so that the alert is edited if one of them is withdrawn meanwhile
        await _record_referenced_bugs(database, event, [echo.bug for echo in echoes])
    async with database.read() as transaction:
        # load it again: it may have been withdrawn during the search
        incident = (await incidents.find_by_bugs(transaction, [bug], community)).get(bug)
        if incident is None:
            return None
        if incident.visibility != "here":
            return WithdrawnAlert(bug, incident.visibility)
        related = await attach_incidents(transaction, echoes, community)
        return await _incident_alert(transaction, incident, related, community)


async def _message_alert(transaction: Transaction, key: tuple[str, str], community: int) -> MessageAlert | None:
    message = (await messages.find_messages(transaction, [key])).get(key)
    if message is None:
        return None
    requested_section = await find_requested_section(transaction, message, community)
    return MessageAlert(message, authored_text(message.body or "")[:MAX_EXCERPT_LENGTH], requested_section)


async def _catch_up_alert(transaction: Transaction, event: Event, community: int) -> CatchUpAlert:
    known = await incidents.find_by_bugs(transaction, event.bugs, community)
    keys = [tuple(key.split("\n", 1)) for key in event.messages]
    stored_messages = await messages.find_messages(transaction, [(key[0], key[1]) for key in keys])
    visible = [known[bug] for bug in event.bugs if bug in known and known[bug].visibility == "here"]
    return CatchUpAlert(tuple(visible), tuple(stored_messages.values()))


async def _best_echoes(indexes: IncidentIndexes, bug: int) -> tuple[Echo, ...]:
    """Return the best echoes, or none if finding them takes too long."""
    try:
        async with asyncio.timeout(RELATED_TIMEOUT_SECONDS):
            return top_for_alert(await indexes.related_to(bug), MAX_ECHOES)
    except Exception as error:
        log.warning("bug %s is announced without echoes: %s", bug, type(error).__name__, exc_info=error)
        return ()


async def _record_referenced_bugs(database: Database, event: Event, bugs: Sequence[int]) -> None:
    """Record the bugs that an alert names besides its own, if they are not recorded yet."""
    if event.id is None or not bugs:
        return
    # mostly nothing is to be written, and a read does not queue behind a poll that writes
    async with database.read() as transaction:
        recorded = await events.find_referenced_bugs(transaction, event.id)
    if not set(bugs) <= set(recorded):
        async with database.transaction() as transaction:
            await events.add_referenced_bugs(transaction, event.id, bugs)


async def _incident_alert(
    transaction: Transaction,
    incident: Incident,
    related: tuple[RelatedIncident, ...],
    community: int,
) -> IncidentAlert:
    bug = incident.bug
    prior_counts = []
    if incident.ca is not None:
        confident = [assignment for assignment in incident.sections if assignment.confident]
        for assignment in confident or incident.sections[:1]:
            filters = IncidentFilter(incident.ca, assignment.section, until=bug.created.date(), community=community)
            matches = await incidents.find_incidents(transaction, filters)
            prior_counts.append((assignment.section, sum(match.bug.id < bug.id for match in matches)))
    affiliation = bug.creator.domain.removesuffix(".invalid")
    return IncidentAlert(incident, affiliation, tuple(prior_counts), related)
