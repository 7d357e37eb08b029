"""Who has filed on three CAs writes for none of them, in whatever order the bugs arrive."""

from datetime import UTC, datetime
from itertools import permutations

import pytest

from handlers.ingest.filings import load_filings
from handlers.ingest.interpret import interpret_bug
from handlers.parsing.owners import build_owner_directory
from storage import incidents
from storage.database import Database
from storage.values.incidents import Bug, Comment, Person
from storage.values.sources import SourceState
from tests.support.classified import ClassifierFixture
from tests.support.database import read, write

OWNERS = build_owner_directory()
RESEARCHER = Person("somebody", "gmail.com")


def build_bug(day: int, ca: str, creator: Person = RESEARCHER) -> Bug:
    at = datetime(2024, 5, day, tzinfo=UTC)
    return Bug(1_900_000 + day, f"{ca}: Wrong place", "", "NEW", "", True, at, at, None, creator, Person("nobody"))


async def count(database: Database, bug: Bug) -> int:
    async with database.read() as transaction:
        return (await load_filings(transaction, OWNERS, [bug])).count_cas(bug)


async def test_only_what_was_filed_by_then_counts(database: Database) -> None:
    bugs = [build_bug(1, "Entrust"), build_bug(2, "Telia"), build_bug(3, "Telia"), build_bug(4, "DigiCert")]
    await write(database, incidents.save_incidents, [interpret_bug(bug, OWNERS, []) for bug in bugs])
    assert [await count(database, bug) for bug in bugs] == [1, 2, 2, 3]
    assert await count(database, build_bug(5, "Entrust", Person("somebody", "example.org"))) == 1


async def test_a_title_that_changes_counts_as_it_is_now(database: Database) -> None:
    bugs = [build_bug(1, "Entrust"), build_bug(2, "Telia")]
    await write(database, incidents.save_incidents, [interpret_bug(bug, OWNERS, []) for bug in bugs])
    async with database.read() as transaction:
        filings = await load_filings(transaction, OWNERS, [build_bug(1, "Telia")])
    assert filings.count_cas(bugs[1]) == 1
    assert filings.later_bugs() == [bugs[1].id]


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_the_order_of_arrival_does_not_matter(database: Database, order: tuple[int, ...]) -> None:
    bugs = [build_bug(1, "Entrust"), build_bug(2, "Telia"), build_bug(3, "DigiCert")]
    ingest = ClassifierFixture(database).bug_ingest
    for number in order:
        bug = bugs[number]
        report = Comment(bug.id, 0, bug.id, RESEARCHER, bug.created, "We became aware of it. Our linter missed it.")
        await ingest.ingest_bugs([bug], {bug.id: [report]}, {}, SourceState("bugzilla"), bug.created)
    stored = await read(database, incidents.find_by_bugs, [bug.id for bug in bugs])
    assert [stored[bug.id].reporter for bug in bugs] == ["the CA itself", "the CA itself", "someone else"]
