"""The indexes of incidents follow the database: new and changed incidents, comments, and bugs no longer public."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.polling.results import NullProgress
from handlers.actor import OPERATOR
from handlers.errors import UserError
from handlers.parsing.bug_references import require_bug_number
from handlers.parsing.owners import build_owner_directory
from handlers.sections.service import SectionService
from handlers.sections.similarity_ranking import SimilarityRanker
from handlers.use_cases import build_use_cases
from storage.database import Database
from storage.values.incidents import Bug, BugLinks, Comment
from storage.values.sources import SourceState
from tests.support.classified import NOBODY, NOON, ClassifierFixture
from tests.support.replay import replay
from tests.support.shared import CORPUS
from tests.support.small_corpus import build_app, small_bugzilla

FIRST = 1_500_000


def build_bug(day, title, ca="Entrust", links=None):
    opened = NOON + timedelta(days=day)
    number = FIRST + day
    return Bug(
        number, f"{ca}: {title}", "", "NEW", "", True, opened, opened, None, NOBODY, NOBODY, 1, links or BugLinks()
    )  # fmt: skip


PAST = (
    build_bug(1, "Zanzibarquux jurisdiction in EV certificates"),
    build_bug(2, "CRL published late", "DigiCert"),
    build_bug(3, "Audit letter overdue", "Telia"),
    build_bug(4, "Wrong jurisdiction country", "DigiCert"),
)
QUERY_BUG = build_bug(9, "Zanzibarquux jurisdiction issue in some certificates")


class QueriesFixture(ClassifierFixture):
    """Ingest and queries of one program, on a database that other programs may write to as well."""

    def __init__(self, database):
        super().__init__(database)
        service = SectionService(database, build_owner_directory({}), SimilarityRanker(self.indexes.similarity))
        source_names, url = ("bugzilla",), "https://b.example"
        self.use_cases = build_use_cases(
            database, build_owner_directory({}), self.classifier, self.indexes, service, source_names, url
        )

    async def ingest(self, *bugs, texts=("It went wrong.",)):
        comments = {
            bug.id: [Comment(bug.id, n, bug.id * 10 + n, NOBODY, NOON, text) for n, text in enumerate(texts)]
            for bug in bugs
        }
        await self.bug_ingest.ingest_bugs(bugs, comments, {}, SourceState("bugzilla", baseline_at=NOON), NOON)

    async def related_reasons(self, bug=QUERY_BUG):
        """Return the related incidents of a bug, best first, each with its reasons."""
        return {
            related.incident.bug.id: related.echo.reasons
            for related in (await self.use_cases.incidents.related(OPERATOR, bug.id)).echoes
        }

    async def alike_bugs(self, bug=QUERY_BUG):
        """Return the bugs that are the same kind of failure as one."""
        related = await self.use_cases.incidents.related(OPERATOR, bug.id)
        return [alike.incident.bug.id for alike in related.alike]

    def has_token(self, token):
        """Return whether the index of related incidents still has a token."""
        return token in self.indexes.related._index.vocabulary


@pytest.fixture
async def queries_fixture(database):
    queries_fixture = QueriesFixture(database)
    await queries_fixture.ingest(*PAST)
    await queries_fixture.ingest(QUERY_BUG)
    yield queries_fixture
    await queries_fixture.indexes.close()


@pytest.fixture
async def other_fixture(database, database_url):
    """Yield another program on the same database."""
    second_database = Database(database_url)
    await second_database.open()
    yield QueriesFixture(second_database)
    await second_database.close()


async def test_earlier_incidents_come_up_with_what_both_share(queries_fixture):
    reasons = await queries_fixture.related_reasons()
    assert list(reasons)[:1] == [PAST[0].id]
    assert "zanzibarquux jurisdiction" in reasons[PAST[0].id]
    assert "jurisdiction" in reasons[PAST[3].id]
    assert await queries_fixture.related_reasons(PAST[0]) == {}


async def test_what_is_alike_follows_as_incidents_come_and_go(queries_fixture, other_fixture):
    first, country = PAST[0].id, PAST[3].id
    assert await queries_fixture.alike_bugs() == [first, country]
    new = build_bug(5, "Zanzibarquux jurisdiction in all certificates", "Sectigo")
    await other_fixture.ingest(new)
    assert set(await queries_fixture.alike_bugs()) == {first, country, new.id}
    await queries_fixture.bug_ingest.mark_unavailable({first: "restricted"})
    assert set(await queries_fixture.alike_bugs()) == {country, new.id}
    await other_fixture.ingest(replace(new, summary="Sectigo: OCSP silent", changed=NOON + timedelta(days=99)))
    assert await queries_fixture.alike_bugs() == [country]
    queries = (queries_fixture.alike_bugs(bug) for bug in (QUERY_BUG, *PAST[1:3]) * 3)
    await asyncio.gather(*queries, other_fixture.bug_ingest.mark_unavailable({country: "moved"}))
    assert await queries_fixture.alike_bugs() == []


async def test_the_table_names_what_is_referred_to_and_what_is_alike(queries_fixture):
    await queries_fixture.ingest(QUERY_BUG, texts=(f"As in bug {PAST[1].id}.",))
    related = await queries_fixture.use_cases.incidents.related(OPERATOR, QUERY_BUG.id)
    assert [member.incident.bug.id for member in related.table] == [PAST[1].id, PAST[0].id, PAST[3].id]


async def test_an_alert_shows_what_is_referred_to_or_else_the_most_alike_one_or_nothing(queries_fixture):
    async def shown(bug):
        related = (await queries_fixture.indexes.related_to(bug.id)).most_telling(2)
        return [echo.bug for echo in related.echoes], [alike.bug for alike in related.alike]

    assert await shown(QUERY_BUG) == ([], [PAST[0].id])
    assert await shown(PAST[2]) == ([], [])
    await queries_fixture.ingest(QUERY_BUG, texts=(f"As in bugs {PAST[1].id}, {PAST[2].id} and {PAST[3].id}.",))
    assert await shown(QUERY_BUG) == ([PAST[1].id, PAST[2].id], [])
    late = build_bug(10, "Delayed revocation for Zanzibarquux jurisdiction issue in certificates")
    await queries_fixture.ingest(late)
    assert await shown(late) == ([QUERY_BUG.id], [])


async def test_what_bugzillas_fields_and_later_comments_name_is_referred_to(queries_fixture):
    crl, audit, country = (bug.id for bug in PAST[1:])
    address = f"https://bugzilla.mozilla.org/show_bug.cgi?id={country}"
    other_address = f"https://example.org/issues/{PAST[0].id}"
    linked = replace(QUERY_BUG, links=BugLinks(depends_on=(crl,), see_also=(address, other_address)), changed=NOON)
    await queries_fixture.ingest(
        linked, texts=("It went wrong.", "", f"As in bug {audit}.", f"Not {QUERY_BUG.id} itself, nor 99.")
    )
    reasons = await queries_fixture.related_reasons()
    assert list(reasons)[:3] == [crl, country, audit]
    assert {reasons[crl], reasons[country], reasons[audit]} == {"refers to"}
    assert reasons[PAST[0].id] != "refers to"


async def test_a_duplicate_refers_to_what_it_duplicates(queries_fixture):
    await queries_fixture.ingest(replace(QUERY_BUG, links=BugLinks(dupe_of=PAST[2].id)))
    assert (await queries_fixture.related_reasons())[PAST[2].id] == "refers to"


@pytest.mark.parametrize("visibility", ["restricted", "moved"])
async def test_an_unavailable_bug_is_gone_from_results_and_from_the_indexes_at_once(queries_fixture, visibility):
    assert PAST[0].id in await queries_fixture.related_reasons()
    assert queries_fixture.has_token("zanzibarquux")
    await queries_fixture.ingest(replace(QUERY_BUG, summary="Entrust: Jurisdiction issue", changed=NOON))
    await queries_fixture.related_reasons()
    await queries_fixture.bug_ingest.mark_unavailable({PAST[0].id: visibility})
    assert not queries_fixture.has_token("zanzibarquux")
    assert PAST[0].id not in await queries_fixture.related_reasons()
    with pytest.raises(UserError, match="no longer public" if visibility == "restricted" else "has left"):
        await queries_fixture.use_cases.incidents.related(OPERATOR, PAST[0].id)


async def test_what_another_program_changes_is_noticed(queries_fixture, other_fixture):
    await queries_fixture.related_reasons()
    new = build_bug(5, "Jurisdiction misspelled", "Sectigo")
    await other_fixture.ingest(new)
    assert new.id in await queries_fixture.related_reasons()
    await other_fixture.ingest(replace(new, summary="Sectigo: OCSP silent", changed=NOON + timedelta(days=99)))
    assert new.id not in await queries_fixture.related_reasons()
    await other_fixture.ingest(
        replace(QUERY_BUG, changed=NOON + timedelta(days=99)), texts=("It went wrong.", f"See {new.id}.")
    )
    assert (await queries_fixture.related_reasons())[new.id] == "refers to"


async def test_what_another_program_marks_unavailable_is_gone_with_the_next_query(queries_fixture, other_fixture):
    await queries_fixture.related_reasons()
    await other_fixture.bug_ingest.mark_unavailable({PAST[3].id: "restricted"})
    assert PAST[3].id not in await queries_fixture.related_reasons()
    assert PAST[3].id not in queries_fixture.indexes.related._index
    await other_fixture.ingest(PAST[3])
    assert PAST[3].id in await queries_fixture.related_reasons()


async def test_a_comment_that_is_hidden_without_a_trace_on_its_bug_is_evicted(queries_fixture):
    await queries_fixture.ingest(QUERY_BUG, texts=("Mojibakefoo went wrong.",))
    await queries_fixture.related_reasons()
    assert queries_fixture.has_token("mojibakefoo")
    await queries_fixture.ingest(QUERY_BUG, texts=("It went wrong.",))
    assert not queries_fixture.has_token("mojibakefoo")
    assert PAST[0].id in await queries_fixture.related_reasons()


async def test_a_bug_that_becomes_restricted_during_a_query_is_not_shown(queries_fixture, other_fixture, monkeypatch):
    related_to = queries_fixture.indexes.related_to

    async def restrict_after_search(bug):
        result = await related_to(bug)
        await other_fixture.bug_ingest.mark_unavailable({PAST[0].id: "restricted"})
        return result

    monkeypatch.setattr(queries_fixture.indexes, "related_to", restrict_after_search)
    assert PAST[0].id not in await queries_fixture.related_reasons()


async def test_a_cancelled_query_leaves_nothing_half_done(queries_fixture):
    for _ in range(5):
        search = asyncio.create_task(queries_fixture.indexes.related_to(QUERY_BUG.id))
        await asyncio.sleep(0)
        search.cancel()
        await asyncio.gather(search, return_exceptions=True)
    assert PAST[0].id in await queries_fixture.related_reasons()
    assert len(queries_fixture.indexes.related._index) == len(PAST) + 1


async def test_numbers_that_are_no_incident_are_refused_in_a_sentence(queries_fixture):
    for text in ("999999999", "1", "-5", "99999999999999999999", "", "abc"):
        with pytest.raises(UserError):
            await queries_fixture.use_cases.incidents.related(OPERATOR, require_bug_number(text))


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not part of the project")
async def test_the_jurisdiction_bug_of_2024_brings_up_its_predecessors_through_the_whole_product(tmp_path):
    with replay() as server:
        app = build_app(f"sqlite:///{tmp_path / 'all.db'}", server.url)
        await app.open()
        try:
            await app.poller.poll_bugzilla(NullProgress(), on_schedule=False, sweep=False)
            bugs = [
                related.incident.bug.id for related in (await app.use_cases.incidents.related(OPERATOR, 1897630)).echoes
            ]
            assert {1802916, 1867130, 1696227} <= set(bugs[:10])
            assert len(bugs) < 60
        finally:
            await app.close()


async def test_the_program_polls_and_answers(database_url):
    creator, bugs = "a@b.example", []
    for bug in (*PAST, QUERY_BUG):
        time = f"{bug.created:%Y-%m-%dT%H:%M:%SZ}"
        bugs.append({
            "id": bug.id, "summary": bug.summary, "whiteboard": "", "status": "NEW", "resolution": "",
            "creation_time": time, "creator": creator, "assigned_to": creator,
            "comments": [{"time": time, "creator": creator, "text": "It went wrong."}],
        })  # fmt: skip
    async with small_bugzilla(bugs) as (bugzilla, url):
        app = build_app(database_url, url)
        await app.open()
        try:
            await app.poller.poll_bugzilla(NullProgress(), on_schedule=False, sweep=True)
            related = await app.use_cases.incidents.related(OPERATOR, QUERY_BUG.id)
            assert PAST[0].id in [bug.incident.bug.id for bug in related.echoes]
            new = bugzilla.file_bug("Entrust: Zanzibarquux jurisdiction once more", f"As in {PAST[1].id}.")
            await app.poller.poll_bugzilla(NullProgress(), on_schedule=False, sweep=False)
            first, *others = (await app.use_cases.incidents.related(OPERATOR, new)).echoes
            assert (first.incident.bug.id, first.echo.reasons) == (PAST[1].id, "refers to")
            assert QUERY_BUG.id in [bug.incident.bug.id for bug in others]
        finally:
            await app.close()
