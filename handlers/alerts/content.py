"""What an event has to say, as things stand at the moment of saying it."""

import asyncio
import logging

from handlers.indexes.incident_indexes import IncidentMemory, with_incidents
from handlers.parsing.messages import own_words
from handlers.parsing.owners import OwnerTable
from handlers.parsing.people import filer_of
from handlers.parsing.report_forms import opening_of
from handlers.related.find import best_of
from handlers.results import Alert, CatchUpAlert, RelatedIncident, IncidentAlert, MessageAlert, WithdrawnAlert
from handlers.sections.list_requests import read_asked
from storage import events, incidents, messages
from storage.database import Database
from storage.values.incidents import EVERYWHERE, Event, Incident, IncidentFilter

EXCERPT = 700
ECHOES = 2
SECONDS_FOR_ECHOES = 5.0  # the first time all incidents are read for it, which takes about two

log = logging.getLogger(__name__)


async def read_alert(
    database: Database, owners: OwnerTable, memory: IncidentMemory, event: Event, community: int = EVERYWHERE
) -> Alert | None:
    """Turn an event into what is said about it to a community; None where what it was about is not known any more."""
    if event.kind == "filed" and event.bug is not None:
        found = (await incidents.find_by_bugs(database, [event.bug], community)).get(event.bug)
        if found is None:
            return None
        if found.standing != "here":
            return WithdrawnAlert(event.bug, found.standing)
        echoes = await _echoes_of(database, memory, event, event.bug, community)
        return await _of_incident(database, owners, found, echoes, community)
    if event.kind == "message" and event.list is not None and event.message is not None:
        return await _of_message(database, (event.list, event.message), community)
    if event.kind == "catch-up":
        known = await incidents.find_by_bugs(database, event.bugs, community)
        pairs = [tuple(one.split("\n", 1)) for one in event.messages]
        posted = await messages.find_messages(database, [(one[0], one[1]) for one in pairs])
        here = [known[bug] for bug in event.bugs if bug in known and known[bug].standing == "here"]
        return CatchUpAlert(tuple(here), tuple(posted.values()))
    return None


async def _of_message(database: Database, key: tuple[str, str], community: int) -> MessageAlert | None:
    message = (await messages.find_messages(database, [key])).get(key)
    if message is None:
        return None
    asked = await read_asked(database, message, community)
    return MessageAlert(message, own_words(message.body or "")[:EXCERPT], asked)


async def _echoes_of(
    database: Database, memory: IncidentMemory, event: Event, bug: int, community: int
) -> tuple[RelatedIncident, ...]:
    """Give the best echoes; none where they cannot be had in time, for an alert is worth more than they are."""
    try:
        async with asyncio.timeout(SECONDS_FOR_ECHOES):
            best = best_of(await memory.recall(bug), ECHOES)
    except Exception as error:
        log.warning("bug %s is announced without echoes: %s", bug, type(error).__name__, exc_info=error)
        return ()
    # noted before they are read: whoever withdraws one of them from here on has this alert edited
    await events.note_named(database, event, [echo.bug for echo in best])
    return await with_incidents(database, best, community)


async def _of_incident(
    database: Database, owners: OwnerTable, incident: Incident, echoes: tuple[RelatedIncident, ...], community: int
) -> IncidentAlert:
    bug = incident.bug
    texts = (await incidents.find_texts(database, [bug.id])).get(bug.id, [])
    opening = ""
    if incident.report is not None:
        opening = next((opening_of(text) for number, text in texts if number == incident.report), "")
    opening = opening or next((found for _, text in texts if (found := opening_of(text))), "")
    earlier = []
    if incident.ca is not None:
        for one in [part for part in incident.sections if part.sure] or incident.sections[:1]:
            wanted = IncidentFilter(incident.ca, one.section, until=bug.created.date(), community=community)
            before = [other for other in await incidents.find_incidents(database, wanted) if other.bug.id < bug.id]
            earlier.append((one.section, len(before)))
    filer = filer_of(bug.creator, bug.assignee, incident.ca, owners)
    domain = bug.creator.domain.removesuffix(".invalid")
    return IncidentAlert(incident, filer, domain, incident.sections, opening, tuple(earlier), echoes)
