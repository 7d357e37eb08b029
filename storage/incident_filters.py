"""The conditions of a query for incidents, as SQL with named parameters.

A statement is built once for each combination of conditions, whatever their values: SQLAlchemy takes longer to build
one over the union of all assignments than the database to run it.
"""

from collections.abc import Callable, Collection
from typing import Any

import sqlalchemy as sa

from storage.assignments import effective_assignments
from storage.database import Transaction
from storage.days import end_of_day, start_of_day
from storage.values.incidents import IncidentFilter, IncidentState

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
    further_owners = bool(filters.cas) and await _has_further_owners(transaction, filters.cas)
    statement = transaction.cached_statement(
        (name, *values, filters.state, further_owners),
        lambda: build(_conditions(transaction, values.keys(), filters.state, further_owners=further_owners)),
    )
    return await transaction.execute(statement, values | parameters)


def _parameters(filters: IncidentFilter) -> dict[str, Any]:
    values: dict[str, Any] = {"community": filters.community}
    if filters.cas:
        values["cas"] = filters.cas
    if filters.since is not None:
        values["since"] = start_of_day(filters.since)
    if filters.until is not None and (end := end_of_day(filters.until)):
        values["until"] = end
    if filters.section is not None:
        values["section"] = filters.section
    return values


async def _has_further_owners(transaction: Transaction, cas: tuple[str, ...]) -> bool:
    """Return whether incidents are found by these CA owners that are not in the first place about them.

    Where there are none, the index of incidents by `ca` has all in order. Asked once in a transaction.
    """
    table = transaction.tables["incident_owner"]

    def build() -> sa.Select[tuple[int]]:
        further = table.c.relation.in_(("also about", "successor"))
        return sa.select(table.c.bug).where(table.c.owner.in_(sa.bindparam("cas", expanding=True)), further).limit(1)

    known = transaction.further_owners
    if cas not in known:
        statement = transaction.cached_statement(("further owners",), build)
        known[cas] = await transaction.scalar(statement, {"cas": cas}) is not None
    return known[cas]


def _conditions(
    transaction: Transaction, names: Collection[str], state: IncidentState | None, *, further_owners: bool
) -> Conditions:
    table = transaction.tables["incident"]
    cas: sa.BindParameter[Any] = sa.bindparam("cas", expanding=True)
    # of these few incidents each is looked up; SQLite, without statistics, would go through all visible ones
    is_visible = table.c.visibility.not_in(("moved", "restricted")) if further_owners else table.c.visibility == "here"
    conditions: Conditions = [is_visible]
    if further_owners:
        owner = transaction.tables["incident_owner"]
        conditions.append(table.c.bug.in_(sa.select(owner.c.bug).where(owner.c.owner.in_(cas))))
    elif "cas" in names:
        conditions.append(table.c.ca.in_(cas))
    if state is not None:
        conditions.append(table.c.is_open if state == "open" else ~table.c.is_open)
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
