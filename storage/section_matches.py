"""The incidents that the text of a custom section matches."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from storage.database import BATCH_SIZE, Transaction
from storage.values.sections import TextMatch


async def find_text_matches(transaction: Transaction, section: int) -> dict[int, TextMatch]:
    """Return the incidents that a section's text matches, by bug."""
    table = transaction.tables["section_text_match"]
    rows = (await transaction.execute(sa.select(table).where(table.c.section == section))).mappings()
    return {row["bug"]: TextMatch(row["bug"], row["confidence"], tuple(row["reasons"])) for row in rows}


async def save_text_matches(transaction: Transaction, section: int, matches: Mapping[int, TextMatch | None]) -> None:
    """Replace a section's matches of these incidents, by bug; None deletes the match of an incident."""
    table = transaction.tables["section_text_match"]
    unmatched = [bug for bug, match in matches.items() if match is None]
    for start in range(0, len(unmatched), BATCH_SIZE):
        batch = unmatched[start : start + BATCH_SIZE]
        await transaction.execute(table.delete().where(table.c.section == section, table.c.bug.in_(batch)))
    rows: list[dict[str, Any]] = [
        {"section": section, "bug": bug, "confidence": match.confidence, "reasons": list(match.reasons)}
        for bug, match in matches.items()
        if match is not None
    ]
    await transaction.upsert("section_text_match", rows)


async def delete_text_matches(transaction: Transaction, section: int) -> None:
    """Delete all matches of a section."""
    table = transaction.tables["section_text_match"]
    await transaction.execute(table.delete().where(table.c.section == section))
