"""Incidents with their comments and sections: what is stored of them and how they are found."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.assignments import find_sections, held
from storage.database import CHUNK, Database
from storage.values.incidents import (
    EVERYWHERE,
    Assignment,
    Bug,
    Comment,
    Incident,
    IncidentFilter,
    Links,
    Person,
    Standing,
)

# what is stored with an incident and is not the bug's own
UNDERSTOOD = ("ca", "title", "tags", "next_update", "close_on", "ccadb_id", "report", "standing")


async def keep_incidents(database: Database, connection: AsyncConnection, incidents: Sequence[Incident]) -> None:
    """Insert incidents or update what Bugzilla says and what was understood of it; comments stay."""
    await database.upsert(connection, "incident", [_incident_row(incident) for incident in incidents])


async def keep_comments(
    database: Database,
    connection: AsyncConnection,
    read: Mapping[int, Sequence[Comment]],
    as_of: Mapping[int, datetime],
) -> None:
    """Replace incidents' comments by those read now (an edited or hidden one leaves no old text).

    `as_of` is each bug's own time of change at that moment.
    """
    comment, incident = database.tables["comment"], database.tables["incident"]
    bugs = list(read)
    for start in range(0, len(bugs), CHUNK):
        await connection.execute(comment.delete().where(comment.c.bug.in_(bugs[start : start + CHUNK])))
    rows = [
        {
            "bug": bug,
            "number": one.number,
            "id": one.id,
            "author": one.author.name,
            "author_domain": one.author.domain,
            "posted": one.posted,
            "text": one.text,
        }
        for bug in bugs
        for one in read[bug]
    ]
    await database.upsert(connection, "comment", rows)
    counted = [{"number": bug, "count": len(read[bug]), "as_of": as_of[bug]} for bug in bugs]
    if counted:
        await connection.execute(
            incident.update()
            .where(incident.c.bug == sa.bindparam("number"))
            .values(comments=sa.bindparam("count"), comments_as_of=sa.bindparam("as_of")),
            counted,
        )


async def withdraw(database: Database, connection: AsyncConnection, bug: int, standing: Standing) -> None:
    """Note that an incident moved away or became restricted; of a restricted one nothing readable stays."""
    incident = database.tables["incident"]
    values: dict[str, Any] = {"standing": standing}
    if standing == "restricted":
        values |= {
            "summary": "", "whiteboard": "", "title": "", "ca": None, "tags": [], "next_update": None, "close_on": None,
            "creator": "", "creator_domain": "", "assignee": "", "assignee_domain": "", "ccadb_id": None,
            "report": None, "comments": 0, "comments_as_of": None, "links": asdict(Links()), "classified": False,
        }  # fmt: skip
    # first: it waits for whoever holds the incident and is about to write something of it, which then goes as well
    await connection.execute(incident.update().where(incident.c.bug == bug).values(**values))
    if standing == "restricted":
        for name in ("comment", "assignment", "guess", "correction", "section_example", "section_held"):
            table = database.tables[name]
            await connection.execute(table.delete().where(table.c.bug == bug))


async def find_incidents(
    database: Database, wanted: IncidentFilter, limit: int | None = None, offset: int = 0
) -> list[Incident]:
    """Give the incidents that are asked for, newest first, with their sections."""
    table = database.tables["incident"]
    query = sa.select(table).where(*_conditions(database, wanted)).order_by(table.c.created.desc(), table.c.bug.desc())
    async with database.reading() as connection:
        rows = (await connection.execute(query.limit(limit).offset(offset))).mappings().all()
        sections = await find_sections(database, connection, [row["bug"] for row in rows], wanted.community)
    return [_incident(row, sections.get(row["bug"], ())) for row in rows]


async def count_incidents(database: Database, wanted: IncidentFilter) -> tuple[int, int, datetime | None]:
    """Count the incidents that are asked for: all, the open ones, and when the first was opened."""
    table = database.tables["incident"]
    query = sa.select(
        sa.func.count(),
        sa.func.coalesce(sa.func.sum(sa.case((table.c.is_open, 1), else_=0)), 0),
        sa.type_coerce(sa.func.min(table.c.created), table.c.created.type),
    ).where(*_conditions(database, wanted))
    async with database.reading() as connection:
        total, still_open, first = (await connection.execute(query)).one()
    return total, still_open, first


async def count_sections(
    database: Database, wanted: IncidentFilter, *, proposed: bool = False
) -> list[tuple[str, int]]:
    """Count how many of the incidents asked for are in each section (in proposed ones as well), most first."""
    table, assignment = database.tables["incident"], held(database, wanted.community, proposed=proposed)
    count = sa.func.count()
    query = (
        sa.select(assignment.c.section, count)
        .join_from(table, assignment, table.c.bug == assignment.c.bug)
        .where(assignment.c.sure, *_conditions(database, wanted))
        .group_by(assignment.c.section)
        .order_by(count.desc(), assignment.c.section)
    )
    async with database.reading() as connection:
        return [(row[0], row[1]) for row in await connection.execute(query)]


async def count_owners(database: Database, wanted: IncidentFilter) -> list[tuple[str, int]]:
    """Count the incidents asked for by CA owner, most first."""
    table = database.tables["incident"]
    count = sa.func.count()
    query = (
        sa.select(table.c.ca, count)
        .where(table.c.ca.is_not(None), *_conditions(database, wanted))
        .group_by(table.c.ca)
        .order_by(count.desc(), table.c.ca)
    )
    async with database.reading() as connection:
        return [(row[0], row[1]) for row in await connection.execute(query)]


async def find_by_bugs(database: Database, bugs: Iterable[int], community: int = EVERYWHERE) -> dict[int, Incident]:
    """Give the known incidents among these bugs, whatever their standing."""
    table = database.tables["incident"]
    found: dict[int, Incident] = {}
    wanted = list(bugs)
    async with database.reading() as connection:
        for start in range(0, len(wanted), CHUNK):
            chunk = wanted[start : start + CHUNK]
            rows = (await connection.execute(sa.select(table).where(table.c.bug.in_(chunk)))).mappings().all()
            sections = await find_sections(database, connection, [row["bug"] for row in rows], community)
            found |= {row["bug"]: _incident(row, sections.get(row["bug"], ())) for row in rows}
    return found


async def find_numbers(database: Database, *, standing: Standing | None = "here") -> set[int]:
    """Give the numbers of all known incidents of a standing (None: of any)."""
    table = database.tables["incident"]
    query = sa.select(table.c.bug)
    if standing is not None:
        query = query.where(table.c.standing == standing)
    async with database.reading() as connection:
        return set((await connection.scalars(query)).all())


async def find_comments(database: Database, bug: int, limit: int | None = None) -> list[Comment]:
    """Give an incident's comments in their order."""
    table = database.tables["comment"]
    query = sa.select(table).where(table.c.bug == bug).order_by(table.c.number).limit(limit)
    async with database.reading() as connection:
        rows = (await connection.execute(query)).mappings().all()
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


