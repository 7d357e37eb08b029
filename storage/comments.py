"""What echoes are found by: the texts of incidents, and a cheap way to see which of them have changed."""

from collections.abc import Sequence

import sqlalchemy as sa

from storage.database import CHUNK, Database


async def find_versions(database: Database) -> dict[int, int]:
    """Give a number for each incident that is here, another one where the bug or its comments were read anew."""
    table = database.tables["incident"]
    query = sa.select(table.c.bug, table.c.changed, table.c.comments_as_of, table.c.comments, table.c.ca, table.c.title)
    async with database.reading() as connection:
        rows = await connection.execute(query.where(table.c.standing == "here"))
        return {row[0]: hash(tuple(row[1:])) for row in rows}


async def find_all_texts(database: Database, bugs: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    """Give every comment of these incidents that says something: (number, text), in order."""
    table = database.tables["comment"]
    query = sa.select(table.c.bug, table.c.number, table.c.text).where(table.c.text != "")
    texts: dict[int, list[tuple[int, str]]] = {}
    async with database.reading() as connection:
        for start in range(0, len(bugs), CHUNK):
            part = query.where(table.c.bug.in_(bugs[start : start + CHUNK])).order_by(table.c.bug, table.c.number)
            for row in await connection.execute(part):
                texts.setdefault(row.bug, []).append((row.number, row.text))
    return texts
