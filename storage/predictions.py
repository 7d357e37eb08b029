"""What the text guessed of incidents without tags, and how often staff's tags confirmed it."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import CHUNK, Database
from storage.values.incidents import Confirmed, TextGuess


async def find_guesses(database: Database, connection: AsyncConnection, bugs: Iterable[int]) -> dict[int, TextGuess]:
    """Give what is known of the guesses on these bugs, within a transaction that may change it."""
    table = database.tables["guess"]
    wanted, found = list(bugs), {}
    for start in range(0, len(wanted), CHUNK):
        query = sa.select(table).where(table.c.bug.in_(wanted[start : start + CHUNK]))
        for row in (await connection.execute(query)).mappings():
            found[row["bug"]] = TextGuess(**{**row, "sure": tuple(row["sure"])})
    return found


async def keep_guesses(database: Database, connection: AsyncConnection, kept: Sequence[TextGuess]) -> None:
    """Store guesses, each in the place of an earlier one on the same bug."""
    await database.upsert(connection, "guess", [asdict(one) | {"sure": list(one.sure)} for one in kept])


async def count_confirmed(database: Database, last: int | None = None) -> Confirmed:
    """Count how many of the judged guesses (None: of all, else of the last so many) staff's tags confirmed.

    A bug that moved away or is no longer public does not count.
    """
    table, incident = database.tables["guess"], database.tables["incident"]
    judged = (
        sa.select(table.c.confirmed, table.c.sure_right, table.c.sure_wrong)
        .join_from(table, incident, table.c.bug == incident.c.bug)
        .where(incident.c.standing == "here", table.c.section.is_not(None), table.c.judged_at.is_not(None))
        .order_by(table.c.judged_at.desc(), table.c.bug.desc())
        .limit(last)
        .subquery()
    )
    query = sa.select(
        sa.func.count(),
        _sum(sa.case((judged.c.confirmed, 1), else_=0)),
        _sum(judged.c.sure_right + judged.c.sure_wrong),
        _sum(judged.c.sure_right),
    ).select_from(judged)
    async with database.reading() as connection:
        return Confirmed(*(await connection.execute(query)).one())


def _sum(of: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(of), 0)
