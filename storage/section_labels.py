"""What members said of a proposed section: which incidents belong, their votes, and what its text finds by that."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import CHUNK, Database
from storage.values.incidents import EVERYWHERE
from storage.values.sections import SectionExample, SectionVote, TextHolding


async def keep_examples(
    database: Database, connection: AsyncConnection, section: int, examples: Sequence[SectionExample]
) -> None:
    """Add members' words on incidents; a later word on the same one takes the place of the earlier."""
    rows = [{"section": section, **asdict(one)} for one in examples]
    await database.upsert(connection, "section_example", rows)


async def find_examples(database: Database, connection: AsyncConnection, section: int) -> list[SectionExample]:
    """Give what was said of incidents that can still be read, oldest first."""
    table, incident = database.tables["section_example"], database.tables["incident"]
    query = (
        sa.select(table)
        .join_from(table, incident, table.c.bug == incident.c.bug)
        .where(table.c.section == section, incident.c.standing == "here")
        .order_by(table.c.said_at, table.c.bug)
    )
    return [
        SectionExample(row["bug"], row["belongs"], row["member"], row["said_at"], row["score"])
        for row in (await connection.execute(query)).mappings()
    ]


async def move_words(database: Database, connection: AsyncConnection, old: str, new: str, community: int) -> None:
    """Let the words on one section stand for another (community EVERYWHERE: those of all).

    Where a community spoke of the other one already, that holds and the moved word does not.
    """
    table = database.tables["correction"]
    there = table.alias("there")
    moved: list[sa.ColumnElement[bool]] = [table.c.section == old, table.c.holds]
    if community != EVERYWHERE:
        moved.append(table.c.community == community)
    spoken = sa.exists().where(
        there.c.holds, there.c.section == new, there.c.bug == table.c.bug, there.c.community == table.c.community
    )
    await connection.execute(table.update().where(*moved, spoken).values(holds=False))
    await connection.execute(table.update().where(*moved).values(section=new))


async def end_words(database: Database, connection: AsyncConnection, key: str, community: int) -> None:
    """Let words on a section that is no more hold no longer (community EVERYWHERE: those of all)."""
    table = database.tables["correction"]
    statement = table.update().where(table.c.section == key, table.c.holds).values(holds=False)
    if community != EVERYWHERE:
        statement = statement.where(table.c.community == community)
    await connection.execute(statement)


async def cast_vote(database: Database, connection: AsyncConnection, section: int, vote: SectionVote) -> None:
    """Store a member's vote; a second one takes the place of the first."""
    await database.upsert(connection, "vote", [{"section": section, **asdict(vote)}])


async def find_votes(database: Database, connection: AsyncConnection, section: int) -> list[SectionVote]:
    """Give the votes on a proposal, the latest last."""
    table = database.tables["vote"]
    query = sa.select(table).where(table.c.section == section).order_by(table.c.cast_at, table.c.member)
    rows = (await connection.execute(query)).mappings()
    return [SectionVote(row["member"], row["in_favour"], row["cast_at"]) for row in rows]


async def find_holdings(database: Database, connection: AsyncConnection, section: int) -> dict[int, TextHolding]:
    """Give the incidents that a section's text finds."""
    table = database.tables["section_held"]
    rows = (await connection.execute(sa.select(table).where(table.c.section == section))).mappings()
    return {row["bug"]: TextHolding(row["bug"], row["confidence"], tuple(row["words"])) for row in rows}


async def keep_holdings(
    database: Database, connection: AsyncConnection, section: int, wanted: Mapping[int, TextHolding | None]
) -> None:
    """Replace what a section's text says of these incidents; None: it does not find it."""
    table = database.tables["section_held"]
    gone = [bug for bug, one in wanted.items() if one is None]
    for start in range(0, len(gone), CHUNK):
        chunk = gone[start : start + CHUNK]
        await connection.execute(table.delete().where(table.c.section == section, table.c.bug.in_(chunk)))
    rows: list[dict[str, Any]] = [
        {"section": section, "bug": bug, "confidence": one.confidence, "words": list(one.words)}
        for bug, one in wanted.items()
        if one is not None
    ]
    await database.upsert(connection, "section_held", rows)


async def end_holdings(database: Database, connection: AsyncConnection, section: int) -> None:
    """Let a section's text find nothing any more."""
    table = database.tables["section_held"]
    await connection.execute(table.delete().where(table.c.section == section))
