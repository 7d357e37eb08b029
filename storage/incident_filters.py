"""The conditions of a query for incidents, as SQL with named parameters.

A statement is built once for each combination of conditions, whatever their values: SQLAlchemy takes longer to build
one over the union of all assignments than the database to run it.
"""

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from storage.assignments import effective_assignments
from storage.database import Transaction
from storage.values.incidents import IncidentFilter

Conditions = list[sa.ColumnElement[bool]]
Query = sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[*tuple[Any, ...]]


async def execute_filtered(
    transaction: Transaction,
    name: str,
    filters: IncidentFilter,
    build: Callable[[Conditions], Query],
    **parameters: Any,
) -> sa.CursorResult[*tuple[Any, ...]]:
    """Execute the statement that `build` makes of the conditions of the filters, with further parameters.

    `name` distinguishes what `build` makes; it must not depend on anything else.
    """
    values = _parameters(filters)
    statement = transaction.cached_statement(
        (name, *values, filters.open_only),
        lambda: build(_conditions(transaction, values.keys(), open_only=filters.open_only)),
    )
    return await transaction.execute(statement, values | parameters)


def _parameters(filters: IncidentFilter) -> dict[str, Any]:
    values: dict[str, Any] = {"community": filters.community}
    if filters.ca is not None:
        values["ca"] = filters.ca
    if filters.since is not None:
        values["since"] = _start_of_day(filters.since)
    if filters.until is not None and filters.until < date.max:
        values["until"] = _start_of_day(filters.until + timedelta(days=1))
    if filters.section is not None:
        values["section"] = filters.section
    return values


def _conditions(transaction: Transaction, names: Collection[str], *, open_only: bool) -> Conditions:
    table = transaction.tables["incident"]
    conditions: Conditions = [table.c.visibility == "here"]
    if "ca" in names:
        conditions.append(table.c.ca == sa.bindparam("ca"))
    if open_only:
        conditions.append(table.c.is_open)
    if "since" in names:
        conditions.append(table.c.created >= sa.bindparam("since"))
    if "until" in names:
        conditions.append(table.c.created < sa.bindparam("until"))
    if "section" in names:
        assignment = effective_assignments(transaction, proposed=True).subquery()
        members = sa.select(assignment.c.bug).where(
            assignment.c.section == sa.bindparam("section"), assignment.c.confident
        )
        conditions.append(table.c.bug.in_(members))
    return conditions


def _start_of_day(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
