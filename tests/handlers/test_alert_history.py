"""What `why` says of an incident's alert in a channel, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.formatting.alert_status import describe_alert_status, message_url
from handlers.actor import OPERATOR, Actor
from handlers.alerts.history import find_alert_statuses
from handlers.alerts.outbox import enqueue_events
from storage import deliveries, incidents, routes, sources
from storage.values.incidents import GLOBAL_COMMUNITY, Bug, Incident, Person
from storage.values.outbox import Event, Route
from storage.values.sources import SourceState
from tests.support.database import read, write

NOON = datetime(2024, 5, 19, 12, tzinfo=UTC)
COMMUNITY, CHANNEL = 9, 11
BUG = Bug(7, "Example CA: wrong", "", "NEW", "", True, NOON, NOON, None, Person("a"), Person("b"))
INCIDENT = Incident(BUG, "Example CA", "wrong", (), None, None)
ROUTE = Route(COMMUNITY, CHANNEL, ("filed",), 5, NOON - timedelta(days=1))
MEMBER = Actor(COMMUNITY, CHANNEL, 101, may_manage=False)
FILED = Event("filed", "filed:7", NOON, bug=7)


@pytest.fixture
async def announced(database):
    """A database in which Bugzilla was first read a day before the bug was filed."""
    await write(database, incidents.save_incidents, [INCIDENT])
    await write(database, sources.save_source, SourceState("bugzilla", baseline_at=NOON - timedelta(days=1)))
    return database


async def announce(database, *events, flood_bound=50):
    async with database.transaction() as transaction:
        await enqueue_events(transaction, events, {7: INCIDENT}, flood_bound, NOON)


async def explain(database, actor=MEMBER, incident=INCIDENT):
    statuses = await read(database, find_alert_statuses, incident, actor)
    return [describe_alert_status(status) for status in statuses]


async def test_an_alert_that_was_sent_is_linked(announced):
    await write(announced, routes.save_route, ROUTE)
    await announce(announced, FILED)
    (delivery,) = await read(announced, deliveries.find_due, CHANNEL)
    await write(announced, deliveries.mark_sent, delivery.id, 1234, NOON + timedelta(minutes=1))
    assert await explain(announced) == ["Sent as a message of its own on 19 May 2024, 12:01 UTC."]
    (status,) = await read(announced, find_alert_statuses, INCIDENT, MEMBER)
    assert message_url(status) == "https://discord.com/channels/9/11/1234"


async def test_an_alert_within_a_catch_up_is_linked_too(announced):
    await write(announced, routes.save_route, ROUTE)
    await announce(announced, FILED, Event("filed", "filed:8", NOON, bug=8), flood_bound=1)
    (delivery,) = await read(announced, deliveries.find_due, CHANNEL)
    await write(announced, deliveries.mark_sent, delivery.id, 1234, NOON)
    assert await explain(announced) == ["Sent in a message about several incidents on 19 May 2024, 12:00 UTC."]


async def test_a_waiting_alert_says_since_when_and_what_hinders_it(announced):
    await write(announced, routes.save_route, ROUTE)
    await announce(announced, FILED)
    assert await explain(announced) == ["Waiting since 19 May 2024, 12:00 UTC, and is sent next."]
    await write(announced, deliveries.set_route_error, CHANNEL, "the bot may not write there")
    assert await explain(announced) == ["Waiting since 19 May 2024, 12:00 UTC: the bot may not write there."]


async def test_a_refused_alert_names_the_exact_error(announced):
    await write(announced, routes.save_route, ROUTE)
    await announce(announced, FILED)
    (delivery,) = await read(announced, deliveries.find_due, CHANNEL)
    await write(announced, deliveries.mark_final, delivery.id, "failed", "Discord answered 400")
    assert await explain(announced) == ["Not sent: Discord answered 400."]


async def test_a_channel_that_wants_other_events_says_so_even_after_it_changed_its_mind(announced):
    await write(announced, routes.save_route, replace(ROUTE, kinds=("message",)))
    await announce(announced, FILED)
    await write(announced, routes.save_route, ROUTE)
    assert await explain(announced) == ["Not sent: this channel watches for list messages only."]


async def test_a_channel_that_is_not_watched_or_was_watched_later_says_so(announced):
    await announce(announced, FILED)
    (sentence,) = await explain(announced)
    assert sentence == "Not sent: this channel is not watched; `watch` sends new incidents to it."
    await write(announced, routes.save_route, replace(ROUTE, created=NOON + timedelta(days=1)))
    (sentence,) = await explain(announced)
    assert sentence.startswith(
        "Not sent: this channel has been watched only since 20 May 2024, 12:00 UTC, and it was filed"
    )


async def test_a_bug_of_before_the_first_reading_says_so(announced):
    await write(announced, routes.save_route, ROUTE)
    old = replace(INCIDENT, bug=replace(BUG, created=NOON - timedelta(days=9)))
    assert await explain(announced, incident=old) == [
        "Not sent: it was opened on 10 May 2024, before Rootwatch first read Bugzilla on 18 May 2024."
    ]


async def test_the_operator_sees_all_channels_and_a_member_the_one_in_which_they_ask(announced):
    for community, channel in ((COMMUNITY, CHANNEL), (10, 12)):
        await write(announced, routes.save_route, replace(ROUTE, community=community, channel=channel))
    await announce(announced, FILED)
    assert len(await explain(announced, OPERATOR)) == 2
    assert len(await explain(announced)) == 1
    assert await explain(announced, replace(MEMBER, channel=13)) == [
        "Not sent: this channel is not watched; `watch` sends new incidents to it."
    ]
    assert await explain(announced, replace(MEMBER, community=GLOBAL_COMMUNITY)) == []


async def test_in_a_thread_its_channel_is_meant_unless_the_thread_is_watched(announced):
    await write(announced, routes.save_route, ROUTE)
    in_thread = replace(MEMBER, channel=13, parent_channel=CHANNEL)
    await announce(announced, FILED)
    assert await explain(announced, in_thread) == ["Waiting since 19 May 2024, 12:00 UTC, and is sent next."]
    await write(announced, routes.save_route, replace(ROUTE, channel=13, created=NOON + timedelta(days=1)))
    (sentence,) = await explain(announced, in_thread)
    assert sentence.startswith("Not sent: this channel has been watched only since 20 May 2024, ")
