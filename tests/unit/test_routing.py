"""Which events go to which channels, and why not."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from handlers.alerts.routing import MAX_PER_CATCH_UP, decide, plan_deliveries
from storage.values.incidents import Bug, Incident, Person
from storage.values.outbox import Event, Route

NOON = datetime(2024, 5, 19, 12, tzinfo=UTC)
ROUTE = Route(1, 11, ("filed", "message"), 5, NOON)
FILED = Event("filed", "filed:7", NOON, bug=7, id=1)
BUG = Bug(7, "Example CA: wrong", "", "NEW", "", True, NOON, NOON, None, Person("a"), Person("b"))
INCIDENT = Incident(BUG, "Example CA", "wrong", (), None, None)


def test_a_channel_gets_what_it_wants_and_is_told_why_it_gets_no_more() -> None:
    assert decide(ROUTE, FILED, INCIDENT).send
    decision = decide(replace(ROUTE, kinds=("message",)), FILED, INCIDENT)
    assert (decision.send, decision.reason) == (False, "this channel watches for list messages only")


def test_a_bug_that_was_withdrawn_before_its_alert_is_not_sent() -> None:
    decision = decide(ROUTE, FILED, replace(INCIDENT, visibility="restricted"))
    assert (decision.send, decision.reason) == (False, "the bug is no longer public")
    assert decide(ROUTE, FILED, replace(INCIDENT, visibility="moved")).reason == "the bug has left the component"


@given(st.integers(0, 200), st.integers(0, 130), st.lists(st.sampled_from(["filed", "message"]), max_size=2))
def test_every_event_reaches_every_channel_that_wants_it_exactly_once(count, flood_bound, kinds):
    routes = [ROUTE, replace(ROUTE, channel=12, kinds=tuple(kinds))]
    events = [replace(FILED, key=f"filed:{number}", bug=number, id=number) for number in range(1, count + 1)]
    plan = list(plan_deliveries(routes, events, {}, flood_bound))
    for route in routes:
        planned = [delivery for delivery in plan if delivery.route == route]
        sent = [delivery.event for delivery in planned if delivery.decision.send]
        bugs = [bug for event in sent for bug in ((event.bug,) if event.bug else event.bugs)]
        declined = [delivery.event.bug for delivery in planned if not delivery.decision.send]
        assert bugs + declined == list(range(1, count + 1))
        assert bool(declined) == (bool(count) and "filed" not in route.kinds)
        if bugs and count > flood_bound:
            assert all(event.kind == "catch-up" and len(event.bugs) <= MAX_PER_CATCH_UP for event in sent)
        assert len({event.key for event in sent}) == len(sent)


def test_a_catch_up_lists_messages_by_list_and_key() -> None:
    messages = [
        Event("message", f"message:{number}", NOON, message=f"key {number}", list="ccadb", id=number)
        for number in (1, 2)
    ]
    (planned,) = plan_deliveries([ROUTE], messages, {}, 1)
    assert planned.event.messages == ("ccadb\nkey 1", "ccadb\nkey 2")
    assert (planned.event.kind, planned.event.id, planned.event.list) == ("catch-up", None, None)
