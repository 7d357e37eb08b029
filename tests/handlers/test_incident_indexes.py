"""What echoes are found from follows the database: new and changed incidents, comments, and above all withdrawals."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.polling.results import NullProgress
from handlers.errors import UserError
from handlers.parsing.owners import build_owner_directory
from handlers.queries.service import Queries
from handlers.sections.service import SectionService
from handlers.sections.similarity_ranking import SimilarityRanker
from storage.database import Database
from storage.values.incidents import Bug, BugLinks, Comment
from storage.values.sources import SourceState
from tests.support.classified import NOBODY, NOON, ClassifiedDatabase
from tests.support.replay import replay
from tests.support.shared import CORPUS
from tests.support.small_corpus import build_app, small_bugzilla

FIRST = 1_500_000


def a_bug(place, title, ca="Entrust", links=None):
    opened = NOON + timedelta(days=place)
    number = FIRST + place
    return Bug(
        number, f"{ca}: {title}", "", "NEW", "", True, opened, opened, None, NOBODY, NOBODY, 1, links or BugLinks()
    )  # fmt: skip


PAST = (
    a_bug(1, "Zanzibarquux jurisdiction in EV certificates"),
    a_bug(2, "CRL published late", "DigiCert"),
    a_bug(3, "Audit letter overdue", "Telia"),
    a_bug(4, "Wrong jurisdiction country", "DigiCert"),
)
ASKED = a_bug(9, "Zanzibarquux jurisdiction issue in some certificates")


class Program(ClassifiedDatabase):
    """One program on a database that others may write into as well."""

    def __init__(self, database):
        super().__init__(database)
        made = SectionService(database, build_owner_directory({}), SimilarityRanker(self.indexes.similarity))
        sources, url = ("bugzilla",), "https://b.example"
        self.queries = Queries(database, build_owner_directory({}), self.classifier, self.indexes, sources, url, made)

    async def ingest(self, *bugs, texts=("It went wrong.",)):
        read = {
            bug.id: [Comment(bug.id, n, bug.id * 10 + n, NOBODY, NOON, text) for n, text in enumerate(texts)]
            for bug in bugs
        }
        await self.bug_ingest.ingest_bugs(bugs, read, {}, SourceState("bugzilla", baseline_at=NOON), NOON)

    async def echoes(self, bug=ASKED):
        return {one.incident.bug.id: one.echo.reasons for one in (await self.queries.related(str(bug.id))).echoes}

    def remembers(self, word):
        return word in self.indexes.related._index.vocabulary


@pytest.fixture
async def program(database):
    program = Program(database)
    await program.ingest(*PAST)
    await program.ingest(ASKED)
    yield program
    await program.indexes.close()


@pytest.fixture
async def other(database, database_url):
    """Another program on the same database."""
    second = Database(database_url)
    await second.open()
    yield Program(second)
    await second.close()


async def test_earlier_incidents_come_up_with_what_both_share(program):
    found = await program.echoes()
    assert list(found)[:1] == [PAST[0].id]
    assert "zanzibarquux jurisdiction" in found[PAST[0].id]
    assert "jurisdiction" in found[PAST[3].id]
    assert await program.echoes(PAST[0]) == {}


async def test_what_bugzillas_fields_and_later_comments_name_is_referred_to(program):
    crl, audit, wrong = (one.id for one in PAST[1:])
    address = f"https://bugzilla.mozilla.org/show_bug.cgi?id={wrong}"
    elsewhere = f"https://example.org/issues/{PAST[0].id}"
    linked = replace(ASKED, links=BugLinks(depends_on=(crl,), see_also=(address, elsewhere)), changed=NOON)
    await program.ingest(linked, texts=("It went wrong.", "", f"As in bug {audit}.", f"Not {ASKED.id} itself, nor 99."))
    found = await program.echoes()
    assert list(found)[:3] == [crl, wrong, audit]
    assert {found[crl], found[wrong], found[audit]} == {"refers to"}
    assert found[PAST[0].id] != "refers to"


async def test_a_duplicate_refers_to_what_it_duplicates(program):
    await program.ingest(replace(ASKED, links=BugLinks(dupe_of=PAST[2].id)))
    assert (await program.echoes())[PAST[2].id] == "refers to"


@pytest.mark.parametrize("standing", ["restricted", "moved"])
async def test_a_withdrawn_bug_is_gone_from_answers_and_from_memory_at_once(program, standing):
    assert PAST[0].id in await program.echoes()
    assert program.remembers("zanzibarquux")
    await program.ingest(replace(ASKED, summary="Entrust: Jurisdiction issue", changed=NOON))
    await program.echoes()
    await program.bug_ingest.mark_unavailable({PAST[0].id: standing})
    assert not program.remembers("zanzibarquux")
    assert PAST[0].id not in await program.echoes()
    with pytest.raises(UserError, match="no longer public" if standing == "restricted" else "has left"):
        await program.queries.related(str(PAST[0].id))


async def test_what_another_program_changes_is_noticed(program, other):
    await program.echoes()
    new = a_bug(5, "Jurisdiction misspelled", "Sectigo")
    await other.ingest(new)
    assert new.id in await program.echoes()
    await other.ingest(replace(new, summary="Sectigo: OCSP silent", changed=NOON + timedelta(days=99)))
    assert new.id not in await program.echoes()
    await other.ingest(replace(ASKED, changed=NOON + timedelta(days=99)), texts=("It went wrong.", f"See {new.id}."))
    assert (await program.echoes())[new.id] == "refers to"


async def test_what_another_program_withdraws_is_gone_with_the_next_question(program, other):
    await program.echoes()
    await other.bug_ingest.mark_unavailable({PAST[3].id: "restricted"})
    assert PAST[3].id not in await program.echoes()
    assert PAST[3].id not in program.indexes.related._index
    await other.ingest(PAST[3])
    assert PAST[3].id in await program.echoes()


async def test_a_comment_that_is_hidden_without_a_trace_on_its_bug_is_forgotten(program):
    await program.ingest(ASKED, texts=("Mojibakefoo went wrong.",))
    await program.echoes()
    assert program.remembers("mojibakefoo")
    await program.ingest(ASKED, texts=("It went wrong.",))
    assert not program.remembers("mojibakefoo")
    assert PAST[0].id in await program.echoes()


async def test_a_bug_withdrawn_while_echoes_are_looked_for_is_not_shown(program, other, monkeypatch):
    related_to = program.indexes.related_to

    async def and_then_withdrawn(bug):
        found = await related_to(bug)
        await other.bug_ingest.mark_unavailable({PAST[0].id: "restricted"})
        return found

    monkeypatch.setattr(program.indexes, "related_to", and_then_withdrawn)
    assert PAST[0].id not in await program.echoes()


async def test_who_gives_up_waiting_leaves_nothing_half_done(program):
    for _ in range(5):
        asking = asyncio.create_task(program.indexes.related_to(ASKED.id))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    assert PAST[0].id in await program.echoes()
    assert len(program.indexes.related._index) == len(PAST) + 1


async def test_numbers_that_are_no_incident_are_refused_in_a_sentence(program):
    for text in ("999999999", "1", "-5", "99999999999999999999", "", "abc"):
        with pytest.raises(UserError):
            await program.queries.related(text)


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not part of the project")
async def test_the_jurisdiction_bug_of_2024_brings_up_its_predecessors_through_the_whole_product(tmp_path):
    with replay() as server:
        app = build_app(f"sqlite:///{tmp_path / 'all.db'}", server.url)
        await app.open()
        try:
            await app.poller.poll_bugzilla(NullProgress(), on_schedule=False, sweep=False)
            found = [one.incident.bug.id for one in (await app.queries.related("1897630")).echoes]
            assert {1802916, 1867130, 1696227} <= set(found[:10])
            assert len(found) < 60
        finally:
            await app.close()


async def test_the_program_polls_and_answers(database_url):
    who, bugs = "a@b.example", []
    for one in (*PAST, ASKED):
        time = f"{one.created:%Y-%m-%dT%H:%M:%SZ}"
        bugs.append({
            "id": one.id, "summary": one.summary, "whiteboard": "", "status": "NEW", "resolution": "",
            "creation_time": time, "creator": who, "assigned_to": who,
            "comments": [{"time": time, "creator": who, "text": "It went wrong."}],
        })  # fmt: skip
    async with small_bugzilla(bugs) as (small, url):
        app = build_app(database_url, url)
        await app.open()
        try:
            await app.poller.poll_bugzilla(NullProgress(), on_schedule=False, sweep=True)
            assert PAST[0].id in [one.incident.bug.id for one in (await app.queries.related(str(ASKED.id))).echoes]
            new = small.file_bug("Entrust: Zanzibarquux jurisdiction once more", f"As in {PAST[1].id}.")
            await app.poller.poll_bugzilla(NullProgress(), on_schedule=False, sweep=False)
            first, *rest = (await app.queries.related(str(new))).echoes
            assert (first.incident.bug.id, first.echo.reasons) == (PAST[1].id, "refers to")
            assert ASKED.id in [one.incident.bug.id for one in rest]
        finally:
            await app.close()
