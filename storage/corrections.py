"""What members said of an incident's sections: every word with who said it and when, and which of them hold."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.assignments import reaches, said
from storage.database import Database
from storage.values.incidents import Correction


async def keep_correction(database: Database, connection: AsyncConnection, one: Correction) -> None:
    """Add a member's word; it takes the place of what the same community said of this bug and section before."""
    table = database.tables["correction"]
    same = (table.c.bug == one.bug, table.c.section == one.section, table.c.community == one.community)
    await connection.execute(table.update().where(*same, table.c.holds).values(holds=False))
    await connection.execute(
        table.insert().values(
            bug=one.bug, section=one.section, community=one.community, member=one.member, verdict=one.verdict,
            made_at=one.made_at, over_tags=one.over_tags, holds=one.verdict != "none",
        )
    )  # fmt: skip


async def find_corrections(
    database: Database, connection: AsyncConnection, bug: int, community: int
) -> list[Correction]:
    """Give the words that hold for a community on a bug, newest first: its own, and the operator's beside them."""
    words = said(database, community)
    query = sa.select(words).where(words.c.bug == bug).order_by(words.c.id.desc())
    return [_correction(row) for row in (await connection.execute(query)).mappings()]


async def find_all_corrections(database: Database) -> list[Correction]:
    """Give every community's words that hold on incidents that can still be read, oldest first."""
    table, incident = database.tables["correction"], database.tables["incident"]
    query = (
        sa.select(table)
        .join_from(table, incident, table.c.bug == incident.c.bug)
        .where(reaches(database, table), incident.c.standing == "here")
        .order_by(table.c.id)
    )
    async with database.reading() as connection:
        return [_correction(row) for row in (await connection.execute(query)).mappings()]


async def find_times(
    database: Database, connection: AsyncConnection, community: int, member: int, since: datetime
) -> list[datetime]:
    """Give when a member of a community spoke since then, oldest first."""
    table = database.tables["correction"]
    query = sa.select(table.c.made_at).where(
        table.c.community == community, table.c.member == member, table.c.made_at > since
    )
    return list((await connection.scalars(query.order_by(table.c.made_at))).all())


def _correction(row: Any) -> Correction:
    return Correction(
        row["bug"], row["section"], row["community"], row["member"], row["verdict"], row["made_at"], row["over_tags"]
    )
