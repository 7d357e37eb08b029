"""Stores events with a delivery for each channel that watches for them, in the transaction of what caused them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from handlers.alerts.routing import PlannedDelivery, plan_deliveries
from storage import events, routes
from storage.database import Transaction
from storage.values.incidents import Incident
from storage.values.outbox import DeliveryState, Event, NewDelivery


async def enqueue_events(
    transaction: Transaction,
    new_events: Sequence[Event],
    incidents: Mapping[int, Incident],
    flood_bound: int,
    now: datetime,
) -> None:
    """Store events that are not stored yet, and their deliveries; `incidents` are those that they are about, by bug."""
    recorded = await events.insert_events(transaction, new_events)
    if not recorded:
        return
    plan = plan_deliveries(await routes.find_routes(transaction), recorded, incidents, flood_bound)
    deliveries = [await _to_delivery(transaction, planned) for planned in plan]
    await events.insert_deliveries(transaction, deliveries, now)


async def _to_delivery(transaction: Transaction, planned: PlannedDelivery) -> NewDelivery:
    """Return a planned delivery with the id of its event; a catch-up is stored first."""
    event_id = planned.event.id
    if event_id is None:
        (stored,) = await events.insert_events(transaction, [planned.event])
        event_id = stored.id
    assert event_id is not None  # noqa: S101 - a stored event has an id
    state: DeliveryState = "pending" if planned.decision.send else "skipped"
    route = planned.route
    return NewDelivery(event_id, route.community, route.channel, state, planned.decision.reason)
