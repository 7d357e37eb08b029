"""The assignments of incidents to sections, as one community sees them.

A member's correction overrides tags and text: a community's own correction first, then the operator's, which applies
to all communities. If a correction puts an incident into a built-in section, assignments by text alone are ignored.
Only moderators may overrule a tag that staff gave. Custom sections are independent of the built-in ones: a label is a
member's verdict, then comes the text match.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from storage.database import BATCH_SIZE, Transaction
from storage.values.incidents import GLOBAL_COMMUNITY, Assignment

Bugs = sa.Select[Any] | sa.BindParameter[Any]
Community = int | sa.BindParameter[int]

_BEST_FIRST = {"member": 0, "tag": 1, "text": 2}


async def save_assignments(transaction: Transaction, assignments: Mapping[int, Sequence[Assignment]]) -> None:
    """Replace the assignments of incidents by tags and text; those by members are not stored here."""
    assignment, incident = transaction.tables["assignment"], transaction.tables["incident"]
    bugs = list(assignments)
    for start in range(0, len(bugs), BATCH_SIZE):
        batch = bugs[start : start + BATCH_SIZE]
        await transaction.execute(assignment.delete().where(assignment.c.bug.in_(batch)))
        await transaction.execute(incident.update().where(incident.c.bug.in_(batch)).values(classified=True))
    rows = [
        {
            "bug": bug,
            "section": entry.section,
            "by": entry.by,
            "confidence": entry.confidence,
            "reasons": list(entry.reasons),
            "confident": entry.confident,
        }
        for bug in bugs
        for entry in assignments[bug]
        if entry.by != "member"
    ]
    await transaction.upsert("assignment", rows, update=False)


async def find_assignments(
    transaction: Transaction, bugs: Sequence[int], community: int = GLOBAL_COMMUNITY
) -> dict[int, tuple[Assignment, ...]]:
    """Return the assignments of incidents as a community sees them: by member first, then by tag, then by text."""
    statement = transaction.cached_statement(
        ("assignments",),
        lambda: effective_assignments(transaction, within=sa.bindparam("bugs", expanding=True)),
    )
    assignments: dict[int, list[Assignment]] = {}
    for start in range(0, len(bugs), BATCH_SIZE):
        parameters = {"community": community, "bugs": bugs[start : start + BATCH_SIZE]}
        for row in await transaction.execute(statement, parameters):
            assignments.setdefault(row.bug, []).append(assignment_from_row(row))
    return {bug: best_first(entries) for bug, entries in assignments.items()}


async def find_underlying(transaction: Transaction, bug: int) -> list[Assignment]:
    """Return an incident's assignments without any correction: by tags, by text, and by sections common to all."""
    table, custom = transaction.tables["assignment"], _visible_sections(transaction, GLOBAL_COMMUNITY, proposed=False)
    queries: list[sa.Select[Any]] = [sa.select(table).where(table.c.bug == bug)]
    queries += [
        query.where(query.selected_columns.bug == bug) for query in _custom_section_rows(transaction, None, custom)
    ]
    assignments = []
    for query in queries:
        assignments += [assignment_from_row(row) for row in await transaction.execute(query)]
    return assignments


def effective_assignments(
    transaction: Transaction, *, proposed: bool = False, within: Bugs | None = None
) -> sa.CompoundSelect[*tuple[Any, ...]]:
    """Return a query of the rows (bug, section, by, confidence, reasons, confident) that apply for a community.

    The community is the parameter `community` of the statement. `proposed` includes the sections that are only
    proposed, with their labels. `within`: of these incidents only.
    """
    community = sa.bindparam("community", type_=sa.BigInteger)
    corrections = effective_corrections(transaction, community)
    custom = _visible_sections(transaction, community, proposed=proposed)
    by_member = _by_member(corrections.c.bug, corrections.c.section).where(corrections.c.verdict == "in")
    queries: tuple[sa.Select[Any], ...] = (
        _tag_and_text(transaction, corrections, custom),
        by_member,
        *_custom_section_rows(transaction, corrections, custom),
    )
    if within is not None:
        # each part by itself: a database does not look into a union for the few rows that are wanted of it
        queries = tuple(query.where(query.selected_columns.bug.in_(within)) for query in queries)
    return sa.union_all(*queries)


