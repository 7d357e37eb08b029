"""Who has filed which bugs: what a person had filed before tells whether they write for the CA they file on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.database import BATCH_SIZE, Transaction
from storage.values.incidents import Person


@dataclass(frozen=True, slots=True)
class FiledBug:
    """One bug with who filed it, when (UTC), and the CA owner that it is about."""

    bug: int
    creator: Person
    created: datetime
    ca: str | None


async def find_filed_bugs(transaction: Transaction, creators: Collection[Person]) -> list[FiledBug]:
    """Return all stored bugs that any of these people filed, whatever has become of them."""
    table, filed = transaction.tables["incident"], []
    names = sorted({person.name for person in creators if person.name})
    for start in range(0, len(names), BATCH_SIZE):
        query = sa.select(table.c.bug, table.c.creator, table.c.creator_domain, table.c.created, table.c.ca)
        for row in await transaction.execute(query.where(table.c.creator.in_(names[start : start + BATCH_SIZE]))):
            creator = Person(row.creator, row.creator_domain)
            if creator in creators:
                filed.append(FiledBug(row.bug, creator, row.created, row.ca))
    return filed
