"""Events and their deliveries: one for each channel that watches for the event, in the same transaction."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage.database import Transaction
from storage.values.incidents import GLOBAL_COMMUNITY
from storage.values.outbox import Event

MAX_PER_CATCH_UP = 60  # links that fit into one message


async def record_events(
    transaction: Transaction, events: Sequence[Event], flood_bound: int, now: datetime
) -> list[int]:
    """Store events, each key only once, and a delivery of each to every channel that watches for its kind.

    If there are more than `flood_bound` for a channel, it gets one catch-up event for every sixty instead.
    Returns the ids of the events that were new.
    """
    inserted = [await _insert(transaction, event) for event in events]
    recorded = [event for event in inserted if event is not None]
    route = transaction.tables["route"]
    routes = (await transaction.execute(sa.select(route.c.community, route.c.channel, route.c.kinds))).all()
    for watcher in routes:
        watched = [event for event in recorded if event.kind in watcher.kinds]
        if len(watched) > flood_bound:
            batches = [watched[start : start + MAX_PER_CATCH_UP] for start in range(0, len(watched), MAX_PER_CATCH_UP)]
            watched = [await _insert_catch_up(transaction, batch, watcher.channel) for batch in batches]
        target = {"community": watcher.community, "channel": watcher.channel}
        rows = [{"event": event.id, **target, "state": "pending", "created": now} for event in watched]
        await _insert_deliveries(transaction, rows)
    return [event.id for event in recorded if event.id is not None]


async def mark_stale(
    transaction: Transaction,
    *,
    bug: int | None = None,
    message: tuple[str, str] | None = None,
    community: int = GLOBAL_COMMUNITY,
) -> None:
    """Mark the messages about an incident, or about a list message, to be edited, since their content has changed.

    With a community, only those in its channels.
    """
    event, delivery = transaction.tables["event"], transaction.tables["delivery"]
    if bug is not None:
        # the column is JSON searched as text, so the number may match as part of a longer one
        contains_number = sa.cast(event.c.bugs, sa.Text).contains(str(bug))
        candidates = await transaction.execute(sa.select(event.c.id, event.c.bugs).where(contains_number))
        referencing = [row.id for row in candidates if bug in row.bugs]
        about = sa.or_(event.c.bug == bug, event.c.id.in_(referencing))
    else:
        assert message is not None  # noqa: S101 - one of the two is always given
        about = sa.and_(event.c.list == message[0], event.c.message == message[1])
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
    table = transaction.tables["event"]
    query = sa.select(table.c.bugs).where(table.c.id == event_id)
    stored_bugs = await transaction.scalar(query.with_for_update()) or []
    all_bugs = list(dict.fromkeys([*stored_bugs, *bugs]))
    await transaction.execute(table.update().where(table.c.id == event_id).values(bugs=all_bugs))


async def mark_messages_stale(transaction: Transaction, bugs: Collection[int], community: int) -> None:
    """Mark the messages about many incidents in a community's channels to be edited."""
    if not bugs:
        return
    event = transaction.tables["event"]
    query = sa.select(event.c.bug, event.c.bugs).where(sa.or_(event.c.bug.is_not(None), event.c.kind == "catch-up"))
    announced = {bug for row in await transaction.execute(query) for bug in (row.bug, *row.bugs)}
    for bug in sorted(announced.intersection(bugs)):
        await mark_stale(transaction, bug=bug, community=community)


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


async def _insert_catch_up(transaction: Transaction, events: list[Event], channel: int) -> Event:
    last = events[-1]
    catch_up = Event(
        "catch-up",
        f"catch-up:{channel}:{last.id}",
        last.happened,
        bugs=tuple(event.bug for event in events if event.bug is not None),
        messages=tuple(f"{event.list}\n{event.message}" for event in events if event.message is not None),
    )
    stored = await _insert(transaction, catch_up)
    assert stored is not None  # noqa: S101 - its key contains the id of an event that was new just now
    return stored


async def _insert_deliveries(transaction: Transaction, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    table, channel = transaction.tables["delivery"], transaction.tables["channel"]
    insert = sqlite.insert if transaction.is_sqlite else postgresql.insert
    await transaction.execute(insert(table).on_conflict_do_nothing(index_elements=["event", "channel"]), rows)
    await transaction.execute(insert(channel).values(channel=rows[0]["channel"]).on_conflict_do_nothing())
