"""Incidents are found by every CA owner that they are about, and by those that have taken one over."""

from dataclasses import replace

from storage import incidents
from storage.database import Database
from storage.values.incidents import IncidentFilter
from tests.storage.test_storage import build_incident
from tests.support.database import read, write


def about(bug: int, *cas: str, successors: tuple[str, ...] = ()):
    incident = build_incident()
    ca, *also_about = cas
    bug_values = replace(incident.bug, id=bug)
    return replace(incident, bug=bug_values, ca=ca, also_about=tuple(also_about), successors=successors)


async def save(database: Database, *stored) -> None:
    await write(database, incidents.save_incidents, list(stored))


async def find(database: Database, *cas: str) -> list[int]:
    return sorted(incident.bug.id for incident in await read(database, incidents.find_incidents, IncidentFilter(cas)))


async def test_it_is_found_by_both_names_and_by_the_successor(database: Database) -> None:
    await save(
        database,
        about(1, "DigiCert"),
        about(2, "QuoVadis", successors=("DigiCert",)),
        about(3, "PKIoverheid", "QuoVadis", successors=("DigiCert",)),
        about(4, "Entrust"),
    )
    assert await find(database, "DigiCert") == [1, 2, 3]
    assert await find(database, "QuoVadis") == [2, 3]
    assert await find(database, "PKIoverheid", "Entrust") == [3, 4]
    assert await find(database) == [1, 2, 3, 4]


async def test_one_about_two_counts_for_both_and_none_for_a_successor(database: Database) -> None:
    await save(database, about(1, "PKIoverheid", "QuoVadis", successors=("DigiCert",)), about(2, "QuoVadis"))
    assert await read(database, incidents.count_owners, IncidentFilter()) == [("QuoVadis", 2), ("PKIoverheid", 1)]


async def test_a_new_title_changes_by_whom_it_is_found(database: Database) -> None:
    await save(database, about(1, "QuoVadis", "Zetes", successors=("DigiCert",)))
    await save(database, about(1, "Entrust", "QuoVadis"))
    assert (await find(database, "Entrust"), await find(database, "QuoVadis")) == ([1], [1])
    assert (await find(database, "Zetes"), await find(database, "DigiCert")) == ([], [])
    stored = (await read(database, incidents.find_by_bugs, [1]))[1]
    assert (stored.ca, stored.also_about, stored.successors) == ("Entrust", ("QuoVadis",), ())


async def test_of_a_restricted_one_no_owner_remains(database: Database) -> None:
    await save(database, about(1, "PKIoverheid", "QuoVadis", successors=("DigiCert",)), about(2, "QuoVadis"))
    await write(database, incidents.mark_unavailable, 1, "restricted")
    assert await find(database, "QuoVadis", "PKIoverheid", "DigiCert") == [2]
    async with database.read() as transaction:
        rows = await transaction.execute(transaction.tables["incident_owner"].select())
        assert {row.bug for row in rows} == {2}
    stored = (await read(database, incidents.find_by_bugs, [1]))[1]
    assert (stored.ca, stored.also_about, stored.successors) == (None, (), ())
