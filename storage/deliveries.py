"""The outbox: a sender leases one of a channel's queues, sends its deliveries in order, and marks each.

A channel has two queues, each with its own lease and pauses: "alerts" holds what is to be sent, "edits" what is to be
edited, alerts and answers alike. The lease (at most 60 s) is shorter than the time for which Discord remembers a
nonce, so a message that was sent just before a crash is not sent again by the process that leases the channel next.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage.database import Transaction
from storage.events import event_from_row, wait_for_changes
from storage.posted_answers import is_answer_due, must_be_edited, retry_answers
from storage.schema import STALE
from storage.values.outbox import MAX_PAUSE, Delivery, Queue, WaitingKind, WaitingMessages

LEASE_SECONDS = 60


async def claim_channels(
    transaction: Transaction,
    holder: str,
    now: datetime,
    limit: int,
    queue: Queue = "alerts",
    busy: Collection[int] = (),
) -> list[int]:
    """Lease free channels whose queue has something due, and return their ids.

    `busy` are the channels that the holder is working on; any other lease of its own was left over by a failure.
    A time that lies further ahead than any lease or pause was stored while the clock was wrong, and counts as past.
    """
    channel, delivery = transaction.tables["channel"], transaction.tables["delivery"]
    lease_end = now + timedelta(seconds=LEASE_SECONDS)
    is_leased = sa.and_(channel.c.lease_until > now, channel.c.lease_until <= lease_end, channel.c.holder != holder)
    is_paused = sa.and_(channel.c.next_at > now, channel.c.next_at <= now + MAX_PAUSE)
    unavailable = sa.select(channel.c.channel).where(channel.c.queue == queue, sa.or_(is_leased, is_paused))
    queries = [sa.select(delivery.c.channel).where(_is_due(delivery, queue, now))]
    if queue == "edits":
        answer = transaction.tables["posted_answer"]
        queries.append(sa.select(answer.c.channel).where(is_answer_due(transaction, now)))
    candidates = sa.union_all(*queries).subquery()
    query = (
        sa.select(candidates.c.channel)
        .distinct()
        .where(candidates.c.channel.not_in(unavailable), candidates.c.channel.not_in(list(busy)))
        .order_by(candidates.c.channel)
        .limit(limit)
    )
    free = (await transaction.scalars(query)).all()
    if not free:
        return []
    insert = (sqlite.insert if transaction.is_sqlite else postgresql.insert)(channel).values(
        [{"channel": number, "queue": queue, "holder": holder, "lease_until": lease_end} for number in free]
    )
    # one statement with a condition: another process may have leased the channel since it was read
    statement = insert.on_conflict_do_update(
        index_elements=["channel", "queue"],
        set_={"holder": insert.excluded.holder, "lease_until": insert.excluded.lease_until},
        where=sa.not_(sa.func.coalesce(is_leased, sa.false())),
    ).returning(channel.c.channel)
    return sorted((await transaction.scalars(statement)).all())


async def release_channels(
    transaction: Transaction, channels: Collection[int], holder: str, queue: Queue = "alerts"
) -> None:
    """Release the queues of channels on which all work succeeded."""
    table = transaction.tables["channel"]
    if channels:
        await transaction.execute(
            table.update()
            .where(table.c.channel.in_(sorted(channels)), table.c.queue == queue, table.c.holder == holder)
            .values(lease_until=None, next_at=None, failures=0)
        )


async def pause_channel(
    transaction: Transaction, channel: int, holder: str, queue: Queue, *, next_at: datetime, failures: int
) -> None:
    """Release a channel's queue, to be leased again at `next_at` at the earliest."""
    table = transaction.tables["channel"]
    await transaction.execute(
        table.update()
        .where(table.c.channel == channel, table.c.queue == queue, table.c.holder == holder)
        .values(lease_until=None, next_at=next_at, failures=failures)
    )


async def failure_count(transaction: Transaction, channel: int, queue: Queue = "alerts") -> int:
    """Return how often in a row a channel's queue had to pause."""
    table = transaction.tables["channel"]
    query = sa.select(table.c.failures).where(table.c.channel == channel, table.c.queue == queue)
    return (await transaction.scalar(query)) or 0


async def find_due(transaction: Transaction, channel: int, limit: int = 25) -> list[Delivery]:
    """Return a channel's deliveries that are to be sent, oldest first."""
    table = transaction.tables["delivery"]
    return await _find(transaction, [table.c.channel == channel, table.c.state == "pending"], limit)


