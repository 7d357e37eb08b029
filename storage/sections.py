"""Custom sections and their histories.

A transaction that changes a section calls `lock_sections` first, so that two never decide the same thing. If it locks
incidents as well, it locks them before the sections: the ingest of a poll locks incidents and no sections, so the
fixed order rules out deadlocks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.database import Transaction
from storage.values.incidents import GLOBAL_COMMUNITY
from storage.values.sections import OPEN_STATES, CustomSection, SectionChange


async def lock_sections(transaction: Transaction) -> None:
    """Lock the table of sections against other writers until this transaction ends; readers are not blocked."""
    if not transaction.is_sqlite:  # SQLite has only one writing transaction at a time
        await transaction.execute(sa.text("LOCK TABLE section IN SHARE ROW EXCLUSIVE MODE"))


async def add_section(transaction: Transaction, section: CustomSection) -> int:
    """Insert a section and return its id."""
    table = transaction.tables["section"]
    row = {name: value for name, value in asdict(section).items() if name != "id"}
    section_id = await transaction.scalar(table.insert().values(**row).returning(table.c.id))
    return int(section_id or 0)


async def update_section(transaction: Transaction, section_id: int, **values: Any) -> None:
    """Set columns of a section."""
    table = transaction.tables["section"]
    await transaction.execute(table.update().where(table.c.id == section_id).values(**values))


async def find_custom_sections(
    transaction: Transaction,
    community: int | None = GLOBAL_COMMUNITY,
    *,
    open_only: bool = False,
) -> list[CustomSection]:
    """Return the custom sections that a community sees, its own and the common ones (None: all), oldest first."""
    table = transaction.tables["section"]

    def build() -> sa.Select[*tuple[Any, ...]]:
        query = sa.select(table).order_by(table.c.id)
        if community is not None:
            own = sa.bindparam("community", type_=sa.BigInteger)
            query = query.where(table.c.community.in_((own, GLOBAL_COMMUNITY)))
        return query.where(table.c.state.in_(OPEN_STATES)) if open_only else query

    statement = transaction.cached_statement(("custom sections", community is None, open_only), build)
    parameters = {} if community is None else {"community": community}
    return [_section(row) for row in (await transaction.execute(statement, parameters)).mappings()]


async def find_section(transaction: Transaction, section_id: int) -> CustomSection | None:
    """Return a section by its id, None if there is none."""
    table = transaction.tables["section"]
    row = (await transaction.execute(sa.select(table).where(table.c.id == section_id))).mappings().first()
    return _section(row) if row else None


async def find_overdue(transaction: Transaction, now: datetime) -> list[CustomSection]:
    """Return the proposals whose vote has ended and is not closed yet."""
    table = transaction.tables["section"]
    query = sa.select(table).where(table.c.state == "proposed", table.c.decide_by <= now).order_by(table.c.id)
    return [_section(row) for row in (await transaction.execute(query)).mappings()]


async def find_unannounced(transaction: Transaction) -> list[CustomSection]:
    """Return decided sections whose result has not been announced completely."""
    table = transaction.tables["section"]
    query = sa.select(table).where(table.c.state != "proposed", table.c.channel.is_not(None)).order_by(table.c.id)
    return [_section(row) for row in (await transaction.execute(query)).mappings()]


async def find_proposal_times(transaction: Transaction, community: int, member: int, since: datetime) -> list[datetime]:
    """Return the times of a member's proposals in a community after `since`, oldest first."""
    table = transaction.tables["section"]
    query = sa.select(table.c.proposed_at).where(
        table.c.community == community, table.c.proposer == member, table.c.proposed_at > since
    )
    return list((await transaction.scalars(query.order_by(table.c.proposed_at))).all())


async def request_backfill(transaction: Transaction, section_ids: Iterable[int] | None) -> None:
    """Request a backfill over all incidents for these sections (None: for every active one)."""
    table = transaction.tables["section"]
    condition = table.c.state == "active" if section_ids is None else table.c.id.in_(list(section_ids))
    values = {"backfill_requested": table.c.backfill_requested + 1}
    await transaction.execute(table.update().where(condition).values(values))


async def find_pending_backfill(transaction: Transaction) -> list[CustomSection]:
    """Return the active sections whose backfill is pending."""
    table = transaction.tables["section"]
    is_pending = table.c.backfill_requested > table.c.backfill_completed
    query = sa.select(table).where(table.c.state == "active", is_pending).order_by(table.c.id)
    return [_section(row) for row in (await transaction.execute(query)).mappings()]


async def record_change(transaction: Transaction, section_id: int, change: SectionChange) -> None:
    """Add an entry to a section's history."""
    table = transaction.tables["section_change"]
    await transaction.execute(table.insert().values(section=section_id, **asdict(change)))


async def find_changes(transaction: Transaction, section_ids: Sequence[int]) -> dict[int, list[SectionChange]]:
    """Return the histories of sections, by section id, oldest change first."""
    table = transaction.tables["section_change"]
    query = sa.select(table).where(table.c.section.in_(section_ids)).order_by(table.c.id)
    changes: dict[int, list[SectionChange]] = {}
    for row in (await transaction.execute(query)).mappings():
        change = SectionChange(
            row["kind"], row["old_value"], row["new_value"], row["member"], row["changed_at"], row["member_name"]
        )
        changes.setdefault(row["section"], []).append(change)
    return changes


async def find_communities(transaction: Transaction) -> list[int]:
    """Return the communities that have sections of their own."""
    table = transaction.tables["section"]
    query = sa.select(table.c.community).where(table.c.community != GLOBAL_COMMUNITY).distinct()
    return sorted((await transaction.scalars(query)).all())


async def delete_sections(transaction: Transaction, community: int) -> int:
    """Delete a community's sections with their labels, votes and histories; return their number."""
    table = transaction.tables["section"]
    return (await transaction.execute(table.delete().where(table.c.community == community))).rowcount


def _section(row: Any) -> CustomSection:
    return CustomSection(**row)