async def find_without_comments(database: Database) -> dict[int, int | None]:
    """Give the incidents whose comments are still to be read, newest first, each with how many it has."""
    table = database.tables["incident"]
    query = (
        sa.select(table.c.bug, table.c.comment_count)
        .where(
            table.c.standing == "here",
            sa.or_(table.c.comments_as_of.is_(None), table.c.comments_as_of < table.c.changed),
        )
        .order_by(table.c.bug.desc())
    )
    async with database.reading() as connection:
        return {row.bug: row.comment_count for row in await connection.execute(query)}


async def find_texts(database: Database, bugs: Sequence[int] | None = None) -> dict[int, list[tuple[int, str]]]:
    """Give the first comments that say something, by incident: (number, text), at most four each."""
    table = database.tables["comment"]
    query = sa.select(table.c.bug, table.c.number, table.c.text).where(table.c.number < 8, table.c.text != "")
    texts: dict[int, list[tuple[int, str]]] = {}
    async with database.reading() as connection:
        chunks = [None] if bugs is None else [bugs[i : i + CHUNK] for i in range(0, len(bugs), CHUNK)]
        for chunk in chunks:
            part = query if chunk is None else query.where(table.c.bug.in_(chunk))
            for row in await connection.execute(part.order_by(table.c.bug, table.c.number)):
                kept = texts.setdefault(row.bug, [])
                if len(kept) < 4:
                    kept.append((row.number, row.text))
    return texts