async def find_edits(transaction: Transaction, channel: int, now: datetime, limit: int = 25) -> list[Delivery]:
    """Return a channel's deliveries whose messages are to be edited now, oldest first."""
    table = transaction.tables["delivery"]
    return await _find(transaction, [table.c.channel == channel, _is_due(table, "edits", now)], limit)


async def _find(transaction: Transaction, conditions: Sequence[sa.ColumnElement[bool]], limit: int) -> list[Delivery]:
    delivery, event = transaction.tables["delivery"], transaction.tables["event"]
    query = (
        sa.select(
            delivery.c.id.label("delivery_id"), delivery.c.channel, delivery.c.state,
            delivery.c.message.label("sent_message"), delivery.c.attempted_at, delivery.c.stale, delivery.c.reason,
            delivery.c.community, delivery.c.shown, delivery.c.attempts, delivery.c.next_at, delivery.c.editable, event,
        )
        .join_from(delivery, event, delivery.c.event == event.c.id)
        .where(*conditions)
        .order_by(delivery.c.id)
        .limit(limit)
    )  # fmt: skip
    rows = (await transaction.execute(query)).mappings().all()
    return [
        Delivery(
            row["delivery_id"], row["channel"], event_from_row(row), row["state"], row["sent_message"],
            row["attempted_at"], row["stale"], row["reason"], row["community"], row["shown"], row["attempts"],
            row["next_at"], row["editable"],
        )
        for row in rows
    ]  # fmt: skip


async def mark_attempted(transaction: Transaction, delivery: int, now: datetime) -> None:
    """Record, before a send, that it may reach Discord from now on."""
    await wait_for_changes(transaction)
    table = transaction.tables["delivery"]
    await transaction.execute(table.update().where(table.c.id == delivery).values(attempted_at=now))


async def release_holders(transaction: Transaction, holders: Collection[str]) -> None:
    """Release all leases and channels of holders that can neither write nor send any more, or no longer want to."""
    channel, lease = transaction.tables["channel"], transaction.tables["lease"]
    now = await transaction.now()
    await transaction.execute(channel.update().where(channel.c.holder.in_(holders)).values(lease_until=None))
    await transaction.execute(lease.update().where(lease.c.holder.in_(holders)).values(expires=now))


async def expire_dead_leases(transaction: Transaction, is_dead: Callable[[str], bool], now: datetime) -> None:
    """Expire the leases of holders that are known to be dead, so that no process waits for them."""
    channel, lease = transaction.tables["channel"], transaction.tables["lease"]
    holders = set((await transaction.scalars(sa.select(channel.c.holder).where(channel.c.lease_until > now))).all())
    holders |= set((await transaction.scalars(sa.select(lease.c.holder).where(lease.c.expires > now))).all())
    await release_holders(transaction, [holder for holder in holders if is_dead(holder)])


async def mark_sent(
    transaction: Transaction, delivery: int, message: int, now: datetime, shown: str = "", *, recheck: bool = False
) -> None:
    """Record that a delivery was sent as this message; changes that arrived meanwhile keep it stale.

    `shown` is the hash of what the message shows, "" if that is not known for sure. With `recheck` it is compared once
    more with what it should show.
    """
    values = {"state": "sent", "message": message, "sent": now, "shown": shown}
    if recheck:
        values["stale"] = transaction.tables["delivery"].c.stale + 1
    await _update(transaction, delivery, **values, reason="", attempts=0, next_at=None)


async def mark_edited(transaction: Transaction, delivery: int, changes: int, shown: str = "") -> None:
    """Subtract the changes that a message now shows; changes that arrived meanwhile keep it stale.

    `shown` is the hash of what the message shows, "" if that is not known for sure. Below 0 the number would hide the
    next change, so two edits that show the same changes count once.
    """
    count = transaction.tables["delivery"].c.stale
    stale = sa.case((count > changes, count - changes), else_=0)
    await _update(transaction, delivery, stale=stale, shown=shown, reason="", attempts=0, next_at=None)


async def mark_final(transaction: Transaction, delivery: int, state: str, reason: str) -> None:
    """Record that a delivery will not be sent: "skipped" or "failed", and why."""
    await _update(transaction, delivery, state=state, reason=reason, stale=0, next_at=None)


async def mark_not_editable(transaction: Transaction, delivery: int, reason: str) -> None:
    """Record that a message can never be edited, so that only its deletion is left."""
    await _update(transaction, delivery, editable=False, reason=reason)


