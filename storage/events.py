"""Events, and the deliveries that an event makes: one for each channel that watches for it, in one transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.values.incidents import EVERYWHERE, Event

MOST_IN_CATCH_UP = 60  # so many links fit into one message


async def record_events(
    database: Database, connection: AsyncConnection, events: Sequence[Event], flood_bound: int, now: datetime
) -> list[int]:
    """Store events, each key once ever, and a delivery of each to every channel that watches for its kind.

    Where more than `flood_bound` come at once, each channel gets one catch-up event for every sixty instead.
    Gives the ids of the events that were new.
    """
    recorded = [event for event in [await _insert(database, connection, one) for one in events] if event is not None]
    route = database.tables["route"]
    routes = (await connection.execute(sa.select(route.c.community, route.c.channel, route.c.kinds))).all()
    for one in routes:
        wanted = [event for event in recorded if event.kind in one.kinds]
        if len(wanted) > flood_bound:
            parts = [wanted[start : start + MOST_IN_CATCH_UP] for start in range(0, len(wanted), MOST_IN_CATCH_UP)]
            wanted = [await _catch_up(database, connection, part, one.channel) for part in parts]
        where = {"community": one.community, "channel": one.channel}
        rows = [{"event": event.id, **where, "state": "pending", "created": now} for event in wanted]
        await _insert_deliveries(database, connection, rows)
    return [event.id for event in recorded if event.id is not None]


async def mark_stale(
    database: Database,
    connection: AsyncConnection,
    *,
    bug: int | None = None,
    message: tuple[str, str] | None = None,
    community: int = EVERYWHERE,
) -> None:
    """Ask for the messages about an incident, or about a list message, to be edited: what they say has changed.

    With a community, only those in its channels.
    """
    event, delivery = database.tables["event"], database.tables["delivery"]
    if bug is not None:
        # a list of numbers as text: the number may be part of a longer one
        listing = sa.cast(event.c.bugs, sa.Text).contains(str(bug))
        listed = await connection.execute(sa.select(event.c.id, event.c.bugs).where(listing))
        naming = [row.id for row in listed if bug in row.bugs]
        about = sa.or_(event.c.bug == bug, event.c.id.in_(naming))
    else:
        assert message is not None  # noqa: S101 - one of the two is always given
        about = sa.and_(event.c.list == message[0], event.c.message == message[1])
    # what is on its way may be there already, or is being rendered from what was known a moment ago
    on_its_way = sa.and_(delivery.c.state == "pending", delivery.c.tried.is_not(None))
    in_channel = sa.or_(delivery.c.state == "sent", on_its_way)
    if community != EVERYWHERE:
        in_channel = sa.and_(in_channel, delivery.c.community == community)
    await connection.execute(
        delivery.update()
        .where(in_channel, delivery.c.event.in_(sa.select(event.c.id).where(about)))
        .values(stale=delivery.c.stale + 1)
    )


async def note_named(database: Database, event: Event, bugs: Sequence[int]) -> None:
    """Note that what is said of an event names other bugs as well: where one of them changes, it is edited too."""
    table = database.tables["event"]
    query = sa.select(table.c.bugs).where(table.c.id == event.id)
    async with database.reading() as connection:
        noted = await connection.scalar(query) or []
    if set(bugs) <= set(noted):
        return
    async with database.writing() as connection:
        noted = await connection.scalar(query.with_for_update()) or []
        both = list(dict.fromkeys([*noted, *bugs]))
        await connection.execute(table.update().where(table.c.id == event.id).values(bugs=both))


async def mark_all_stale(
    database: Database, connection: AsyncConnection, bugs: Collection[int], community: int
) -> None:
    """Ask for the messages about many incidents to be edited, those in a community's channels."""
    if not bugs:
        return
    event = database.tables["event"]
    query = sa.select(event.c.bug, event.c.bugs).where(sa.or_(event.c.bug.is_not(None), event.c.kind == "catch-up"))
    announced = {bug for row in await connection.execute(query) for bug in (row.bug, *row.bugs)}
    for bug in sorted(announced.intersection(bugs)):
        await mark_stale(database, connection, bug=bug, community=community)


async def find_events_after(database: Database, last: int, limit: int = 100) -> list[Event]:
    """Give the events recorded after this one, oldest first, catch-ups left out."""
    table = database.tables["event"]
    query = sa.select(table).where(table.c.id > last, table.c.kind != "catch-up").order_by(table.c.id).limit(limit)
    async with database.reading() as connection:
        return [event_of(row) for row in (await connection.execute(query)).mappings()]


async def find_event(database: Database, number: int) -> Event | None:
    """Give an event by its number."""
    table = database.tables["event"]
    async with database.reading() as connection:
        row = (await connection.execute(sa.select(table).where(table.c.id == number))).mappings().first()
    return event_of(row) if row else None


async def newest_event(database: Database) -> int:
    """Give the id of the newest event, 0 if there is none."""
    table = database.tables["event"]
    async with database.reading() as connection:
        return (await connection.scalar(sa.select(sa.func.max(table.c.id)))) or 0


def event_of(row: Any) -> Event:
    """Read an event from a row of its table."""
    return Event(
        row["kind"], row["key"], row["happened"], row["bug"], row["message"], row["list"], tuple(row["bugs"]),
        tuple(row["messages"]), row["id"],
    )  # fmt: skip


async def _insert(database: Database, connection: AsyncConnection, event: Event) -> Event | None:
    table = database.tables["event"]
    insert = (sqlite.insert if database.is_sqlite else postgresql.insert)(table)
    row = {
        "kind": event.kind, "key": event.key, "happened": event.happened, "bug": event.bug, "message": event.message,
        "list": event.list, "bugs": list(event.bugs), "messages": list(event.messages),
    }  # fmt: skip
    statement = insert.values(**row).on_conflict_do_nothing(index_elements=["key"]).returning(table.c.id)
    number = await connection.scalar(statement)
    if number is None:
        return None
    return Event(
        event.kind, event.key, event.happened, event.bug, event.message, event.list, event.bugs, event.messages, number
    )


async def _catch_up(database: Database, connection: AsyncConnection, events: list[Event], channel: int) -> Event:
    last = events[-1]
    one = Event(
        "catch-up",
        f"catch-up:{channel}:{last.id}",
        last.happened,
        bugs=tuple(event.bug for event in events if event.bug is not None),
        messages=tuple(f"{event.list}\n{event.message}" for event in events if event.message is not None),
    )
    stored = await _insert(database, connection, one)
    assert stored is not None  # noqa: S101 - its key holds the id of an event that was new just now
    return stored


async def _insert_deliveries(database: Database, connection: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    table, channel = database.tables["delivery"], database.tables["channel"]
    insert = sqlite.insert if database.is_sqlite else postgresql.insert
    await connection.execute(insert(table).on_conflict_do_nothing(index_elements=["event", "channel"]), rows)
    await connection.execute(insert(channel).values(channel=rows[0]["channel"]).on_conflict_do_nothing())
