"""Votes on proposed sections."""

from dataclasses import asdict

import sqlalchemy as sa

from storage.database import Transaction
from storage.values.sections import SectionVote


async def save_vote(transaction: Transaction, section: int, vote: SectionVote) -> None:
    """Store a member's vote; a second one replaces the first."""
    await transaction.upsert("vote", [{"section": section, **asdict(vote)}])


async def find_votes(transaction: Transaction, section: int) -> list[SectionVote]:
    """Return the votes on a proposal, the latest last."""
    table = transaction.tables["vote"]
    query = sa.select(table).where(table.c.section == section).order_by(table.c.cast_at, table.c.member)
    rows = (await transaction.execute(query)).mappings()
    return [SectionVote(row["member"], row["in_favour"], row["cast_at"]) for row in rows]
