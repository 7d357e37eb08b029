"""Votes on proposed sections."""

from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.values.sections import SectionVote


async def save_vote(database: Database, connection: AsyncConnection, section: int, vote: SectionVote) -> None:
    """Store a member's vote; a second one replaces the first."""
    await database.upsert(connection, "vote", [{"section": section, **asdict(vote)}])


async def find_votes(database: Database, connection: AsyncConnection, section: int) -> list[SectionVote]:
    """Return the votes on a proposal, the latest last."""
    table = database.tables["vote"]
    query = sa.select(table).where(table.c.section == section).order_by(table.c.cast_at, table.c.member)
    rows = (await connection.execute(query)).mappings()
    return [SectionVote(row["member"], row["in_favour"], row["cast_at"]) for row in rows]
