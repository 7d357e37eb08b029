"""One page of a list of incidents, with the figures of the whole list, in two statements."""

from typing import Any

import sqlalchemy as sa

from storage.assignments import assignment_from_row, best_first, effective_assignments
from storage.database import Transaction
from storage.incident_filters import Conditions, Query, execute_filtered
from storage.incidents import count_columns, incident_from_row
from storage.values.incidents import Assignment, IncidentCounts, IncidentFilter, IncidentPage


async def find_page(
    transaction: Transaction, filters: IncidentFilter, size: int | None = None, number: int = 0
) -> IncidentPage:
    """Return a page of the incidents that match the filters, newest first, with their sections and all counts.

    Pages are counted from 0; after the last one comes the last one again. Without a size, one page has all.
    """
    rows = await _find_rows(transaction, filters, size, number)
    first = rows[0]
    total = first["total"]
    page_count = max(1, -(-total // size)) if size else 1
    if number >= page_count:
        number = page_count - 1
        rows = await _find_rows(transaction, filters, size, number)
    page_rows = [row for row in rows if row["bug"] is not None]
    sections, counts = await _find_sections(transaction, filters, [row["bug"] for row in page_rows])
    return IncidentPage(
        IncidentCounts(total, first["open_count"], first["not_incidents"], first["first_opened"]),
        tuple(counts),
        tuple(incident_from_row(row, sections.get(row["bug"], ())) for row in page_rows),
        number,
        page_count,
    )


async def _find_rows(transaction: Transaction, filters: IncidentFilter, size: int | None, number: int) -> Any:
    """Return the rows of a page, each with the totals; where the page is empty, one row with the totals alone."""
    table = transaction.tables["incident"]

    def build(conditions: Conditions) -> Query:
        totals = sa.select(*count_columns(transaction)).where(*conditions).subquery("totals")
        newest = sa.select(table).where(*conditions).order_by(table.c.created.desc(), table.c.bug.desc())
        if size:
            newest = newest.limit(sa.bindparam("size", type_=sa.BigInteger)).offset(
                sa.bindparam("offset", type_=sa.BigInteger)
            )
        page = newest.subquery("page")
        return (
            sa.select(totals, page)
            .select_from(totals.outerjoin(page, sa.true()))
            .order_by(page.c.created.desc(), page.c.bug.desc())
        )

    name = "page of incidents" if size else "all incidents"
    parameters = {"size": size, "offset": number * size} if size else {}
    return (await execute_filtered(transaction, name, filters, build, **parameters)).mappings().all()


async def _find_sections(
    transaction: Transaction, filters: IncidentFilter, bugs: list[int]
) -> tuple[dict[int, tuple[Assignment, ...]], list[tuple[str, int]]]:
    """Return the sections of these incidents, and how many incidents that match each section has, largest first."""
    table = transaction.tables["incident"]

    def build(conditions: Conditions) -> Query:
        matching = sa.select(table.c.bug).where(*conditions)
        effective = effective_assignments(transaction, within=matching).cte("effective")
        of_page = sa.select(effective, sa.null().label("incidents")).where(
            effective.c.bug.in_(sa.bindparam("bugs", expanding=True))
        )
        counts = (
            sa.select(
                sa.cast(sa.null(), sa.Integer),
                effective.c.section,
                sa.cast(sa.null(), sa.Text),
                sa.cast(sa.null(), sa.Float),
                sa.cast(sa.null(), sa.JSON),
                sa.cast(sa.null(), sa.Boolean),
                sa.func.count(),
            )
            .where(effective.c.confident)
            .group_by(effective.c.section)
        )
        return sa.union_all(of_page, counts)

    sections: dict[int, list[Assignment]] = {}
    counts: list[tuple[str, int]] = []
    for row in await execute_filtered(transaction, "sections of a page", filters, build, bugs=bugs):
        if row.bug is None:
            counts.append((row.section, row.incidents))
        else:
            sections.setdefault(row.bug, []).append(assignment_from_row(row))
    counts.sort(key=lambda count: (-count[1], count[0]))
    return {bug: best_first(entries) for bug, entries in sections.items()}, counts
