"""The outbox: a sender leases a channel, sends its deliveries in order, and marks each.

The lease (at most 60 s) is shorter than the time for which Discord remembers a nonce, so a message that was sent just
before a crash is not sent again by the process that leases the channel next.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from storage.database import Transaction
from storage.events import event_from_row
from storage.values.outbox import Delivery

LEASE_SECONDS = 60


async def claim_channels(transaction: Transaction, holder: str, now: datetime, limit: int) -> list[int]:
    """Lease free channels that have a message to send or to edit, the longest waiting first, and return their ids."""
    channel, delivery = transaction.tables["channel"], transaction.tables["delivery"]
    has_due = sa.exists().where(delivery.c.channel == channel.c.channel, _is_due(delivery))
    free = (
        sa.select(channel.c.channel)
        .where(
            sa.or_(channel.c.lease_until.is_(None), channel.c.lease_until < now),
            sa.or_(channel.c.next_at.is_(None), channel.c.next_at <= now),
            has_due,
        )
        .order_by(channel.c.next_at.asc().nulls_first(), channel.c.channel)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = list((await transaction.scalars(free)).all())
    if claimed:
        await transaction.execute(
            channel.update()
            .where(channel.c.channel.in_(claimed))
            .values(holder=holder, lease_until=now + timedelta(seconds=LEASE_SECONDS))
        )
    return claimed


async def release_channel(
    transaction: Transaction, channel: int, holder: str, *, next_at: datetime | None = None, failures: int = 0
) -> None:
    """Release a channel, to be leased again at `next_at` at the earliest."""
    table = transaction.tables["channel"]
    await transaction.execute(
        table.update()
        .where(table.c.channel == channel, table.c.holder == holder)
        .values(lease_until=None, next_at=next_at, failures=failures)
    )


async def failure_count(transaction: Transaction, channel: int) -> int:
    """Return how many sends to a channel failed in a row."""
    table = transaction.tables["channel"]
    return (await transaction.scalar(sa.select(table.c.failures).where(table.c.channel == channel))) or 0


async def find_due(transaction: Transaction, channel: int, limit: int = 25) -> list[Delivery]:
    """Return a channel's deliveries that are to be sent or edited, oldest first."""
    delivery, event = transaction.tables["delivery"], transaction.tables["event"]
    query = (
        sa.select(
            delivery.c.id.label("delivery_id"), delivery.c.channel, delivery.c.state,
            delivery.c.message.label("sent_message"), delivery.c.attempted_at, delivery.c.stale, delivery.c.reason,
            delivery.c.community, delivery.c.shown, event,
        )
        .join_from(delivery, event, delivery.c.event == event.c.id)
        .where(delivery.c.channel == channel, _is_due(delivery))
        .order_by(delivery.c.id)
        .limit(limit)
    )  # fmt: skip
    rows = (await transaction.execute(query)).mappings().all()
    return [
        Delivery(
            row["delivery_id"], row["channel"], event_from_row(row), row["state"], row["sent_message"],
            row["attempted_at"], row["stale"], row["reason"], row["community"], row["shown"],
        )
        for row in rows
    ]  # fmt: skip


async def mark_attempted(transaction: Transaction, delivery: int, now: datetime) -> None:
    """Record, before a send, that it may reach Discord from now on."""
    table = transaction.tables["delivery"]
    await transaction.execute(table.update().where(table.c.id == delivery).values(attempted_at=now))


async def expire_dead_leases(transaction: Transaction, is_dead: Callable[[str], bool], now: datetime) -> None:
    """Expire the leases of holders that are known to be dead, so that no process waits for them."""
    channel, lease = transaction.tables["channel"], transaction.tables["lease"]
    holders = set((await transaction.scalars(sa.select(channel.c.holder).where(channel.c.lease_until > now))).all())
    holders |= set((await transaction.scalars(sa.select(lease.c.holder).where(lease.c.expires > now))).all())
    dead = [holder for holder in holders if is_dead(holder)]
    await transaction.execute(channel.update().where(channel.c.holder.in_(dead)).values(lease_until=None))
    await transaction.execute(lease.update().where(lease.c.holder.in_(dead)).values(expires=now))


async def mark_sent(transaction: Transaction, delivery: int, message: int, now: datetime, shown: str = "") -> None:
    """Record that a delivery was sent as this message; changes that arrived meanwhile keep it stale.

    `shown` is the hash of what the message shows, "" if that is not known for sure.
    """
    table = transaction.tables["delivery"]
    await transaction.execute(
        table.update()
        .where(table.c.id == delivery)
        .values(state="sent", message=message, sent=now, reason="", shown=shown)
    )


async def mark_edited(transaction: Transaction, delivery: int, changes: int, shown: str = "") -> None:
    """Subtract the changes that a message now shows; changes that arrived meanwhile keep it stale.

    `shown` is the hash of what the message shows, "" if that is not known for sure.
    """
    table = transaction.tables["delivery"]
    values = {"stale": table.c.stale - changes, "shown": shown}
    await transaction.execute(table.update().where(table.c.id == delivery).values(values))


async def mark_final(transaction: Transaction, delivery: int, state: str, reason: str) -> None:
    """Record that a delivery will not be sent: "skipped" or "failed", and why."""
    table = transaction.tables["delivery"]
    await transaction.execute(table.update().where(table.c.id == delivery).values(state=state, reason=reason, stale=0))


async def discard_edits(transaction: Transaction, channel: int) -> None:
    """Discard the pending edits of a channel that no longer exists."""
    table = transaction.tables["delivery"]
    await transaction.execute(table.update().where(table.c.channel == channel).values(stale=0))


async def set_route_error(transaction: Transaction, channel: int, reason: str) -> None:
    """Record on a channel's route why it refuses messages ("" if it accepts them); its deliveries stay pending."""
    route = transaction.tables["route"]
    await transaction.execute(route.update().where(route.c.channel == channel).values(error=reason))


async def retry_channel(transaction: Transaction, channel: int) -> None:
    """Retry a channel at once, since something about it has changed."""
    table = transaction.tables["channel"]
    await transaction.execute(table.update().where(table.c.channel == channel).values(failures=0, next_at=None))


async def count_deliveries(transaction: Transaction) -> dict[str, int]:
    """Return the number of deliveries by state."""
    table = transaction.tables["delivery"]
    query = sa.select(table.c.state, sa.func.count()).group_by(table.c.state)
    return {row[0]: row[1] for row in await transaction.execute(query)}


def _is_due(delivery: sa.Table) -> sa.ColumnElement[bool]:
    return sa.or_(delivery.c.state == "pending", sa.and_(delivery.c.state == "sent", delivery.c.stale > 0))
