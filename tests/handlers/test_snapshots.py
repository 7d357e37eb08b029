"""An answer comes from one snapshot: the data of a command are read in one transaction."""

import asyncio

import pytest

from handlers.queries.filters import IncidentQuery
from storage import incidents
from storage.database import Database
from tests.support.sections import ALICE, build_sections_fixture

BUG = 1658792


@pytest.mark.parametrize(
    "ask",
    [
        lambda cases: cases.incidents.list(ALICE, IncidentQuery("Entrust"), 0),
        lambda cases: cases.incidents.detail(ALICE, BUG),
        lambda cases: cases.incidents.explain(ALICE, BUG),
        lambda cases: cases.sections.list(ALICE),
        lambda cases: cases.sections.detail(ALICE, "geographical"),
        lambda cases: cases.summaries.summarize(ALICE, IncidentQuery("geographical")),
    ],
)
async def test_an_answer_and_its_titles_are_read_in_one_transaction(database, monkeypatch, ask):
    sections = await build_sections_fixture(database)
    await sections.accepted_section()
    read, reads = Database.read, []

    def counted(self):
        reads.append(self)
        return read(self)

    monkeypatch.setattr(Database, "read", counted)
    result = await ask(sections.use_cases)
    assert len(reads) == 1
    assert getattr(result, "section_titles", {"geographical": "geographical"})["geographical"] == "geographical"


async def test_answers_while_a_poll_writes_are_of_one_moment_each(database):
    sections = await build_sections_fixture(database)
    cases = sections.use_cases
    before = await cases.incidents.list(ALICE, IncidentQuery(), 0)
    async with database.transaction() as transaction:
        withdrawn = before.incidents[0].bug.id
        await incidents.mark_unavailable(transaction, withdrawn, "restricted")
        first, second = await asyncio.gather(
            cases.incidents.list(ALICE, IncidentQuery(), 0), cases.sections.list(ALICE)
        )
    after = await cases.incidents.list(ALICE, IncidentQuery(), 0)
    assert (first.counts, first.incidents) == (before.counts, before.incidents)
    assert second
    assert after.counts.total == before.counts.total - 1
    assert withdrawn not in [incident.bug.id for incident in after.incidents]


async def test_a_command_that_writes_waits_for_a_database_that_is_locked_for_a_second(database, database_url):
    sections = await build_sections_fixture(database)
    other = Database(database_url)
    await other.open()

    async def hold():
        async with other.transaction() as transaction:
            await incidents.lock_incidents(transaction, [BUG])
            locked.set()
            await asyncio.sleep(1)

    locked = asyncio.Event()
    holding = asyncio.create_task(hold())
    await locked.wait()
    listed = await sections.use_cases.incidents.list(ALICE, IncidentQuery(), 0)
    proposal = await sections.use_cases.custom_sections.propose(ALICE, f"Wrong places {BUG}")
    await holding
    await other.close()
    assert listed.counts.total
    assert proposal.section.title == "Wrong places"
