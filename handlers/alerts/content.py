"""Builds the alert for an event from what is stored now."""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from handlers.indexes.incident_indexes import IncidentIndexes, RelatedBugs, attach_incidents
from handlers.parsing.mail_excerpts import mail_excerpt
from handlers.results.alerts import Alert, CatchUpAlert, IncidentAlert, MessageAlert, OwnerHistory, WithdrawnAlert
from handlers.results.related import RelatedIncidents
from handlers.sections.list_requests import find_requested_section
from handlers.sections.listing import section_titles
from storage import events, incidents, messages
from storage.database import Database, Transaction
from storage.values.incidents import GLOBAL_COMMUNITY, Bug, Incident, IncidentCounts, IncidentFilter
from storage.values.outbox import Event

MAX_ECHOES = 2
RELATED_TIMEOUT_SECONDS = 10.0  # the first search loads all incidents, which takes about 4 seconds

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
    related = RelatedBugs()
    if incident is not None and incident.visibility == "here":
        related = await _most_telling(indexes, bug)
        # recorded before the incidents are loaded, so that the alert is edited if one of them is withdrawn meanwhile
        await _record_referenced_bugs(database, event, related.bugs)
    async with database.read() as transaction:
        # load it again: it may have been withdrawn during the search
        incident = (await incidents.find_by_bugs(transaction, [bug], community)).get(bug)
        if incident is None:
            return None
        if incident.visibility != "here":
            return WithdrawnAlert(bug, incident.visibility)
        shown = await attach_incidents(transaction, incident, related, community)
        return await _incident_alert(transaction, incident, shown, community)


async def _message_alert(transaction: Transaction, key: tuple[str, str], community: int) -> MessageAlert | None:
    message = (await messages.find_messages(transaction, [key])).get(key)
    if message is None:
        return None
    requested_section = await find_requested_section(transaction, message, community)
    known = await incidents.find_by_bugs(transaction, message.bugs, community)
    public = tuple(known[bug] for bug in message.bugs if bug in known and known[bug].visibility == "here")
    return MessageAlert(message, mail_excerpt(message.body or "", message.bugs), requested_section, public)


async def _catch_up_alert(transaction: Transaction, event: Event, community: int) -> CatchUpAlert:
    known = await incidents.find_by_bugs(transaction, event.bugs, community)
    keys = [tuple(key.split("\n", 1)) for key in event.messages]
    stored_messages = await messages.find_messages(transaction, [(key[0], key[1]) for key in keys])
    visible = [known[bug] for bug in event.bugs if bug in known and known[bug].visibility == "here"]
    return CatchUpAlert(tuple(visible), tuple(stored_messages.values()))


async def _most_telling(indexes: IncidentIndexes, bug: int) -> RelatedBugs:
    """Return the related bugs that an alert shows, or none if finding them takes too long."""
    try:
        async with asyncio.timeout(RELATED_TIMEOUT_SECONDS):
            return (await indexes.related_to(bug)).most_telling(MAX_ECHOES)
    except Exception as error:
        log.warning("bug %s is announced without echoes: %s", bug, type(error).__name__, exc_info=error)
        return RelatedBugs()


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
    related: RelatedIncidents,
    community: int,
) -> IncidentAlert:
    history = await _owner_history(transaction, incident, community) if incident.ca is not None else None
    return IncidentAlert(incident, history, related, await section_titles(transaction, community))


async def _owner_history(transaction: Transaction, incident: Incident, community: int) -> OwnerHistory:
    """Count the CA's incidents as of the opening of this one: what is filed or closed later changes nothing."""
    bug, owner = incident.bug, incident.ca or ""
    filters = IncidentFilter((owner,), until=bug.created.date(), community=community)
    matches = await incidents.find_incidents(transaction, filters)
    earlier = [match for match in matches if (match.bug.created, match.bug.id) < (bug.created, bug.id)]
    confident = [assignment.section for assignment in incident.sections if assignment.confident]
    shown = confident or [assignment.section for assignment in incident.sections[:1]]
    by_section = Counter(
        assignment.section for match in earlier for assignment in match.sections if assignment.confident
    )
    return OwnerHistory(
        owner,
        IncidentCounts(
            len(earlier),
            sum(_was_open(match.bug, bug.created) for match in earlier),
            sum(match.not_incident is not None for match in earlier),
        ),
        tuple((section, by_section[section]) for section in shown),
    )


def _was_open(bug: Bug, at: datetime) -> bool:
    return bug.is_open or (bug.closed is not None and bug.closed > at)
