"""Decides which events go to which channels: plain values in, decisions with their reasons out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from storage.values.incidents import Incident
from storage.values.outbox import KIND_NAMES, Event, Route

MAX_PER_CATCH_UP = 60  # links that fit into one message


@dataclass(frozen=True, slots=True)
class RoutingDecision:
    """Whether a route takes an event; if not, `reason` is the rest of a sentence that begins with "Not sent:"."""

    send: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """An event that a route takes or declines; an event without an id is a catch-up that is still to be stored."""

    route: Route
    event: Event
    decision: RoutingDecision


def decide(route: Route, event: Event, incident: Incident | None) -> RoutingDecision:
    """Decide whether a route takes an event; `incident` is the one that the event is about, None for list messages."""
    if event.kind not in route.kinds:
        kinds = " and ".join(KIND_NAMES.get(kind, kind) for kind in route.kinds if kind != "catch-up")
        return RoutingDecision(send=False, reason=f"this channel watches for {kinds or 'nothing'} only")
    if incident is not None and incident.visibility != "here":
        state = "is no longer public" if incident.visibility == "restricted" else "has left the component"
        return RoutingDecision(send=False, reason=f"the bug {state}")
    return RoutingDecision(send=True)


def plan_deliveries(
    routes: Sequence[Route], events: Sequence[Event], incidents: Mapping[int, Incident], flood_bound: int
) -> Iterator[PlannedDelivery]:
    """Plan the deliveries of new events, in their order.

    A route that takes more than `flood_bound` of them gets a catch-up for every MAX_PER_CATCH_UP instead.
    """
    for route in routes:
        decisions = [(event, decide(route, event, incidents.get(event.bug or 0))) for event in events]
        yield from (PlannedDelivery(route, event, decision) for event, decision in decisions if not decision.send)
        accepted = [event for event, decision in decisions if decision.send]
        if len(accepted) > flood_bound:
            accepted = [
                _catch_up(route, accepted[start : start + MAX_PER_CATCH_UP])
                for start in range(0, len(accepted), MAX_PER_CATCH_UP)
            ]
        yield from (PlannedDelivery(route, event, RoutingDecision(send=True)) for event in accepted)


def _catch_up(route: Route, events: Sequence[Event]) -> Event:
    """Return the event that stands for many in one channel; its key contains the id of an event that was new."""
    last = events[-1]
    return replace(
        last,
        kind="catch-up",
        key=f"catch-up:{route.channel}:{last.id}",
        bug=None,
        message=None,
        list=None,
        bugs=tuple(event.bug for event in events if event.bug is not None),
        messages=tuple(f"{event.list}\n{event.message}" for event in events if event.message is not None),
        id=None,
    )
