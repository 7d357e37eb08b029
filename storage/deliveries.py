"""The outbox: a sender leases a channel, sends its deliveries in order, and marks each.

The lease (at most 60 s) ends inside the time for which Discord remembers a nonce, so a message that was sent just
before a crash is not sent again by whoever takes the channel over.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from storage.database import Database
from storage.events import event_of
from storage.values.incidents import Delivery

LEASE_SECONDS = 60


async def claim_channels(database: Database, holder: str, now: datetime, limit: int) -> list[int]:
    """Lease channels that have something to send or to edit and that nobody else holds, the longest waiting first."""
    channel, delivery = database.tables["channel"], database.tables["delivery"]
    due = sa.exists().where(delivery.c.channel == channel.c.channel, _is_due(delivery))
    free = (
        sa.select(channel.c.channel)
        .where(
            sa.or_(channel.c.lease_until.is_(None), channel.c.lease_until < now),
            sa.or_(channel.c.next_at.is_(None), channel.c.next_at <= now),
            due,
        )
        .order_by(channel.c.next_at.asc().nulls_first(), channel.c.channel)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    async with database.writing() as connection:
        claimed = list((await connection.scalars(free)).all())
        if claimed:
            await connection.execute(
                channel.update()
                .where(channel.c.channel.in_(claimed))
                .values(holder=holder, lease_until=now + timedelta(seconds=LEASE_SECONDS))
            )
    return claimed


async def release_channel(
    database: Database, channel: int, holder: str, *, next_at: datetime | None = None, failures: int = 0
) -> None:
    """Give a channel back, to be taken up again not before `next_at`."""
    table = database.tables["channel"]
    async with database.writing() as connection:
        await connection.execute(
            table.update()
            .where(table.c.channel == channel, table.c.holder == holder)
            .values(lease_until=None, next_at=next_at, failures=failures)
        )


async def channel_failures(database: Database, channel: int) -> int:
    """Give how many sends to a channel failed in a row."""
    table = database.tables["channel"]
    async with database.reading() as connection:
        return (await connection.scalar(sa.select(table.c.failures).where(table.c.channel == channel))) or 0


async def find_due(database: Database, channel: int, limit: int = 25) -> list[Delivery]:
    """Give what a channel is still to get, oldest first: edits of what was sent, then what was not."""
    delivery, event = database.tables["delivery"], database.tables["event"]
    query = (
        sa.select(
            delivery.c.id.label("number"), delivery.c.channel, delivery.c.state, delivery.c.message.label("posted"),
            delivery.c.tried, delivery.c.stale, delivery.c.reason, delivery.c.community, event,
        )
        .join_from(delivery, event, delivery.c.event == event.c.id)
        .where(delivery.c.channel == channel, _is_due(delivery))
        .order_by(delivery.c.id)
        .limit(limit)
    )  # fmt: skip
    async with database.reading() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return [
        Delivery(
            row["number"], row["channel"], event_of(row), row["state"], row["posted"], row["tried"],
            row["stale"], row["reason"], row["community"],
        )
        for row in rows
    ]  # fmt: skip


async def mark_tried(database: Database, delivery: int, now: datetime) -> None:
    """Note, before a send, that it may reach Discord from now on."""
    table = database.tables["delivery"]
    async with database.writing() as connection:
        await connection.execute(table.update().where(table.c.id == delivery).values(tried=now))


async def break_leases(database: Database, is_dead: Callable[[str], bool], now: datetime) -> None:
    """End the leases of holders that are known to be dead, so that nobody waits for them."""
    channel, lease = database.tables["channel"], database.tables["lease"]
    async with database.writing() as connection:
        holders = set((await connection.scalars(sa.select(channel.c.holder).where(channel.c.lease_until > now))).all())
        holders |= set((await connection.scalars(sa.select(lease.c.holder).where(lease.c.expires > now))).all())
        dead = [holder for holder in holders if is_dead(holder)]
        await connection.execute(channel.update().where(channel.c.holder.in_(dead)).values(lease_until=None))
        await connection.execute(lease.update().where(lease.c.holder.in_(dead)).values(expires=now))


async def mark_sent(database: Database, delivery: int, message: int, now: datetime) -> None:
    """Note that a delivery is in its channel, as this message; what changed while it was sent is still to be edited."""
    table = database.tables["delivery"]
    async with database.writing() as connection:
        await connection.execute(
            table.update().where(table.c.id == delivery).values(state="sent", message=message, sent=now, reason="")
        )


async def mark_edited(database: Database, delivery: int, shown: int) -> None:
    """Note that a message shows so many changes more; one that came meanwhile still makes it stale."""
    table = database.tables["delivery"]
    async with database.writing() as connection:
        await connection.execute(table.update().where(table.c.id == delivery).values(stale=table.c.stale - shown))


async def mark_ended(database: Database, delivery: int, state: str, reason: str) -> None:
    """Note that a delivery will not be sent: "skipped" or "failed", and why."""
    table = database.tables["delivery"]
    async with database.writing() as connection:
        await connection.execute(
            table.update().where(table.c.id == delivery).values(state=state, reason=reason, stale=0)
        )


async def forget_edits(database: Database, channel: int) -> None:
    """Give up the edits that a channel is still to get: it is gone, and what stood there with it."""
    table = database.tables["delivery"]
    async with database.writing() as connection:
        await connection.execute(table.update().where(table.c.channel == channel).values(stale=0))


async def note_refusal(database: Database, channel: int, reason: str) -> None:
    """Note on a channel's route why it refuses messages ("" when it takes them again); what waits for it stays."""
    route = database.tables["route"]
    async with database.writing() as connection:
        await connection.execute(route.update().where(route.c.channel == channel).values(disabled=reason))


async def retry_channel(database: Database, channel: int) -> None:
    """Take a channel up again at once: something about it has changed."""
    table = database.tables["channel"]
    async with database.writing() as connection:
        await connection.execute(table.update().where(table.c.channel == channel).values(failures=0, next_at=None))


async def count_deliveries(database: Database) -> dict[str, int]:
    """Count deliveries by state."""
    table = database.tables["delivery"]
    query = sa.select(table.c.state, sa.func.count()).group_by(table.c.state)
    async with database.reading() as connection:
        return {row[0]: row[1] for row in await connection.execute(query)}


def _is_due(delivery: sa.Table) -> sa.ColumnElement[bool]:
    return sa.or_(delivery.c.state == "pending", sa.and_(delivery.c.state == "sent", delivery.c.stale > 0))
