"""An alert that one process sends while another stores a change shows the change, or is edited."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from handlers.sections.list_requests import mark_list_alerts_stale
from storage import deliveries, events, incidents
from storage.database import Database, DatabaseUnavailable, Transaction
from storage.values.incidents import Bug, Incident, Person
from storage.values.outbox import Event, NewDelivery
from tests.support.database import read, write

NOON = datetime(2024, 5, 19, 12, tzinfo=UTC)
CHANNEL = 1
CORRECTED = "Example CA: wrong locality"
SECONDS_BEFORE_COMMIT = 0.3

Preparation = Callable[[Transaction, int], Awaitable[None]]


def build_incident(number: int, title: str = "Example CA: wrong jurisdiction") -> Incident:
    people = Person("filer"), Person("ca")
    bug = Bug(number, title, "[ca-compliance]", "ASSIGNED", "", True, NOON, NOON, None, *people)
    return Incident(bug, "Example CA", title, (), None, None)


async def mark_attempted(transaction: Transaction, _event: int) -> None:
    delivery = (await deliveries.find_due(transaction, CHANNEL))[0]
    await deliveries.mark_attempted(transaction, delivery.id, NOON)


async def name_bug_8(transaction: Transaction, event: int) -> None:
    await events.add_referenced_bugs(transaction, event, [8])


@pytest.mark.parametrize(("changed", "prepare"), [(7, mark_attempted), (8, name_bug_8)])
async def test_what_an_alert_is_rendered_from_includes_every_change_that_did_not_mark_it(
    database: Database, database_url: str, changed: int, prepare: Preparation
) -> None:
    async with database.transaction() as transaction:
        await incidents.save_incidents(transaction, [build_incident(7), build_incident(8)])
        event = (await events.insert_events(transaction, [Event("filed", "filed:7", NOON, bug=7)]))[0]
        assert event.id is not None
        await events.insert_deliveries(transaction, [NewDelivery(event.id, 1, CHANNEL)], NOON)
        if changed == 8:
            await mark_attempted(transaction, event.id)

    other_process = Database(database_url)
    await other_process.open()
    try:
        async with database.transaction() as transaction:
            await events.mark_incidents_stale(transaction, [changed])
            sending = asyncio.create_task(write(other_process, prepare, event.id))
            await asyncio.sleep(SECONDS_BEFORE_COMMIT)
            assert not sending.done()
            await incidents.save_incidents(transaction, [build_incident(changed, CORRECTED)])
        await sending
        shown = (await read(other_process, incidents.find_by_bugs, [changed]))[changed]
        assert shown.bug.summary == CORRECTED

        await write(database, events.mark_incidents_stale, [changed])
        delivery = (await read(database, deliveries.find_due, CHANNEL))[0]
        assert delivery.stale == 1
    finally:
        await other_process.close()


async def test_a_list_message_that_is_announced_while_its_bug_is_stored_is_rendered_afterwards(
    database: Database, database_url: str
) -> None:
    async with database.transaction() as transaction:
        event = (await events.insert_events(transaction, [Event("filed", "filed:7", NOON, bug=7)]))[0]
        assert event.id is not None
        await events.insert_deliveries(transaction, [NewDelivery(event.id, 1, CHANNEL)], NOON)
    other_process = Database(database_url)
    await other_process.open()
    try:
        async with database.transaction() as transaction:
            await mark_list_alerts_stale(transaction, [9])
            sending = asyncio.create_task(write(other_process, mark_attempted, event.id))
            await asyncio.sleep(SECONDS_BEFORE_COMMIT)
            assert not sending.done()
        await sending
    finally:
        await other_process.close()


async def test_whoever_waits_too_long_for_another_process_gives_up_and_writes_again(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.is_sqlite:
        return  # `busy_timeout` ends the wait there
    monkeypatch.setattr("storage.engines.LONG_WAIT", "SET lock_timeout = '100ms'")
    waiting = Database(database_url)
    await waiting.open()
    try:
        async with database.transaction() as transaction:
            await events.begin_change(transaction)
            with pytest.raises(DatabaseUnavailable):
                await write(waiting, name_bug_8, 1)
            await write(waiting, incidents.save_incidents, [build_incident(7)])
    finally:
        await waiting.close()
