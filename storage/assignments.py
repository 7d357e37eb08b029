"""Which incidents are in which sections, as one community sees it.

A member's word lies over what tags and text say: a community's own word first, then the operator's, which holds for
all communities. Where a word puts an incident into a section, what only its text suggests no longer holds. A tag that
staff gave is overruled only by who may moderate.
"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import CHUNK, Database
from storage.values import EVERYWHERE, Assignment

_BEST_FIRST = {"member": 0, "tag": 1, "text": 2}


async def keep_sections(
    database: Database, connection: AsyncConnection, sorted_: Mapping[int, Sequence[Assignment]]
) -> None:
    """Replace what tags and text say of incidents; what members said stays."""
    assignment, incident = database.tables["assignment"], database.tables["incident"]
    bugs = list(sorted_)
    for start in range(0, len(bugs), CHUNK):
        chunk = bugs[start : start + CHUNK]
        await connection.execute(assignment.delete().where(assignment.c.bug.in_(chunk)))
        await connection.execute(incident.update().where(incident.c.bug.in_(chunk)).values(classified=True))
    rows = [
        {
            "bug": bug,
            "section": one.section,
            "by": one.by,
            "confidence": one.confidence,
            "words": list(one.words),
            "sure": one.sure,
        }
        for bug in bugs
        for one in sorted_[bug]
        if one.by != "member"
    ]
    await database.upsert(connection, "assignment", rows, update=False)


async def find_sections(
    database: Database, connection: AsyncConnection, bugs: Sequence[int], community: int = EVERYWHERE
) -> dict[int, tuple[Assignment, ...]]:
    """Give incidents' sections as a community sees them: by member first, then by tag, then by text."""
    table = held(database, community)
    found: dict[int, list[Assignment]] = {}
    for start in range(0, len(bugs), CHUNK):
        query = sa.select(table).where(table.c.bug.in_(bugs[start : start + CHUNK]))
        for row in (await connection.execute(query)).mappings():
            words = tuple(row["words"] or ())
            one = Assignment(row["section"], row["by"], row["confidence"], words, row["sure"])
            found.setdefault(row["bug"], []).append(one)
    return {
        bug: tuple(sorted(rows, key=lambda one: (_BEST_FIRST[one.by], -one.confidence, one.section)))
        for bug, rows in found.items()
    }


async def find_read(database: Database, connection: AsyncConnection, bug: int) -> list[Assignment]:
    """Give what tags and text alone say of an incident."""
    table = database.tables["assignment"]
    rows = (await connection.execute(sa.select(table).where(table.c.bug == bug))).mappings()
    return [Assignment(row["section"], row["by"], row["confidence"], tuple(row["words"]), row["sure"]) for row in rows]


def held(database: Database, community: int) -> sa.Subquery:
    """Give the rows (bug, section, by, confidence, words, sure) that hold for a community."""
    assignment, words = database.tables["assignment"], said(database, community)
    put_in = sa.select(words.c.bug).where(words.c.verdict == "in")
    spoken_of = sa.exists().where(words.c.bug == assignment.c.bug, words.c.section == assignment.c.section)
    read = sa.select(
        assignment.c.bug,
        assignment.c.section,
        assignment.c.by,
        assignment.c.confidence,
        assignment.c.words,
        assignment.c.sure,
    ).where(~spoken_of, sa.or_(assignment.c.by == "tag", assignment.c.bug.not_in(put_in)))
    by_member = sa.select(
        words.c.bug,
        words.c.section,
        sa.literal("member").label("by"),
        sa.literal(1.0, sa.Float).label("confidence"),
        sa.cast(sa.null(), sa.JSON).label("words"),
        sa.true().label("sure"),
    ).where(words.c.verdict == "in")
    return read.union_all(by_member).subquery("held")


def said(database: Database, community: int) -> sa.Subquery:
    """Give the rows of the table of corrections that hold for a community, one at most for a bug and a section."""
    correction = database.tables["correction"]
    own = correction.alias("own")
    overruled = sa.exists().where(
        reaches(database, own), own.c.community == community, own.c.bug == correction.c.bug,
        own.c.section == correction.c.section,
    )  # fmt: skip
    common = sa.and_(correction.c.community == EVERYWHERE, ~overruled)
    rows = sa.select(correction).where(
        reaches(database, correction), sa.or_(correction.c.community == community, common)
    )
    return rows.subquery("said")


def reaches(database: Database, correction: sa.FromClause) -> sa.ColumnElement[bool]:
    """Tell of a row of the table of corrections whether it holds, as long as no tag that it may not overrule came."""
    assignment = database.tables["assignment"].alias("tagged")
    tagged = sa.exists().where(
        assignment.c.bug == correction.c.bug, assignment.c.section == correction.c.section, assignment.c.by == "tag"
    )
    return sa.and_(correction.c.holds, sa.or_(correction.c.over_tags, ~tagged))
