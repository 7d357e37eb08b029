"""Members' labels of incidents for custom sections."""

from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa

from storage.database import Transaction
from storage.values.sections import SectionLabel


async def save_labels(transaction: Transaction, section: int, labels: Sequence[SectionLabel]) -> None:
    """Store labels; a later label of the same incident replaces the earlier one."""
    rows = [{"section": section, **asdict(label)} for label in labels]
    await transaction.upsert("section_label", rows)


async def delete_label(transaction: Transaction, section: int, bug: int) -> None:
    """Delete the label of an incident."""
    table = transaction.tables["section_label"]
    await transaction.execute(table.delete().where(table.c.section == section, table.c.bug == bug))


async def find_labels(transaction: Transaction, section: int) -> list[SectionLabel]:
    """Return a section's labels of visible incidents, oldest first."""
    table, incident = transaction.tables["section_label"], transaction.tables["incident"]
    query = (
        sa.select(table)
        .join_from(table, incident, table.c.bug == incident.c.bug)
        .where(table.c.section == section, incident.c.visibility == "here")
        .order_by(table.c.labelled_at, table.c.bug)
    )
    return [
        SectionLabel(row["bug"], row["belongs"], row["member"], row["labelled_at"], row["score"])
        for row in (await transaction.execute(query)).mappings()
    ]
