"""Events within incidents, each recorded once, and which lives are still to be looked through for them.

Whatever stores a part of a life marks the bug in the same transaction, so a crash in between loses no event.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage.database import BATCH_SIZE, Transaction
from storage.values.life_events import EventProgress, LifeEvent

RECORDED_SINCE = "life events since"  # a setting of databases that are older than this table: a server's time, ISO


async def mark_life_changed(transaction: Transaction, bugs: Collection[int]) -> None:
    """Have the lives of these bugs looked through for new events."""
    table = transaction.tables["life_event_progress"]
    insert = (sqlite.insert if transaction.is_sqlite else postgresql.insert)(table)
    statement = insert.values(requested=1).on_conflict_do_update(
        index_elements=["bug"], set_={"requested": table.c.requested + 1}
    )
    numbers = sorted(bugs)
    for start in range(0, len(numbers), BATCH_SIZE):
        await transaction.execute(statement, [{"bug": bug} for bug in numbers[start : start + BATCH_SIZE]])


async def find_changed_lives(transaction: Transaction) -> list[EventProgress]:
    """Return the visible bugs whose lives have changed since events were last recorded, newest first.

    Those whose comments or history are not stored completely wait until they are.
    """
    incident, progress = transaction.tables["incident"], transaction.tables["life_event_progress"]
    is_pending = sa.or_(progress.c.bug.is_(None), progress.c.requested > progress.c.completed)
    return await _find_progress(transaction, is_pending, incident.c.bug.desc())


async def find_open_lives(transaction: Transaction, before: datetime) -> list[EventProgress]:
    """Return the open visible bugs whose events are recorded, but only until some time before a moment."""
    incident, progress = transaction.tables["incident"], transaction.tables["life_event_progress"]
    is_behind = sa.and_(
        incident.c.is_open, progress.c.requested == progress.c.completed, progress.c.recorded_until < before
    )
    return await _find_progress(transaction, is_behind, incident.c.bug.desc())


async def insert_life_events(
    transaction: Transaction, events: Sequence[LifeEvent], now: datetime
) -> tuple[LifeEvent, ...]:
    """Store the events that are not stored yet, and return them; a time in the future counts as now."""
    table = transaction.tables["life_event"]
    insert = (sqlite.insert if transaction.is_sqlite else postgresql.insert)(table)
    statement = insert.on_conflict_do_nothing(index_elements=["bug", "kind", "reference"]).returning(table.c.id)
    recorded: list[LifeEvent] = []
    for event in events:
        new = replace(event, happened=min(event.happened, now), recorded_at=now)
        if await transaction.scalar(statement, asdict(new)) is not None:
            recorded.append(new)
    return tuple(recorded)


async def save_progress(transaction: Transaction, requested: Mapping[int, int], recorded_until: datetime) -> None:
    """Record that these bugs were looked through as they were stored when they had been marked so many times.

    A bug that was marked again meanwhile stays marked; its time moves only forward.
    """
    table = transaction.tables["life_event_progress"]
    insert = (sqlite.insert if transaction.is_sqlite else postgresql.insert)(table)
    is_earlier = sa.or_(table.c.recorded_until.is_(None), table.c.recorded_until < insert.excluded.recorded_until)
    is_more = insert.excluded.completed > table.c.completed
    statement = insert.on_conflict_do_update(
        index_elements=["bug"],
        set_={
            "completed": sa.case((is_more, insert.excluded.completed), else_=table.c.completed),
            "recorded_until": sa.case((is_earlier, insert.excluded.recorded_until), else_=table.c.recorded_until),
        },
    )
    rows = [
        {"bug": bug, "requested": count, "completed": count, "recorded_until": recorded_until}
        for bug, count in requested.items()
    ]
    for start in range(0, len(rows), BATCH_SIZE):
        await transaction.execute(statement, rows[start : start + BATCH_SIZE])


async def find_life_events(transaction: Transaction, bug: int | None = None) -> list[LifeEvent]:
    """Return the recorded events of a bug, or of all, in the order in which they were recorded."""
    table = transaction.tables["life_event"]
    query = sa.select(table).order_by(table.c.id)
    if bug is not None:
        query = query.where(table.c.bug == bug)
    return [
        LifeEvent(
            row.bug, row.kind, row.reference, row.happened, row.detail, row.ambiguous, row.recorded_at
        )
        for row in await transaction.execute(query)
    ]  # fmt: skip


async def _find_progress(
    transaction: Transaction, condition: sa.ColumnElement[bool], order: sa.ColumnElement[int]
) -> list[EventProgress]:
    incident, progress = transaction.tables["incident"], transaction.tables["life_event_progress"]
    event = transaction.tables["event"]
    is_complete = sa.and_(
        incident.c.visibility == "here",
        incident.c.history_as_of >= incident.c.changed,
        incident.c.comments_as_of >= incident.c.changed,
    )
    filed = sa.and_(event.c.bug == incident.c.bug, event.c.kind == "filed")
    query = (
        sa.select(
            incident.c.bug,
            sa.func.coalesce(progress.c.requested, 0).label("requested"),
            progress.c.recorded_until,
            incident.c.changed,
            event.c.happened,
        )
        .select_from(incident.outerjoin(progress, progress.c.bug == incident.c.bug).outerjoin(event, filed))
        .where(is_complete, condition)
        .order_by(order)
    )
    rows = await transaction.execute(query)
    return [EventProgress(row.bug, row.requested, row.recorded_until, row.changed, row.happened) for row in rows]
