"""Members' corrections of incidents' sections: every one with its member and time, and which are in force."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.assignments import effective_corrections, is_in_force
from storage.database import Transaction
from storage.values.incidents import GLOBAL_COMMUNITY, Correction


async def save_correction(transaction: Transaction, correction: Correction) -> int:
    """Add a correction and return its id; it replaces the community's one in force for this bug and section."""
    table = transaction.tables["correction"]
    await transaction.execute(
        table.update().where(*_same_subject(table, correction), table.c.in_force).values(in_force=False)
    )
    statement = (
        table.insert()
        .values(
            bug=correction.bug,
            section=correction.section,
            community=correction.community,
            member=correction.member,
            member_name=correction.member_name,
            verdict=correction.verdict,
            corrected_at=correction.corrected_at,
            overrides_tags=correction.overrides_tags,
            in_force=correction.verdict != "none",
        )
        .returning(table.c.id)
    )
    return int(await transaction.scalar(statement) or 0)


async def find_correction(transaction: Transaction, correction_id: int) -> Correction | None:
    """Return a correction that was not undone by its id, None if there is none."""
    table = transaction.tables["correction"]
    query = sa.select(table).where(table.c.id == correction_id, table.c.undone.is_(False))
    row = (await transaction.execute(query)).mappings().first()
    return _correction(row) if row else None


async def find_newer_correction(transaction: Transaction, correction: Correction) -> Correction | None:
    """Return the newest correction of the same community, bug and section that came after this one, or None."""
    table = transaction.tables["correction"]
    query = sa.select(table).where(
        *_same_subject(table, correction), table.c.undone.is_(False), table.c.id > correction.id
    )
    row = (await transaction.execute(query.order_by(table.c.id.desc()).limit(1))).mappings().first()
    return _correction(row) if row else None


async def undo_correction(transaction: Transaction, correction: Correction) -> None:
    """Mark a community's newest correction as undone; the one that it had replaced is in force again."""
    table = transaction.tables["correction"]
    await transaction.execute(table.update().where(table.c.id == correction.id).values(undone=True, in_force=False))
    earlier = sa.select(sa.func.max(table.c.id)).where(
        *_same_subject(table, correction), table.c.undone.is_(False), table.c.id < correction.id
    )
    if (earlier_id := await transaction.scalar(earlier)) is not None:
        await transaction.execute(
            table.update().where(table.c.id == earlier_id, table.c.verdict != "none").values(in_force=True)
        )


async def forget_names(transaction: Transaction, community: int) -> None:
    """Forget the names of the members who made a community's corrections."""
    table = transaction.tables["correction"]
    await transaction.execute(table.update().where(table.c.community == community).values(member_name=""))


async def find_corrections(transaction: Transaction, bug: int, community: int) -> list[Correction]:
    """Return the corrections of a bug that apply for a community, its own and the operator's, newest first."""
    corrections = effective_corrections(transaction, community)
    query = sa.select(corrections).where(corrections.c.bug == bug).order_by(corrections.c.id.desc())
    return [_correction(row) for row in (await transaction.execute(query)).mappings()]


async def find_all_corrections(transaction: Transaction) -> list[Correction]:
    """Return every community's corrections in force on visible incidents, oldest first."""
    table, incident = transaction.tables["correction"], transaction.tables["incident"]
    query = (
        sa.select(table)
        .join_from(table, incident, table.c.bug == incident.c.bug)
        .where(is_in_force(transaction, table), incident.c.visibility == "here")
        .order_by(table.c.id)
    )
    return [_correction(row) for row in (await transaction.execute(query)).mappings()]


async def find_correction_times(
    transaction: Transaction, community: int, member: int, since: datetime
) -> list[datetime]:
    """Return the times of a member's corrections in a community after `since`, oldest first."""
    table = transaction.tables["correction"]
    query = sa.select(table.c.corrected_at).where(
        table.c.community == community, table.c.member == member, table.c.corrected_at > since
    )
    return list((await transaction.scalars(query.order_by(table.c.corrected_at))).all())


async def move_corrections(transaction: Transaction, old: str, new: str, community: int) -> None:
    """Move a community's corrections from one section to another (GLOBAL_COMMUNITY: those of all communities).

    Where a community has corrected the other section already, that correction stays in force and the moved one expires.
    """
    table = transaction.tables["correction"]
    target = table.alias("target")
    moved: list[sa.ColumnElement[bool]] = [table.c.section == old, table.c.in_force]
    if community != GLOBAL_COMMUNITY:
        moved.append(table.c.community == community)
    already_corrected = sa.exists().where(
        target.c.in_force,
        target.c.section == new,
        target.c.bug == table.c.bug,
        target.c.community == table.c.community,
    )
    await transaction.execute(table.update().where(*moved, already_corrected).values(in_force=False))
    await transaction.execute(table.update().where(*moved).values(section=new))


async def expire_corrections(transaction: Transaction, key: str, community: int) -> None:
    """Expire a community's corrections of a retired section (GLOBAL_COMMUNITY: those of all communities)."""
    table = transaction.tables["correction"]
    statement = table.update().where(table.c.section == key, table.c.in_force).values(in_force=False)
    if community != GLOBAL_COMMUNITY:
        statement = statement.where(table.c.community == community)
    await transaction.execute(statement)


def _same_subject(table: sa.Table, correction: Correction) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        table.c.bug == correction.bug,
        table.c.section == correction.section,
        table.c.community == correction.community,
    )


def _correction(row: Any) -> Correction:
    return Correction(
        row["bug"],
        row["section"],
        row["community"],
        row["member"],
        row["verdict"],
        row["corrected_at"],
        row["overrides_tags"],
        row["member_name"],
        row["id"],
    )
