"""The messages that commands answered with, and which bugs each shows, for as long as they may have to be edited.

An answer is due when a bug that it shows is restricted or outdated: that follows from what is stored, so nothing
has to be noted when a bug becomes restricted, and no crash can lose it once the answer itself is noted.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from storage.database import BATCH_SIZE, Transaction
from storage.values.outbox import MAX_PAUSE

RETENTION = timedelta(days=365)
MAX_BUGS = 5_000  # of one answer


@dataclass(frozen=True, slots=True)
class DueAnswer:
    """An answer that shows bugs which it may no longer show: `restricted` ones, or text of `outdated` ones."""

    message: int
    channel: int
    attempts: int
    restricted: tuple[int, ...]
    outdated: tuple[int, ...]


async def save_answer(
    transaction: Transaction,
    message: int,
    channel: int,
    bugs: Collection[int],
    posted_at: datetime,
    *,
    has_buttons: bool = False,
) -> None:
    """Store which known bugs a message shows now, in place of what it showed before.

    One that was withdrawn has no buttons. Where it has some, a page that was turned meanwhile stands there again.
    """
    answer, answer_bug = transaction.tables["posted_answer"], transaction.tables["posted_answer_bug"]
    incident = transaction.tables["incident"]
    # among the candidates are numbers that are no bugs, so what is known decides before any bound
    candidates, known = sorted(bugs, reverse=True), list[int]()
    for start in range(0, len(candidates), BATCH_SIZE):
        query = sa.select(incident.c.bug).where(incident.c.bug.in_(candidates[start : start + BATCH_SIZE]))
        known += (await transaction.scalars(query)).all()
    known = known[:MAX_BUGS]
    if not known:
        # a page that shows no bug any longer, or a message that is no answer
        await transaction.execute(answer.delete().where(answer.c.message == message, answer.c.withdrawn.is_(False)))
        return
    row = {"message": message, "channel": channel, "posted_at": posted_at}
    await transaction.upsert("posted_answer", [row], update=False)
    if has_buttons:
        await transaction.execute(answer.update().where(answer.c.message == message).values(withdrawn=False))
    await transaction.execute(
        answer_bug.delete().where(answer_bug.c.message == message, answer_bug.c.bug.not_in(known))
    )
    await transaction.upsert("posted_answer_bug", [{"message": message, "bug": bug} for bug in known], update=False)


async def mark_outdated(transaction: Transaction, bug: int) -> None:
    """Have the answers that show a bug edited, since text of it that they may quote was changed or hidden."""
    answer_bug = transaction.tables["posted_answer_bug"]
    await transaction.execute(answer_bug.update().where(answer_bug.c.bug == bug).values(outdated=True))


async def take_outdated_proposals(transaction: Transaction) -> bool:
    """Return whether an open proposal's message shows an outdated bug, and forget it: all of it is edited anew."""
    shown, section = transaction.tables["posted_answer_bug"], transaction.tables["section"]
    messages = sa.select(section.c.message).where(section.c.state == "proposed", section.c.message.is_not(None))
    statement = shown.update().where(shown.c.outdated, shown.c.message.in_(messages)).values(outdated=False)
    return (await transaction.execute(statement)).rowcount > 0


async def find_restricted_in_proposals(transaction: Transaction) -> set[tuple[int, int]]:
    """Return the messages of open proposals that show restricted bugs, each with the bug."""
    shown, section, incident = (transaction.tables[name] for name in ("posted_answer_bug", "section", "incident"))
    query = (
        sa.select(shown.c.message, shown.c.bug)
        .join_from(shown, incident, incident.c.bug == shown.c.bug)
        .join(section, section.c.message == shown.c.message)
        .where(incident.c.visibility == "restricted", section.c.state == "proposed")
    )
    return {(row.message, row.bug) for row in await transaction.execute(query)}


