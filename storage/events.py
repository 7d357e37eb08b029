"""Events, their deliveries to channels, and which posted messages may show something that has changed."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage.database import BATCH_SIZE, Transaction
from storage.values.incidents import GLOBAL_COMMUNITY
from storage.values.outbox import Event, NewDelivery

# A change marks the alerts that may show what it changes, and is committed later: without this lock, another process
# could begin to send an alert in between, which would show what was there before and would never be edited. Changes
# share the lock; whoever is about to render an alert waits for them, and renders what they have stored.
_ALERTS_LOCK = 7_046_912


async def insert_events(transaction: Transaction, events: Sequence[Event]) -> list[Event]:
    """Store events, each key only once, and return those that were new, with their ids."""
    inserted = [await _insert(transaction, event) for event in events]
    return [event for event in inserted if event is not None]


async def insert_deliveries(transaction: Transaction, deliveries: Sequence[NewDelivery], now: datetime) -> None:
    """Store the deliveries of stored events to channels; an event goes to a channel only once."""
    if not deliveries:
        return
    table, channel = transaction.tables["delivery"], transaction.tables["channel"]
    insert = sqlite.insert if transaction.is_sqlite else postgresql.insert
    rows = [
        {
            "event": delivery.event,
            "community": delivery.community,
            "channel": delivery.channel,
            "state": delivery.state,
            "reason": delivery.reason,
            "created": now,
        }
        for delivery in deliveries
    ]
    await transaction.execute(insert(table).on_conflict_do_nothing(index_elements=["event", "channel"]), rows)
    channels = [{"channel": number} for number in sorted({delivery.channel for delivery in deliveries})]
    await transaction.execute(insert(channel).on_conflict_do_nothing(), channels)


async def begin_change(transaction: Transaction) -> None:
    """Have whoever is about to render an alert wait until this transaction has ended."""
    await transaction.lock(_ALERTS_LOCK, shared=True)


async def wait_for_changes(transaction: Transaction) -> None:
    """Wait until the changes that have begun are stored, before an alert is rendered from what is stored."""
    await transaction.lock(_ALERTS_LOCK)


async def mark_incidents_stale(
    transaction: Transaction, bugs: Collection[int], community: int = GLOBAL_COMMUNITY
) -> None:
    """Have the posted messages that show any of these incidents compared with what they would show now.

    With a community, only those in its channels.
    """
    changed = set(bugs)
    if not changed:
        return
    await begin_change(transaction)
    event = transaction.tables["event"]
    query = sa.select(event.c.id, event.c.bug, event.c.bugs).where(
        sa.or_(event.c.bug.is_not(None), event.c.kind == "catch-up")
    )
    rows = await transaction.execute(query)
    about = [row.id for row in rows if row.bug in changed or not changed.isdisjoint(row.bugs)]
    for start in range(0, len(about), BATCH_SIZE):
        await _mark_stale(transaction, event.c.id.in_(about[start : start + BATCH_SIZE]), community)


async def mark_list_message_stale(transaction: Transaction, message: tuple[str, str]) -> None:
    """Have the posted messages about a list message, by list and key, compared with what they would show now."""
    await begin_change(transaction)
    event = transaction.tables["event"]
    about = sa.and_(event.c.list == message[0], event.c.message == message[1])
    await _mark_stale(transaction, about, GLOBAL_COMMUNITY)


async def _mark_stale(transaction: Transaction, about: sa.ColumnElement[bool], community: int) -> None:
    event, delivery = transaction.tables["event"], transaction.tables["delivery"]
    # a message being sent may have arrived already, or may be rendered from what was stored before this change
    being_sent = sa.and_(delivery.c.state == "pending", delivery.c.attempted_at.is_not(None))
    posted = sa.or_(delivery.c.state == "sent", being_sent)
    if community != GLOBAL_COMMUNITY:
        posted = sa.and_(posted, delivery.c.community == community)
    await transaction.execute(
        delivery.update()
        .where(posted, delivery.c.event.in_(sa.select(event.c.id).where(about)))
        .values(stale=delivery.c.stale + 1)
    )


async def find_referenced_bugs(transaction: Transaction, event_id: int) -> list[int]:
    """Return the other bugs that the alert of an event names."""
    table = transaction.tables["event"]
    return list(await transaction.scalar(sa.select(table.c.bugs).where(table.c.id == event_id)) or [])


async def add_referenced_bugs(transaction: Transaction, event_id: int, bugs: Sequence[int]) -> None:
    """Add bugs that the alert of an event names, so that it is edited when one of them changes."""
    await wait_for_changes(transaction)
    table = transaction.tables["event"]
    query = sa.select(table.c.bugs).where(table.c.id == event_id)
    stored_bugs = await transaction.scalar(query.with_for_update()) or []
    all_bugs = list(dict.fromkeys([*stored_bugs, *bugs]))
    await transaction.execute(table.update().where(table.c.id == event_id).values(bugs=all_bugs))


async def find_events_after(transaction: Transaction, last: int, limit: int = 100) -> list[Event]:
    """Return the events recorded after this id, oldest first, without catch-ups."""
    table = transaction.tables["event"]
    query = sa.select(table).where(table.c.id > last, table.c.kind != "catch-up").order_by(table.c.id).limit(limit)
    return [event_from_row(row) for row in (await transaction.execute(query)).mappings()]


async def find_event(transaction: Transaction, event_id: int) -> Event | None:
    """Return an event by its id, None if there is none."""
    table = transaction.tables["event"]
    row = (await transaction.execute(sa.select(table).where(table.c.id == event_id))).mappings().first()
    return event_from_row(row) if row else None


async def newest_event_id(transaction: Transaction) -> int:
    """Return the id of the newest event, 0 if there is none."""
    table = transaction.tables["event"]
    return (await transaction.scalar(sa.select(sa.func.max(table.c.id)))) or 0


def event_from_row(row: Any) -> Event:
    """Return the event of a row of its table."""
    return Event(
        row["kind"], row["key"], row["happened"], row["bug"], row["message"], row["list"], tuple(row["bugs"]),
        tuple(row["messages"]), row["id"],
    )  # fmt: skip


async def _insert(transaction: Transaction, event: Event) -> Event | None:
    table = transaction.tables["event"]
    insert = (sqlite.insert if transaction.is_sqlite else postgresql.insert)(table)
    row = {
        "kind": event.kind, "key": event.key, "happened": event.happened, "bug": event.bug, "message": event.message,
        "list": event.list, "bugs": list(event.bugs), "messages": list(event.messages),
    }  # fmt: skip
    statement = insert.values(**row).on_conflict_do_nothing(index_elements=["key"]).returning(table.c.id)
    event_id = await transaction.scalar(statement)
    return None if event_id is None else replace(event, id=event_id)
