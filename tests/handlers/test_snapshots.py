"""An answer comes from one snapshot: the data of a command are read in one transaction."""

import pytest

from handlers.queries.filters import IncidentQuery
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
