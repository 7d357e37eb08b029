"""Says of a channel what became of an incident's alert: sent, waiting, failed, or not sent and why."""

from datetime import datetime

from handlers.actor import Actor
from handlers.alerts.routing import decide
from handlers.results.alerts import AlertStatus
from storage import delivery_history, routes, sources
from storage.database import Transaction
from storage.values.incidents import GLOBAL_COMMUNITY, Incident
from storage.values.outbox import DeliveryRecord, Event, Route

BUGZILLA = "bugzilla"  # the source of incidents, whose first reading divides backlog from news


async def find_alert_statuses(transaction: Transaction, incident: Incident, actor: Actor) -> tuple[AlertStatus, ...]:
    """Return what became of an incident's alert in the actor's channel; for the operator, in every channel.

    In a thread that has no alerts of its own, its channel is meant. A member outside of a server is told nothing.
    """
    if actor.community == GLOBAL_COMMUNITY and not actor.is_operator:
        return ()
    community, channel = (None, None) if actor.is_operator else (actor.community, actor.channel)
    known_routes = {route.channel: route for route in await routes.find_routes(transaction, community)}
    records = await delivery_history.find_incident_deliveries(transaction, incident.bug.id, channel)
    if actor.parent_channel is not None and not records and channel not in known_routes:
        channel = actor.parent_channel
        records = await delivery_history.find_incident_deliveries(transaction, incident.bug.id, channel)
    # a later record replaces an earlier one
    by_channel = {record.channel: record for record in records if community in (None, record.community)}
    channels = [channel] if channel is not None else list(dict.fromkeys([*known_routes, *by_channel]))
    announced_at = await delivery_history.find_announcement(transaction, incident.bug.id)
    baseline_at = (await sources.find_source(transaction, BUGZILLA)).baseline_at
    return tuple(
        _from_record(by_channel[number], known_routes.get(number))
        if number in by_channel
        else AlertStatus(
            number, community, "not sent", _why_none(incident, known_routes.get(number), announced_at, baseline_at)
        )
        for number in channels
    )


def _from_record(record: DeliveryRecord, route: Route | None) -> AlertStatus:
    where = (record.channel, record.community)
    match record.state:
        case "sent":
            return AlertStatus(
                *where, "sent", at=record.sent, message=record.message or None, in_catch_up=record.is_catch_up
            )
        case "failed":
            return AlertStatus(*where, "failed", record.reason)
        case "skipped":
            return AlertStatus(*where, "not sent", record.reason)
        case _:
            reason = record.reason or (route.error if route else "")
            return AlertStatus(*where, "waiting", reason, at=record.created, next_at=record.next_at)


def _why_none(
    incident: Incident, route: Route | None, announced_at: datetime | None, baseline_at: datetime | None
) -> str:
    """Return why there is no delivery of an incident to a channel."""
    opened = incident.bug.created
    if announced_at is None:
        if baseline_at is None:
            return "Bugzilla has not been read completely yet"
        if opened <= baseline_at:
            return f"it was opened on {_day(opened)}, before Rootwatch first read Bugzilla on {_day(baseline_at)}"
        return "it was not new when Rootwatch first read it"
    if route is None:
        return "this channel is not watched; `watch` sends new incidents to it"
    if route.created > announced_at:
        return (
            f"this channel has been watched only since {_minute(route.created)}, and it was filed on "
            f"{_minute(announced_at)}"
        )
    decision = decide(route, Event("filed", "", announced_at, bug=incident.bug.id), incident)
    return decision.reason or "the channel was not watched when it was announced"


def _day(at: datetime) -> str:
    """Return a day (UTC) in words."""
    return f"{at.day} {at:%B %Y}"


def _minute(at: datetime) -> str:
    """Return a moment in words, in UTC."""
    return f"{_day(at)}, {at:%H:%M} UTC"
