"""Which incidents are in which sections, as one community sees it.

A member's word lies over what tags and text say: a community's own word first, then the operator's, which holds for
all communities. Where a word puts an incident into a built-in section, what only its text suggests no longer holds.
A tag that staff gave is overruled only by who may moderate. Sections that members proposed lie beside the built-in
ones: an example is a member's word, and then comes their text.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import CHUNK, Database
from storage.values.incidents import EVERYWHERE, Assignment

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
    """Give what an incident is in beneath all corrections: by tags, by text, and by sections common to all."""
    table, made = database.tables["assignment"], _made(database, EVERYWHERE, proposed=False)
    read: list[sa.Select[Any]] = [sa.select(table).where(table.c.bug == bug)]
    read += [query.where(query.selected_columns.bug == bug) for query in _found(database, None, made)]
    found = []
    for query in read:
        for row in (await connection.execute(query)).mappings():
            words = tuple(row["words"] or ())
            found.append(Assignment(row["section"], row["by"], row["confidence"], words, row["sure"]))
    return found


def held(database: Database, community: int, *, proposed: bool = False) -> sa.Subquery:
    """Give the rows (bug, section, by, confidence, words, sure) that hold for a community.

    A section that is only proposed holds nothing yet, unless it is asked for: then it holds its examples.
    """
    return database.built(("held", community, proposed), lambda: _held(database, community, proposed=proposed))


def _held(database: Database, community: int, *, proposed: bool) -> sa.Subquery:
    words = said(database, community)
    made = _made(database, community, proposed=proposed)
    by_member = _by_member(words.c.bug, words.c.section).where(words.c.verdict == "in")
    return sa.union_all(_read(database, words, made), by_member, *_found(database, words, made)).subquery("held")


def _made(database: Database, community: int, *, proposed: bool) -> sa.Subquery:
    """Give the sections by members that a community sees beside the built-in ones."""
    table = database.tables["section"]
    states = ("active", "proposed") if proposed else ("active",)
    query = sa.select(table.c.id, table.c.key)
    return query.where(table.c.community.in_({community, EVERYWHERE}), table.c.state.in_(states)).subquery("made")


def _read(database: Database, words: sa.Subquery, made: sa.Subquery) -> sa.Select[Any]:
    """Give what tags and text say of the built-in sections, but where a member spoke."""
    assignment = database.tables["assignment"]
    put_in = sa.select(words.c.bug).where(words.c.verdict == "in", words.c.section.not_in(sa.select(made.c.key)))
    spoken_of = sa.exists().where(words.c.bug == assignment.c.bug, words.c.section == assignment.c.section)
    return sa.select(
        assignment.c.bug,
        assignment.c.section,
        assignment.c.by,
        assignment.c.confidence,
        assignment.c.words,
        assignment.c.sure,
    ).where(~spoken_of, sa.or_(assignment.c.by == "tag", assignment.c.bug.not_in(put_in)))


def _found(database: Database, words: sa.Subquery | None, made: sa.Subquery) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Give what the examples and the text of sections by members say, but where `classify` said something else."""
    example, by_text = database.tables["section_example"], database.tables["section_held"]

    def unsaid(table: sa.Table) -> sa.ColumnElement[bool]:
        if words is None:
            return sa.true()
        return ~sa.exists().where(words.c.bug == table.c.bug, words.c.section == made.c.key)

    named = (
        _by_member(example.c.bug, made.c.key)
        .join_from(example, made, made.c.id == example.c.section)
        .where(example.c.belongs, unsaid(example))
    )
    shown = example.alias("shown")
    judged = sa.exists().where(shown.c.section == by_text.c.section, shown.c.bug == by_text.c.bug)
    read = (
        sa.select(
            by_text.c.bug,
            made.c.key.label("section"),
            sa.literal("text").label("by"),
            by_text.c.confidence,
            by_text.c.words,
            sa.true().label("sure"),
        )
        .join_from(by_text, made, made.c.id == by_text.c.section)
        .where(~judged, unsaid(by_text))
    )
    return named, read


def _by_member(bug: sa.ColumnElement[int], section: sa.ColumnElement[str]) -> sa.Select[Any]:
    return sa.select(
        bug,
        section.label("section"),
        sa.literal("member").label("by"),
        sa.literal(1.0, sa.Float).label("confidence"),
        sa.cast(sa.null(), sa.JSON).label("words"),
        sa.true().label("sure"),
    )


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