def _visible_sections(transaction: Transaction, community: Community, *, proposed: bool) -> sa.Subquery:
    """Return the custom sections that a community sees."""
    table = transaction.tables["section"]
    states = ("active", "proposed") if proposed else ("active",)
    query = sa.select(table.c.id, table.c.key)
    return query.where(table.c.community.in_((community, GLOBAL_COMMUNITY)), table.c.state.in_(states)).subquery(
        "custom"
    )


def _tag_and_text(transaction: Transaction, corrections: sa.Subquery, custom: sa.Subquery) -> sa.Select[Any]:
    """Return the assignments to built-in sections by tags and text, without those that were corrected."""
    assignment = transaction.tables["assignment"]
    added_by_member = sa.select(corrections.c.bug).where(
        corrections.c.verdict == "in", corrections.c.section.not_in(sa.select(custom.c.key))
    )
    corrected = sa.exists().where(corrections.c.bug == assignment.c.bug, corrections.c.section == assignment.c.section)
    return sa.select(
        assignment.c.bug,
        assignment.c.section,
        assignment.c.by,
        assignment.c.confidence,
        assignment.c.reasons,
        assignment.c.confident,
    ).where(~corrected, sa.or_(assignment.c.by == "tag", assignment.c.bug.not_in(added_by_member)))


def _custom_section_rows(
    transaction: Transaction, corrections: sa.Subquery | None, custom: sa.Subquery
) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Return the labels and the text matches of custom sections, without those that were corrected."""
    label, text_match = transaction.tables["section_label"], transaction.tables["section_text_match"]

    def not_corrected(table: sa.Table) -> sa.ColumnElement[bool]:
        if corrections is None:
            return sa.true()
        return ~sa.exists().where(corrections.c.bug == table.c.bug, corrections.c.section == custom.c.key)

    labelled_rows = (
        _by_member(label.c.bug, custom.c.key)
        .join_from(label, custom, custom.c.id == label.c.section)
        .where(label.c.belongs, not_corrected(label))
    )
    any_label = label.alias("any_label")
    labelled = sa.exists().where(any_label.c.section == text_match.c.section, any_label.c.bug == text_match.c.bug)
    matched_rows = (
        sa.select(
            text_match.c.bug,
            custom.c.key.label("section"),
            sa.literal("text").label("by"),
            text_match.c.confidence,
            text_match.c.reasons,
            sa.true().label("confident"),
        )
        .join_from(text_match, custom, custom.c.id == text_match.c.section)
        .where(~labelled, not_corrected(text_match))
    )
    return labelled_rows, matched_rows


def _by_member(bug: sa.ColumnElement[int], section: sa.ColumnElement[str]) -> sa.Select[Any]:
    return sa.select(
        bug,
        section.label("section"),
        sa.literal("member").label("by"),
        sa.literal(1.0, sa.Float).label("confidence"),
        sa.cast(sa.null(), sa.JSON).label("reasons"),
        sa.true().label("confident"),
    )


def effective_corrections(transaction: Transaction, community: Community) -> sa.Subquery:
    """Return the corrections that apply for a community, at most one for each bug and section."""
    correction = transaction.tables["correction"]
    own = correction.alias("own")
    overruled = sa.exists().where(
        is_in_force(transaction, own), own.c.community == community, own.c.bug == correction.c.bug,
        own.c.section == correction.c.section,
    )  # fmt: skip
    by_operator = sa.and_(correction.c.community == GLOBAL_COMMUNITY, ~overruled)
    rows = sa.select(correction).where(
        is_in_force(transaction, correction), sa.or_(correction.c.community == community, by_operator)
    )
    return rows.subquery("effective_corrections")


def is_in_force(transaction: Transaction, correction: sa.FromClause) -> sa.ColumnElement[bool]:
    """Return the condition that a correction is in force and no tag overrides it."""
    assignment = transaction.tables["assignment"].alias("tagged")
    tagged = sa.exists().where(
        assignment.c.bug == correction.c.bug, assignment.c.section == correction.c.section, assignment.c.by == "tag"
    )
    return sa.and_(correction.c.in_force, sa.or_(correction.c.overrides_tags, ~tagged))


def best_first(assignments: Iterable[Assignment]) -> tuple[Assignment, ...]:
    """Return an incident's assignments by member first, then by tag, then by text."""
    return tuple(sorted(assignments, key=lambda entry: (_BEST_FIRST[entry.by], -entry.confidence, entry.section)))


def assignment_from_row(row: Any) -> Assignment:
    """Return the assignment of a row of `effective_assignments`."""
    return Assignment(row.section, row.by, row.confidence, tuple(row.reasons or ()), row.confident)