async def end_edits(transaction: Transaction, delivery: int, reason: str) -> None:
    """Record that the edits of a message are over, whatever it shows: it is gone, or another account posted it."""
    await _update(transaction, delivery, stale=0, reason=reason, next_at=None)


async def postpone(
    transaction: Transaction, delivery: int, reason: str, next_at: datetime | None, *, refused: bool = False
) -> None:
    """Record why a delivery could not be sent or edited, and when that is tried again.

    `refused`: Discord answered that it did not take the message, so it cannot have arrived.
    """
    values: dict[str, Any] = {"reason": reason, "next_at": next_at}
    if refused:
        values["attempted_at"] = None
    await _update(transaction, delivery, attempts=transaction.tables["delivery"].c.attempts + 1, **values)


async def _update(transaction: Transaction, delivery: int, **values: Any) -> None:
    table = transaction.tables["delivery"]
    await transaction.execute(table.update().where(table.c.id == delivery).values(**values))


async def discard_edits(transaction: Transaction, channel: int) -> None:
    """Discard the pending edits of a channel that no longer exists."""
    table = transaction.tables["delivery"]
    await transaction.execute(table.update().where(table.c.channel == channel).values(stale=0, next_at=None))


async def set_route_error(transaction: Transaction, channel: int, reason: str) -> bool:
    """Record on a channel's route why it refuses messages ("" if it accepts them); return whether that is news."""
    route = transaction.tables["route"]
    changed = await transaction.execute(
        route.update().where(route.c.channel == channel, route.c.error != reason).values(error=reason)
    )
    return changed.rowcount > 0


async def retry_channel(transaction: Transaction, channel: int) -> None:
    """Retry a channel at once, since something about it has changed."""
    table, delivery = transaction.tables["channel"], transaction.tables["delivery"]
    await transaction.execute(table.update().where(table.c.channel == channel).values(failures=0, next_at=None))
    await transaction.execute(
        delivery.update().where(delivery.c.channel == channel, delivery.c.next_at.is_not(None)).values(next_at=None)
    )
    await retry_answers(transaction, channel)


async def find_restricted_bugs(transaction: Transaction, bugs: Collection[int]) -> set[int]:
    """Return which of these bugs are restricted."""
    table = transaction.tables["incident"]
    query = sa.select(table.c.bug).where(table.c.bug.in_(list(bugs)), table.c.visibility == "restricted")
    return set((await transaction.scalars(query)).all())


async def find_waiting(transaction: Transaction) -> list[WaitingMessages]:
    """Return the messages that could not be sent or edited when that was last tried, by channel and reason."""
    delivery, answer = transaction.tables["delivery"], transaction.tables["posted_answer"]
    waiting: list[WaitingMessages] = []
    kinds: tuple[tuple[WaitingKind, sa.Table, sa.ColumnElement[bool]], ...] = (
        ("alert", delivery, delivery.c.state == "pending"),
        ("edit", delivery, sa.and_(delivery.c.state == "sent", STALE)),
        ("answer", answer, must_be_edited(transaction)),
    )
    for kind, table, condition in kinds:
        next_at = sa.type_coerce(sa.func.min(table.c.next_at), table.c.next_at.type)
        query = (
            sa.select(table.c.channel, table.c.reason, sa.func.count(), next_at)
            .where(condition, table.c.attempts > 0)
            .group_by(table.c.channel, table.c.reason)
            .order_by(table.c.channel, table.c.reason)
        )
        rows = await transaction.execute(query)
        waiting += [WaitingMessages(kind, channel, count, reason, soonest) for channel, reason, count, soonest in rows]
    return waiting


async def count_deliveries(transaction: Transaction) -> dict[str, int]:
    """Return the number of deliveries by state."""
    table = transaction.tables["delivery"]
    query = sa.select(table.c.state, sa.func.count()).group_by(table.c.state)
    return {row[0]: row[1] for row in await transaction.execute(query)}


def _is_due(delivery: sa.Table, queue: Queue, now: datetime) -> sa.ColumnElement[bool]:
    if queue == "alerts":
        return delivery.c.state == "pending"
    # an edit has a pause of its own, since one that Discord refuses must not hold back the others
    is_waiting = sa.and_(delivery.c.next_at > now, delivery.c.next_at <= now + MAX_PAUSE)
    return sa.and_(delivery.c.state == "sent", STALE, sa.or_(delivery.c.next_at.is_(None), sa.not_(is_waiting)))