async def find_tags(database: Database) -> dict[int, tuple[str, ...]]:
    """Give the tags of all incidents."""
    table = database.tables["incident"]
    query = sa.select(table.c.bug, table.c.tags).where(table.c.standing == "here")
    async with database.reading() as connection:
        return {row.bug: tuple(row.tags) for row in await connection.execute(query)}


async def find_unclassified(database: Database) -> list[int]:
    """Give the incidents that wait to be sorted into sections."""
    table = database.tables["incident"]
    query = sa.select(table.c.bug).where(table.c.standing == "here", ~table.c.classified).order_by(table.c.bug)
    async with database.reading() as connection:
        return list((await connection.scalars(query)).all())


async def hold_incidents(
    database: Database, connection: AsyncConnection, bugs: Sequence[int], *, unclassified: bool = False
) -> set[int]:
    """Give those of these incidents that are still here (and still wait to be sorted), and hold them so.

    Until the transaction ends nobody else can withdraw or sort them.
    """
    table = database.tables["incident"]
    held: set[int] = set()
    for start in range(0, len(bugs), CHUNK):
        chunk = bugs[start : start + CHUNK]
        query = sa.select(table.c.bug).where(table.c.bug.in_(chunk), table.c.standing == "here")
        if unclassified:
            query = query.where(~table.c.classified)
        held |= set((await connection.scalars(query.order_by(table.c.bug).with_for_update())).all())
    return held


async def mark_unclassified(database: Database, connection: AsyncConnection, bugs: Sequence[int] | None) -> None:
    """Ask for these incidents (None: for all) to be sorted into sections again."""
    table = database.tables["incident"]
    statement = table.update().values(classified=False)
    if bugs is None:
        await connection.execute(statement)
        return
    for start in range(0, len(bugs), CHUNK):
        await connection.execute(statement.where(table.c.bug.in_(bugs[start : start + CHUNK])))


def _conditions(database: Database, wanted: IncidentFilter) -> list[sa.ColumnElement[bool]]:
    table = database.tables["incident"]
    conditions: list[sa.ColumnElement[bool]] = [table.c.standing == "here"]
    if wanted.ca is not None:
        conditions.append(table.c.ca == wanted.ca)
    if wanted.open_only:
        conditions.append(table.c.is_open)
    if wanted.since is not None:
        conditions.append(table.c.created >= _start_of(wanted.since))
    if wanted.until is not None and wanted.until < date.max:
        conditions.append(table.c.created < _start_of(wanted.until + timedelta(days=1)))
    if wanted.section is not None:
        assignment = held(database, wanted.community, proposed=True)
        inside = sa.select(assignment.c.bug).where(assignment.c.section == wanted.section, assignment.c.sure)
        conditions.append(table.c.bug.in_(inside))
    return conditions


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _incident_row(incident: Incident) -> dict[str, Any]:
    bug = incident.bug
    understood = {name: getattr(incident, name) for name in UNDERSTOOD} | {"tags": list(incident.tags)}
    return {
        "bug": bug.id, "summary": bug.summary, "whiteboard": bug.whiteboard, "status": bug.status,
        "resolution": bug.resolution, "is_open": bug.is_open, "created": bug.created, "changed": bug.changed,
        "closed": bug.closed, "creator": bug.creator.name, "creator_domain": bug.creator.domain,
        "assignee": bug.assignee.name, "assignee_domain": bug.assignee.domain, "comment_count": bug.comment_count,
        "links": asdict(bug.links), **understood,
    }  # fmt: skip


def _incident(row: Any, sections: tuple[Assignment, ...]) -> Incident:
    kept = row["links"]
    links = Links(
        tuple(kept["depends_on"]),
        tuple(kept["blocks"]),
        tuple(kept["duplicates"]),
        kept["dupe_of"],
        tuple(kept["see_also"]),
    )
    bug = Bug(
        row["bug"], row["summary"], row["whiteboard"], row["status"], row["resolution"], row["is_open"], row["created"],
        row["changed"], row["closed"], Person(row["creator"], row["creator_domain"]),
        Person(row["assignee"], row["assignee_domain"]), row["comment_count"], links,
    )  # fmt: skip
    understood = {name: row[name] for name in UNDERSTOOD} | {"tags": tuple(row["tags"])}
    return Incident(bug, comments=row["comments"], sections=sections, **understood)
