"""What became of an incident's alert, channel by channel."""

from datetime import datetime

import sqlalchemy as sa

from storage.database import Transaction
from storage.values.outbox import DeliveryRecord


async def find_incident_deliveries(
    transaction: Transaction, bug: int, channel: int | None = None
) -> list[DeliveryRecord]:
    """Return the deliveries, alone or within a catch-up, of a bug's alert to a channel (None: to all), oldest first."""
    delivery, event = transaction.tables["delivery"], transaction.tables["event"]
    channel_state = transaction.tables["channel"]
    query = (
        sa.select(
            delivery.c.channel, delivery.c.community, delivery.c.state, delivery.c.reason, delivery.c.message,
            delivery.c.created, delivery.c.sent, channel_state.c.next_at, event.c.kind, event.c.bugs,
        )
        .join_from(delivery, event, delivery.c.event == event.c.id)
        .outerjoin(
            channel_state,
            sa.and_(channel_state.c.channel == delivery.c.channel, channel_state.c.queue == "alerts"),
        )
        .where(sa.or_(sa.and_(event.c.kind == "filed", event.c.bug == bug), event.c.kind == "catch-up"))
        .order_by(delivery.c.id)
    )  # fmt: skip
    if channel is not None:
        query = query.where(delivery.c.channel == channel)
    rows = (await transaction.execute(query)).all()
    return [
        DeliveryRecord(
            row.channel, row.community, row.state, row.reason, row.message, row.created, row.sent, row.next_at,
            is_catch_up=row.kind == "catch-up",
        )
        for row in rows
        if row.kind == "filed" or bug in row.bugs
    ]  # fmt: skip


async def find_announcement(transaction: Transaction, bug: int) -> datetime | None:
    """Return when the event of a bug's filing happened (UTC), None if there is none: it was backlog."""
    event = transaction.tables["event"]
    query = sa.select(event.c.happened).where(event.c.kind == "filed", event.c.bug == bug)
    happened: datetime | None = await transaction.scalar(query)
    return happened
