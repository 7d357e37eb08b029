"""Incidents with their sections: saving, finding, counting and locking them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.assignments import effective_assignments, find_assignments
from storage.database import BATCH_SIZE, Transaction
from storage.flags import flag_from_row, flag_row
from storage.incident_filters import Conditions, Query, execute_filtered
from storage.incident_owners import save_incident_owners
from storage.title_words import save_title_words, title_words
from storage.values.incidents import (
    GLOBAL_COMMUNITY,
    Assignment,
    Bug,
    BugLinks,
    Incident,
    IncidentCounts,
    IncidentFilter,
    Person,
    SectionCounts,
    Visibility,
)

# columns that come from interpreting a bug, not from the bug itself
INTERPRETED_COLUMNS = (
    "ca", "title", "tags", "next_update", "close_on", "ccadb_id", "report", "visibility", "not_incident",
    "reporter_role", "report_text", "excerpt", "excerpt_comment", "references", "linked", "also_about", "successors",
)  # fmt: skip
LIST_COLUMNS = ("tags", "references", "linked", "also_about", "successors")  # tuples in an Incident, JSON in the table
# what remains of a restricted bug: that it exists, and when something happened to it
RETAINED_COLUMNS = frozenset(
    ("bug", "visibility", "status", "resolution", "is_open", "created", "changed", "closed", "comment_count")
)


async def save_incidents(transaction: Transaction, incidents: Sequence[Incident]) -> None:
    """Insert or update incidents with their interpretation; stored comments are not changed."""
    await transaction.upsert("incident", [_incident_row(incident) for incident in incidents])
    titles = {incident.bug.id: f"{incident.ca or ''} {incident.bug.summary}" for incident in incidents}
    await save_incident_owners(transaction, incidents)
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
            "comment", "comment_version", "bug_change", "life_event", "assignment", "prediction", "correction",
            "section_label", "section_text_match", "incident_owner", "title_word",
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


async def count_incidents(transaction: Transaction, filters: IncidentFilter) -> IncidentCounts:
    """Return how many incidents match, how many of them are open or no incidents, and when the first was opened."""

    def build(conditions: Conditions) -> Query:
        return sa.select(*count_columns(transaction)).where(*conditions)

    row = (await execute_filtered(transaction, "totals", filters, build)).one()
    return IncidentCounts(row.total, row.open_count, row.not_incidents, row.first_opened)


def count_columns(transaction: Transaction) -> tuple[sa.ColumnElement[Any], ...]:
    """Return the columns `total`, `open_count`, `not_incidents` and `first_opened` of a query for incidents."""
    table = transaction.tables["incident"]
    return (
        sa.func.count().label("total"),
        count_if(table.c.is_open).label("open_count"),
        count_if(table.c.not_incident.is_not(None)).label("not_incidents"),
        sa.type_coerce(sa.func.min(table.c.created), table.c.created.type).label("first_opened"),
    )


def count_if(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    """Return how many rows meet a condition; 0 if there are no rows."""
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


async def count_section_origins(transaction: Transaction, filters: IncidentFilter) -> dict[str, SectionCounts]:
    """Return the counts of each section that any matching incident is in, proposed sections included."""
    table = transaction.tables["incident"]

    def build(conditions: Conditions) -> Query:
        matching = sa.select(table.c.bug).where(*conditions)
        assignment = effective_assignments(transaction, proposed=True, within=matching).subquery()
        return (
            sa.select(
                assignment.c.section,
                sa.func.count().label("incidents"),
                count_if(assignment.c.by == "tag").label("by_tag"),
                count_if(assignment.c.by == "text").label("by_text"),
                count_if(table.c.not_incident.is_not(None)).label("not_incidents"),
            )
            .join_from(assignment, table, table.c.bug == assignment.c.bug)
            .where(assignment.c.confident)
            .group_by(assignment.c.section)
        )

    rows = await execute_filtered(transaction, "section origins", filters, build)
    return {row.section: SectionCounts(row.incidents, row.by_tag, row.by_text, row.not_incidents) for row in rows}


async def count_owners(transaction: Transaction, filters: IncidentFilter) -> list[tuple[str, int]]:
    """Return how many matching incidents are about each CA owner, the largest first; one about two counts for both."""
    table, owner = transaction.tables["incident"], transaction.tables["incident_owner"]

    def build(conditions: Conditions) -> Query:
        count = sa.func.count()
        about = owner.join(table, sa.and_(owner.c.bug == table.c.bug, owner.c.relation != "successor"))
        query = sa.select(owner.c.owner, count).select_from(about).where(*conditions)
        return query.group_by(owner.c.owner).order_by(count.desc(), owner.c.owner)

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
        "links": asdict(bug.links), "flags": [flag_row(flag) for flag in bug.flags], **interpretation,
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
        tuple(flag_from_row(flag) for flag in row["flags"]),
    )  # fmt: skip
    interpretation = {name: row[name] for name in INTERPRETED_COLUMNS}
    interpretation |= {name: tuple(row[name]) for name in LIST_COLUMNS}
    return Incident(bug, comments=row["comments"], sections=sections, **interpretation)
