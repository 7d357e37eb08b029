"""Sections that members proposed, and what happened to each of them.

Whoever changes one takes the turn first, so that two never decide the same thing. Where incidents are held as well,
they are held before it: the intake of a poll holds incidents and then waits for nobody.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.values.incidents import EVERYWHERE
from storage.values.sections import STILL_OPEN, MadeSection, SectionChange


async def take_turn(database: Database, connection: AsyncConnection) -> None:
    """Let nobody else change sections until this transaction ends; reading goes on."""
    if not database.is_sqlite:  # there a writing transaction is alone anyway
        await connection.execute(sa.text("LOCK TABLE section IN SHARE ROW EXCLUSIVE MODE"))


async def add_section(database: Database, connection: AsyncConnection, one: MadeSection) -> int:
    """Store a section and give its id."""
    table = database.tables["section"]
    row = {name: value for name, value in asdict(one).items() if name != "id"}
    number = await connection.scalar(table.insert().values(**row).returning(table.c.id))
    return int(number or 0)


async def change_section(database: Database, connection: AsyncConnection, number: int, **values: Any) -> None:
    """Set fields of a section, named as in its table."""
    table = database.tables["section"]
    await connection.execute(table.update().where(table.c.id == number).values(**values))


async def find_sections_made(
    database: Database,
    connection: AsyncConnection,
    community: int | None = EVERYWHERE,
    *,
    open_only: bool = False,
) -> list[MadeSection]:
    """Give the sections that a community sees, its own and the common ones (None: those of all), oldest first."""
    table = database.tables["section"]
    query = sa.select(table).order_by(table.c.id)
    if community is not None:
        query = query.where(table.c.community.in_({community, EVERYWHERE}))
    if open_only:
        query = query.where(table.c.state.in_(STILL_OPEN))
    return [_section(row) for row in (await connection.execute(query)).mappings()]


async def find_section(database: Database, connection: AsyncConnection, number: int) -> MadeSection | None:
    """Give a section by its id."""
    table = database.tables["section"]
    row = (await connection.execute(sa.select(table).where(table.c.id == number))).mappings().first()
    return _section(row) if row else None


async def find_overdue(database: Database, connection: AsyncConnection, now: datetime) -> list[MadeSection]:
    """Give the proposals whose vote has ended and was not closed yet."""
    table = database.tables["section"]
    query = sa.select(table).where(table.c.state == "proposed", table.c.decide_by <= now).order_by(table.c.id)
    return [_section(row) for row in (await connection.execute(query)).mappings()]


async def find_untold(database: Database) -> list[MadeSection]:
    """Give the decided sections whose end has not yet been told, or not yet to its end, where they were voted on."""
    table = database.tables["section"]
    query = sa.select(table).where(table.c.state != "proposed", table.c.channel.is_not(None)).order_by(table.c.id)
    async with database.reading() as connection:
        return [_section(row) for row in (await connection.execute(query)).mappings()]


async def find_proposed_times(
    database: Database, connection: AsyncConnection, community: int, member: int, since: datetime
) -> list[datetime]:
    """Give when a member of a community proposed something since then, oldest first."""
    table = database.tables["section"]
    query = sa.select(table.c.proposed_at).where(
        table.c.community == community, table.c.proposer == member, table.c.proposed_at > since
    )
    return list((await connection.scalars(query.order_by(table.c.proposed_at))).all())


async def ask_to_go_through(database: Database, connection: AsyncConnection, numbers: Iterable[int] | None) -> None:
    """Ask for all incidents to be gone through for these sections (None: for every active one)."""
    table = database.tables["section"]
    which = table.c.state == "active" if numbers is None else table.c.id.in_(list(numbers))
    await connection.execute(table.update().where(which).values(asked=table.c.asked + 1))


async def find_asked(database: Database) -> list[MadeSection]:
    """Give the active sections for which all incidents are still to be gone through."""
    table = database.tables["section"]
    query = sa.select(table).where(table.c.state == "active", table.c.asked > table.c.answered).order_by(table.c.id)
    async with database.reading() as connection:
        return [_section(row) for row in (await connection.execute(query)).mappings()]


async def note_change(database: Database, connection: AsyncConnection, number: int, change: SectionChange) -> None:
    """Add an entry to a section's history."""
    await connection.execute(database.tables["section_change"].insert().values(section=number, **asdict(change)))


async def find_changes(
    database: Database, connection: AsyncConnection, numbers: Sequence[int]
) -> dict[int, list[SectionChange]]:
    """Give sections' histories, oldest first."""
    table = database.tables["section_change"]
    query = sa.select(table).where(table.c.section.in_(numbers)).order_by(table.c.id)
    found: dict[int, list[SectionChange]] = {}
    for row in (await connection.execute(query)).mappings():
        change = SectionChange(row["what"], row["was"], row["became"], row["member"], row["made_at"])
        found.setdefault(row["section"], []).append(change)
    return found


async def find_communities(database: Database) -> list[int]:
    """Give the communities that have sections of their own."""
    table = database.tables["section"]
    query = sa.select(table.c.community).where(table.c.community != EVERYWHERE).distinct()
    async with database.reading() as connection:
        return sorted((await connection.scalars(query)).all())


async def remove_sections(database: Database, connection: AsyncConnection, community: int) -> int:
    """Remove a community's sections with their examples, votes and histories; gives how many."""
    table = database.tables["section"]
    return (await connection.execute(table.delete().where(table.c.community == community))).rowcount


def _section(row: Any) -> MadeSection:
    return MadeSection(**row)
