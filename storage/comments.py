"""Comments of incidents: saving and reading them, and which incidents still lack them or have changed."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from storage.comment_versions import record_versions
from storage.database import BATCH_SIZE, Transaction
from storage.life_events import mark_life_changed
from storage.values.incidents import Comment, Person

IMPOSSIBLY_AHEAD = timedelta(days=3)


async def save_comments(
    transaction: Transaction,
    comments: Mapping[int, Sequence[Comment]],
    as_of: Mapping[int, datetime],
    read_at: datetime | None = None,
) -> frozenset[int]:
    """Replace incidents' comments, by bug; what was edited stays as an earlier version, what was hidden does not.

    `as_of` is each bug's own time of change when its comments were fetched, and `read_at` the time of that on the
    server's clock (UTC; None: now). Returns the bugs with a comment that is gone or has lost words.
    """
    comment_table, incident = transaction.tables["comment"], transaction.tables["incident"]
    recorded = await record_versions(transaction, comments, read_at or datetime.now(UTC))
    bugs = list(comments)
    for start in range(0, len(bugs), BATCH_SIZE):
        batch = bugs[start : start + BATCH_SIZE]
        await transaction.execute(comment_table.delete().where(comment_table.c.bug.in_(batch)))
    rows = [
        {
            "bug": bug,
            "number": comment.number,
            "id": comment.id,
            "author": comment.author.name,
            "author_domain": comment.author.domain,
            "posted": comment.posted,
            "text": comment.text,
            "read_at": recorded.first_read[bug, comment.number],
        }
        for bug in bugs
        for comment in comments[bug]
    ]
    await transaction.upsert("comment", rows)
    await mark_life_changed(transaction, bugs)
    counts = [{"number": bug, "count": len(comments[bug]), "as_of": as_of[bug]} for bug in bugs]
    if counts:
        await transaction.execute(
            incident.update()
            .where(incident.c.bug == sa.bindparam("number"))
            .values(comments=sa.bindparam("count"), comments_as_of=sa.bindparam("as_of")),
            counts,
        )
    return recorded.losing_text


async def find_comments(transaction: Transaction, bug: int, limit: int | None = None) -> list[Comment]:
    """Return an incident's comments in their order."""
    table = transaction.tables["comment"]
    query = sa.select(table).where(table.c.bug == bug).order_by(table.c.number).limit(limit)
    rows = (await transaction.execute(query)).mappings().all()
    return [
        Comment(
            row["bug"],
            row["number"],
            row["id"],
            Person(row["author"], row["author_domain"]),
            row["posted"],
            row["text"],
        )
        for row in rows
    ]


async def find_leading_comments(
    transaction: Transaction, bugs: Sequence[int] | None = None
) -> dict[int, list[tuple[int, str]]]:
    """Return (number, text) of the first comments with text, by bug: at most four each, out of the first eight."""
    table = transaction.tables["comment"]
    query = sa.select(table.c.bug, table.c.number, table.c.text).where(table.c.number < 8, table.c.text != "")
    texts: dict[int, list[tuple[int, str]]] = {}
    batches = [None] if bugs is None else [bugs[i : i + BATCH_SIZE] for i in range(0, len(bugs), BATCH_SIZE)]
    for batch in batches:
        batch_query = query if batch is None else query.where(table.c.bug.in_(batch))
        for row in await transaction.execute(batch_query.order_by(table.c.bug, table.c.number)):
            leading = texts.setdefault(row.bug, [])
            if len(leading) < 4:
                leading.append((row.number, row.text))
    return texts


async def find_comment_texts(transaction: Transaction, bugs: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    """Return (number, text) of every comment with text, by bug, in order."""
    table = transaction.tables["comment"]
    query = sa.select(table.c.bug, table.c.number, table.c.text).where(table.c.text != "")
    texts: dict[int, list[tuple[int, str]]] = {}
    for start in range(0, len(bugs), BATCH_SIZE):
        batch = bugs[start : start + BATCH_SIZE]
        batch_query = query.where(table.c.bug.in_(batch)).order_by(table.c.bug, table.c.number)
        for row in await transaction.execute(batch_query):
            texts.setdefault(row.bug, []).append((row.number, row.text))
    return texts


async def find_without_comments(transaction: Transaction) -> dict[int, int | None]:
    """Return the bugs whose comments are still to be fetched, newest first, each with its number of comments."""
    table = transaction.tables["incident"]
    query = sa.select(table.c.bug, table.c.comment_count).where(_lacks_comments(table)).order_by(table.c.bug.desc())
    return {row.bug: row.comment_count for row in await transaction.execute(query)}


async def find_unchecked(transaction: Transaction, before: datetime, limit: int) -> dict[int, int]:
    """Return the visible bugs whose comments were not compared with the server's since `before`, by bug.

    Those that have waited longest come first; each has its number of stored comments.
    """
    table = transaction.tables["incident"]
    query = (
        sa.select(table.c.bug, table.c.comments)
        .where(
            table.c.visibility == "here",
            table.c.comments_as_of.is_not(None),
            sa.or_(
                table.c.comments_checked_at.is_(None),
                table.c.comments_checked_at < before,
                table.c.comments_checked_at > before + IMPOSSIBLY_AHEAD,  # the clock was wrong at that time
            ),
        )
        .order_by(table.c.comments_checked_at.asc().nulls_first(), table.c.bug.desc())
        .limit(limit)
    )
    return {row.bug: row.comments for row in await transaction.execute(query)}


async def mark_checked(transaction: Transaction, bugs: Sequence[int], now: datetime) -> None:
    """Record that the comments of these bugs were compared with the server's."""
    table = transaction.tables["incident"]
    await transaction.execute(table.update().where(table.c.bug.in_(bugs)).values(comments_checked_at=now))


async def count_without_comments(transaction: Transaction) -> int:
    """Return the number of bugs whose comments are still to be fetched."""
    table = transaction.tables["incident"]
    return (await transaction.scalar(sa.select(sa.func.count(table.c.bug)).where(_lacks_comments(table)))) or 0


def _lacks_comments(incident: sa.Table) -> sa.ColumnElement[bool]:
    # as in the index ix_incident_without_comments, which a condition on one visibility would keep SQLite from using
    is_outdated = sa.or_(incident.c.comments_as_of.is_(None), incident.c.comments_as_of < incident.c.changed)
    return sa.and_(is_outdated, incident.c.visibility.not_in(("moved", "restricted")))


async def find_fingerprints(transaction: Transaction) -> dict[int, int]:
    """Return a number for each visible incident that changes whenever its bug or its comments are fetched anew."""
    table = transaction.tables["incident"]
    query = sa.select(table.c.bug, table.c.changed, table.c.comments_as_of, table.c.comments, table.c.ca, table.c.title)
    rows = await transaction.execute(query.where(table.c.visibility == "here"))
    return {row[0]: hash(tuple(row[1:])) for row in rows}