async def find_due_answers(transaction: Transaction, channel: int, now: datetime, limit: int = 5) -> list[DueAnswer]:
    """Return a channel's answers that are to be edited now, oldest first."""
    answer, answer_bug, incident = (
        transaction.tables[name] for name in ("posted_answer", "posted_answer_bug", "incident")
    )
    query = (
        sa.select(answer.c.message, answer.c.channel, answer.c.attempts)
        .where(answer.c.channel == channel, is_answer_due(transaction, now))
        .order_by(answer.c.message)
        .limit(limit)
    )
    rows = (await transaction.execute(query)).all()
    bugs = (
        sa.select(answer_bug.c.message, answer_bug.c.bug, answer_bug.c.outdated, incident.c.visibility)
        .join_from(answer_bug, incident, incident.c.bug == answer_bug.c.bug)
        .where(answer_bug.c.message.in_([row.message for row in rows]))
        .order_by(answer_bug.c.bug)
    )
    shown_bugs = (await transaction.execute(bugs)).all() if rows else []
    return [
        DueAnswer(
            row.message,
            row.channel,
            row.attempts,
            tuple(bug.bug for bug in shown_bugs if bug.message == row.message and bug.visibility == "restricted"),
            tuple(bug.bug for bug in shown_bugs if bug.message == row.message and bug.outdated),
        )
        for row in rows
    ]


def is_answer_due(transaction: Transaction, now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition on `posted_answer` for an answer that is to be edited now.

    Alerts and the messages of proposals, which are kept up to date otherwise, are no answers.
    """
    answer, delivery, section = (transaction.tables[name] for name in ("posted_answer", "delivery", "section"))
    is_waiting = sa.and_(answer.c.next_at > now, answer.c.next_at <= now + MAX_PAUSE)
    return sa.and_(
        must_be_edited(transaction),
        sa.or_(answer.c.next_at.is_(None), sa.not_(is_waiting)),
        sa.not_(sa.exists().where(delivery.c.channel == answer.c.channel, delivery.c.message == answer.c.message)),
        sa.not_(sa.exists().where(section.c.message == answer.c.message)),
    )


def must_be_edited(transaction: Transaction) -> sa.ColumnElement[bool]:
    """Return the condition on `posted_answer` for an answer that shows what it may no longer show."""
    answer, answer_bug, incident = (
        transaction.tables[name] for name in ("posted_answer", "posted_answer_bug", "incident")
    )
    messages = (
        sa.select(answer_bug.c.message)
        .join_from(incident, answer_bug, incident.c.bug == answer_bug.c.bug)
        .where(incident.c.visibility == "restricted")
        .union_all(sa.select(answer_bug.c.message).where(answer_bug.c.outdated))
    )
    return sa.and_(answer.c.withdrawn.is_(False), answer.c.message.in_(messages))


async def mark_withdrawn(transaction: Transaction, message: int) -> None:
    """Record that an answer shows nothing any longer."""
    table = transaction.tables["posted_answer"]
    await transaction.execute(
        table.update().where(table.c.message == message).values(withdrawn=True, reason="", attempts=0, next_at=None)
    )


async def postpone_answer(transaction: Transaction, message: int, reason: str, next_at: datetime) -> None:
    """Record why an answer could not be edited, and when that is tried again."""
    table = transaction.tables["posted_answer"]
    await transaction.execute(
        table.update()
        .where(table.c.message == message)
        .values(reason=reason, attempts=table.c.attempts + 1, next_at=next_at)
    )


async def retry_answers(transaction: Transaction, channel: int) -> None:
    """Try a channel's answers again at once."""
    table = transaction.tables["posted_answer"]
    await transaction.execute(table.update().where(table.c.channel == channel).values(next_at=None))


async def delete_answers(transaction: Transaction, channel: int) -> None:
    """Forget the answers in a channel that no longer exists."""
    table = transaction.tables["posted_answer"]
    await transaction.execute(table.delete().where(table.c.channel == channel))


async def delete_old_answers(transaction: Transaction, now: datetime) -> None:
    """Forget the answers that are older than RETENTION; one that is still to be edited stays."""
    table = transaction.tables["posted_answer"]
    is_old = table.c.posted_at < now - RETENTION
    await transaction.execute(table.delete().where(is_old, sa.not_(must_be_edited(transaction))))
