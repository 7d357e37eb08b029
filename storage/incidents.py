"""Incidents with their sections: saving, finding, counting and locking them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.assignments import effective_assignments, find_assignments
from storage.database import BATCH_SIZE, Transaction
from storage.incident_filters import Conditions, Query, execute_filtered
from storage.title_words import save_title_words, title_words
from storage.values.incidents import (
    GLOBAL_COMMUNITY,
    Assignment,
    Bug,
    BugLinks,
    Incident,
    IncidentFilter,
    Person,
    Visibility,
)

# columns that come from interpreting a bug, not from the bug itself
INTERPRETED_COLUMNS = (
    "ca", "title", "tags", "next_update", "close_on", "ccadb_id", "report", "visibility", "reporter_role", "excerpt",
    "excerpt_comment", "references", "linked",
)  # fmt: skip
LIST_COLUMNS = ("tags", "references", "linked")  # tuples in an Incident, JSON in the table
# what remains of a restricted bug: that it exists, and when something happened to it
RETAINED_COLUMNS = frozenset(
    ("bug", "visibility", "status", "resolution", "is_open", "created", "changed", "closed", "comment_count")
)


async def save_incidents(transaction: Transaction, incidents: Sequence[Incident]) -> None:
    """Insert or update incidents with their interpretation; stored comments are not changed."""
    await transaction.upsert("incident", [_incident_row(incident) for incident in incidents])
    titles = {incident.bug.id: f"{incident.ca or ''} {incident.bug.summary}" for incident in incidents}
    await save_title_words(transaction, {bug: title_words(title) for bug, title in titles.items()})


async def mark_unavailable(transaction: Transaction, bug: int, visibility: Visibility) -> None:
    """Mark an incident as moved away or restricted; all text of a restricted one is deleted."""
    incident = transaction.tables["incident"]
    values: dict[str, Any] = {"visibility": visibility}
    if visibility == "restricted":
        values |= {column.name: _empty_value(column) for column in incident.c if column.name not in RETAINED_COLUMNS}
    # first: it waits for a transaction that has locked the incident; what that one writes is then deleted as well
    await transaction.execute(incident.update().where(incident.c.bug == bug).values(**values))
    if visibility == "restricted":
        with_text = (
            "comment", "assignment", "prediction", "correction", "section_label", "section_text_match", "title_word",
        )  # fmt: skip
        for name in with_text:
            table = transaction.tables[name]
            await transaction.execute(table.delete().where(table.c.bug == bug))
        transaction.purge_after_commit("incident", *with_text, "model")


async def find_incidents(
    transaction: Transaction, filters: IncidentFilter, limit: int | None = None, offset: int = 0
) -> list[Incident]:
    """Return the incidents that match the filters, newest first, with their sections."""
    table = transaction.tables["incident"]

    def build(conditions: Conditions) -> Query:
        query = sa.select(table).where(*conditions).order_by(table.c.created.desc(), table.c.bug.desc())
        if limit is None:
            return query
        return query.limit(sa.bindparam("limit", type_=sa.BigInteger)).offset(
            sa.bindparam("offset", type_=sa.BigInteger)
        )

    name, parameters = ("incidents", {}) if limit is None else ("some incidents", {"limit": limit, "offset": offset})
    rows = (await execute_filtered(transaction, name, filters, build, **parameters)).mappings().all()
    sections = await find_assignments(transaction, [row["bug"] for row in rows], filters.community)
    return [incident_from_row(row, sections.get(row["bug"], ())) for row in rows]


async def count_incidents(transaction: Transaction, filters: IncidentFilter) -> tuple[int, int, datetime | None]:
    """Return the number of matching incidents, the number of open ones, and when the first was opened."""
    table = transaction.tables["incident"]

    def build(conditions: Conditions) -> Query:
        return sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(sa.case((table.c.is_open, 1), else_=0)), 0),
            sa.type_coerce(sa.func.min(table.c.created), table.c.created.type),
        ).where(*conditions)

    total, open_count, first_opened = (await execute_filtered(transaction, "totals", filters, build)).one()
    return total, open_count, first_opened


async def count_sections(
    transaction: Transaction, filters: IncidentFilter, *, proposed: bool = False
) -> list[tuple[str, int]]:
    """Return how many matching incidents each section (with `proposed` also proposed ones) has, the largest first."""
    table = transaction.tables["incident"]

    def build(conditions: Conditions) -> Query:
        matching, count = sa.select(table.c.bug).where(*conditions), sa.func.count()
        assignment = effective_assignments(transaction, proposed=proposed, within=matching).subquery()
        return (
            sa.select(assignment.c.section, count)
            .where(assignment.c.confident)
            .group_by(assignment.c.section)
            .order_by(count.desc(), assignment.c.section)
        )

    name = "section counts with proposed ones" if proposed else "section counts"
    return [(row[0], row[1]) for row in await execute_filtered(transaction, name, filters, build)]


async def count_owners(transaction: Transaction, filters: IncidentFilter) -> list[tuple[str, int]]:
    """Return how many matching incidents each CA owner has, the largest first."""
    table = transaction.tables["incident"]

    def build(conditions: Conditions) -> Query:
        count = sa.func.count()
        query = sa.select(table.c.ca, count).where(table.c.ca.is_not(None), *conditions)
        return query.group_by(table.c.ca).order_by(count.desc(), table.c.ca)

    return [(row[0], row[1]) for row in await execute_filtered(transaction, "owner counts", filters, build)]


async def find_by_bugs(
    transaction: Transaction, bugs: Iterable[int], community: int = GLOBAL_COMMUNITY
) -> dict[int, Incident]:
    """Return the known incidents among these bugs, by bug, whatever their visibility."""
    table = transaction.tables["incident"]
    incidents: dict[int, Incident] = {}
    bug_ids = list(bugs)
    for start in range(0, len(bug_ids), BATCH_SIZE):
        batch = bug_ids[start : start + BATCH_SIZE]
        rows = (await transaction.execute(sa.select(table).where(table.c.bug.in_(batch)))).mappings().all()
        sections = await find_assignments(transaction, [row["bug"] for row in rows], community)
        incidents |= {row["bug"]: incident_from_row(row, sections.get(row["bug"], ())) for row in rows}
    return incidents


async def find_ids(transaction: Transaction, *, visibility: Visibility | None = "here") -> set[int]:
    """Return the bug numbers of all known incidents of a visibility (None: of any)."""
    table = transaction.tables["incident"]
    query = sa.select(table.c.bug)
    if visibility is not None:
        query = query.where(table.c.visibility == visibility)
    return set((await transaction.scalars(query)).all())


async def newest_creation(transaction: Transaction) -> datetime | None:
    """Return when the newest known incident was opened, None if there is none."""
    table = transaction.tables["incident"]
    query = sa.select(sa.type_coerce(sa.func.max(table.c.created), table.c.created.type))
    newest: datetime | None = await transaction.scalar(query)
    return newest


async def find_tags(transaction: Transaction) -> dict[int, tuple[str, ...]]:
    """Return the tags of all visible incidents, by bug."""
    table = transaction.tables["incident"]
    query = sa.select(table.c.bug, table.c.tags).where(table.c.visibility == "here")
    return {row.bug: tuple(row.tags) for row in await transaction.execute(query)}


async def find_unclassified(transaction: Transaction) -> list[int]:
    """Return the visible incidents that are not classified yet."""
    table = transaction.tables["incident"]
    query = sa.select(table.c.bug).where(table.c.visibility == "here", ~table.c.classified).order_by(table.c.bug)
    return list((await transaction.scalars(query)).all())


async def lock_incidents(transaction: Transaction, bugs: Sequence[int], *, unclassified: bool = False) -> set[int]:
    """Lock the visible incidents among these bugs (with `unclassified` those not classified yet) and return them.

    Until the transaction ends no other one can mark them unavailable or classify them.
    """
    table = transaction.tables["incident"]
    locked: set[int] = set()
    for start in range(0, len(bugs), BATCH_SIZE):
        batch = bugs[start : start + BATCH_SIZE]
        query = sa.select(table.c.bug).where(table.c.bug.in_(batch), table.c.visibility == "here")
        if unclassified:
            query = query.where(~table.c.classified)
        locked |= set((await transaction.scalars(query.order_by(table.c.bug).with_for_update())).all())
    return locked


async def mark_unclassified(transaction: Transaction, bugs: Sequence[int] | None) -> None:
    """Mark these incidents (None: all) to be classified again."""
    table = transaction.tables["incident"]
    statement = table.update().values(classified=False)
    if bugs is None:
        await transaction.execute(statement)
        return
    for start in range(0, len(bugs), BATCH_SIZE):
        await transaction.execute(statement.where(table.c.bug.in_(bugs[start : start + BATCH_SIZE])))


def _empty_value(column: sa.Column[Any]) -> Any:
    """Return what stands in a column of an incident of which nothing may remain readable."""
    if column.nullable:
        return None
    match column.type:
        case sa.JSON():
            return asdict(BugLinks()) if column.name == "links" else []
        case sa.Text():
            return ""
        case sa.Boolean():
            return False
        case _:
            return 0


def _incident_row(incident: Incident) -> dict[str, Any]:
    bug = incident.bug
    interpretation = {name: getattr(incident, name) for name in INTERPRETED_COLUMNS}
    interpretation |= {name: list(interpretation[name]) for name in LIST_COLUMNS}
    return {
        "bug": bug.id, "summary": bug.summary, "whiteboard": bug.whiteboard, "status": bug.status,
        "resolution": bug.resolution, "is_open": bug.is_open, "created": bug.created, "changed": bug.changed,
        "closed": bug.closed, "creator": bug.creator.name, "creator_domain": bug.creator.domain,
        "assignee": bug.assignee.name, "assignee_domain": bug.assignee.domain, "comment_count": bug.comment_count,
        "links": asdict(bug.links), **interpretation,
    }  # fmt: skip


def incident_from_row(row: Any, sections: tuple[Assignment, ...]) -> Incident:
    """Return the incident of a row of its table."""
    stored_links = row["links"]
    links = BugLinks(
        tuple(stored_links["depends_on"]),
        tuple(stored_links["blocks"]),
        tuple(stored_links["duplicates"]),
        stored_links["dupe_of"],
        tuple(stored_links["see_also"]),
    )
    bug = Bug(
        row["bug"], row["summary"], row["whiteboard"], row["status"], row["resolution"], row["is_open"], row["created"],
        row["changed"], row["closed"], Person(row["creator"], row["creator_domain"]),
        Person(row["assignee"], row["assignee_domain"]), row["comment_count"], links,
    )  # fmt: skip
    interpretation = {name: row[name] for name in INTERPRETED_COLUMNS}
    interpretation |= {name: tuple(row[name]) for name in LIST_COLUMNS}
    return Incident(bug, comments=row["comments"], sections=sections, **interpretation)
