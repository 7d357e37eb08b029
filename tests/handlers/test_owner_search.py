"""What a member who asks for a CA owner learns about it: its other names, its successor, and whom it has taken over."""

from dataclasses import replace
from datetime import date

import pytest

from handlers.errors import UserError
from handlers.ingest.interpret import interpret_bug
from handlers.parsing.owners import build_owner_directory
from handlers.queries.owner_search import require_owner
from handlers.results.incidents import Owner
from storage import incidents
from storage.database import Database
from storage.values.incidents import IncidentFilter
from tests.support.classified import build_bug
from tests.support.database import read, write

OWNERS = build_owner_directory()


async def ask(database: Database, text: str) -> Owner:
    async with database.read() as transaction:
        return await require_owner(transaction, OWNERS, text)


async def find(database: Database, text: str) -> list[int]:
    filters = IncidentFilter(((await ask(database, text)).name,))
    return [incident.bug.id for incident in await read(database, incidents.find_incidents, filters)]


@pytest.fixture
async def filled(database: Database) -> Database:
    titles = ("QuoVadis: a", "DigiCert: b", "PKIoverheid / QuoVadis: c", "Zenith Root: d")
    bugs = [replace(build_bug(number), summary=title) for number, title in enumerate(titles, 1)]
    await write(database, incidents.save_incidents, [interpret_bug(bug, OWNERS, []) for bug in bugs])
    return database


async def test_a_former_owner_is_found_by_both_names_and_said_to_be_one(filled: Database) -> None:
    quovadis, digicert = await ask(filled, "quovadis"), await ask(filled, "DigiCert, Inc.")
    assert (quovadis.name, quovadis.successor, quovadis.succeeded) == ("QuoVadis", "DigiCert", date(2019, 1, 16))
    assert (digicert.successor, "QuoVadis" in digicert.former) == (None, True)
    assert await find(filled, "QuoVadis") == [3, 1]
    assert await find(filled, "DigiCert") == [3, 2, 1]


async def test_an_owner_that_only_a_title_names_is_said_to_be_unknown(filled: Database) -> None:
    assert await ask(filled, "zenith root") == Owner("Zenith Root", is_known=False)
    assert await find(filled, "Zenith Root") == [4]
    assert (await ask(filled, "Entrust")) == Owner("Entrust", ("AffirmTrust",))


async def test_nobodys_name_is_refused(filled: Database) -> None:
    with pytest.raises(UserError, match="No CA owner"):
        await ask(filled, "Quux")
