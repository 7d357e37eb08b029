"""Polls of Bugzilla, from the server's first answer to what is stored and what is to be announced."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.polling.results import NullProgress
from bot.sources.bugzilla.client import BugzillaClient
from bot.sources.errors import SourceError
from storage import comments, incidents, sources
from storage.values.incidents import IncidentFilter
from tests.support.replay import replay
from tests.support.small_corpus import (
    CHANNEL,
    FIRST_BUG,
    REPORT,
    announcements,
    build_app,
    all_stored_text,
    file_bug,
    invented_bugs,
    open_app,
    problems,
    rows,
    small_bugzilla,
    write_corpus,
)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    """Tries again after milliseconds, and calls an answer late after a second."""
    monkeypatch.setattr("bot.sources.http.INITIAL_RETRY_DELAY_SECONDS", 0.001)
    monkeypatch.setattr("bot.sources.bugzilla.rest.RESPONSE_TIMEOUT_SECONDS", 1.0)


@pytest.fixture
def server(tmp_path):
    with replay(corpus=write_corpus(tmp_path)) as server:
        yield server


@pytest.fixture
def file_url(tmp_path):
    """A database for tests of what no database has a part in."""
    return f"sqlite:///{tmp_path / 'rootwatch.db'}"


@pytest.fixture
async def quick_app(file_url, server):
    app = await open_app(build_app(file_url, server.url))
    yield app
    await app.close()


@pytest.fixture
async def app(database_url, server):
    app = await open_app(build_app(database_url, server.url))
    yield app
    await app.close()


async def here(app):
    return await incidents.find_ids(app.database)


def asked(server):
    """How many requests were made, the test's own left out."""
    return sum(count["requests"] for path, count in server.counts().items() if path != "/_control")


async def polled(app):
    """Poll once without a failure; gives what Bugzilla's poll found."""
    outcome = (await app.poll()).bugzilla
    assert outcome.error is None
    return outcome


class Interrupts:
    """A progress that breaks the server's neck after the first page of titles."""

    def __init__(self, server, faults):
        self.server, self.faults = server, faults

    def advance(self, task, done, total):
        if task == "titles" and self.faults:
            self.server.control(faults=self.faults)
            self.faults = []


async def test_a_small_bugzilla_is_filled_from_and_its_new_bug_announced_once(database_url):
    async with small_bugzilla() as (small, url):
        app = await open_app(build_app(database_url, url))
        first = await polled(app)
        assert (first.seen, first.new) == (12, 12)
        assert await announcements(app) == []
        assert len(await comments.find_comments(app.database, FIRST_BUG)) == 1
        new = small.file_bug("Entrust: Yet another thing", REPORT)
        small.down = True
        assert "is down for now (503)" in (await app.poll()).bugzilla.error
        small.down = False
        assert (await polled(app)).new == 1
        assert (await polled(app)).new == 0
        assert await announcements(app) == [new]
        found = await incidents.find_incidents(app.database, IncidentFilter("Entrust"))
        assert [one.bug.id for one in found] == [new, FIRST_BUG + 6, FIRST_BUG]
        await app.close()


async def test_the_backlog_alerts_nothing_and_all_of_it_is_there(app):
    outcome = await polled(app)
    assert (outcome.seen, outcome.new, outcome.changed, outcome.missing) == (12, 12, 0, 0)
    assert await announcements(app) == []
    assert (await rows(app, "SELECT count(*) FROM comment"))[0][0] == 12
    assert await incidents.find_unclassified(app.database) == []


async def test_an_interrupted_first_fill_still_announces_only_what_was_filed_since(file_url, tmp_path):
    with replay(corpus=write_corpus(tmp_path, invented_bugs(1100))) as server:
        app = await open_app(build_app(file_url, server.url))
        failed = await app.poll(Interrupts(server, [{"path": "/rest/bug", "status": 503, "body": "html", "times": 3}]))
        assert failed.bugzilla.error
        assert 0 < len(await here(app)) < 1100
        new = file_bug(server)
        server.control(advance=7200)
        outcome = await polled(app)
        assert outcome.new == 101
        assert len(await here(app)) == 1101
        assert await announcements(app) == [new]
        await polled(app)
        assert await announcements(app) == [new]
        await app.close()


async def test_a_fill_interrupted_in_its_comments_goes_on_where_it_stopped(quick_app, server):
    class InTheComments(Interrupts):
        def advance(self, task, done, total):
            if task == "titles":
                self.server.control(faults=self.faults)

    failed = await quick_app.poll(InTheComments(server, [{"path": "/rest/bug", "kind": "drop", "times": 3}]))
    assert failed.bugzilla.error
    new = file_bug(server)
    await polled(quick_app)
    assert (await rows(quick_app, "SELECT count(*) FROM comment"))[0][0] == 13
    assert await announcements(quick_app) == [new]


async def test_a_new_bug_is_announced_once_over_many_polls(app, server):
    await polled(app)
    new = file_bug(server)
    for _ in range(3):
        await polled(app)
        server.control(advance=60, comment={"id": new, "text": "More of it."})
    server.control(advance=86400)
    await polled(app)
    assert await announcements(app) == [new]


async def test_an_old_bug_that_moved_in_and_one_made_public_are_each_announced_once(app, server):
    server.control(file={"id": 1_000_001, "summary": "Telia: Old", "component": "CA Security Vulnerability",
                         "at": "2024-02-01T00:00:00Z"})  # fmt: skip
    server.control(file={"id": 1_000_002, "summary": "Telia: Secret", "hidden": True, "at": "2024-02-01T00:00:00Z"})
    await polled(app)
    server.control(advance=3600, **{"return": 1_000_001})
    await polled(app)
    server.control(advance=3600, show=1_000_002)
    await polled(app)
    server.control(advance=3600)
    await polled(app)
    assert await announcements(app) == [1_000_001, 1_000_002]


async def test_a_bug_that_leaves_is_no_incident_and_its_return_is_not_announced_again(app, server):
    await polled(app)
    new = file_bug(server)
    await polled(app)
    server.control(advance=60, move=new)
    outcome = await polled(app)
    assert outcome.missing == 1
    assert new not in await here(app)
    assert all(one.bug.id != new for one in await incidents.find_incidents(app.database, IncidentFilter()))
    server.control(advance=60, **{"return": new})
    await polled(app)
    assert new in await here(app)
    assert await announcements(app) == [new]


async def test_a_bug_of_the_backlog_that_leaves_and_returns_is_not_announced(app, server):
    await polled(app)
    server.control(advance=60, move=FIRST_BUG)
    await polled(app)
    server.control(advance=60, **{"return": FIRST_BUG})
    await polled(app)
    assert FIRST_BUG in await here(app)
    assert await announcements(app) == []


@pytest.mark.parametrize("minutes", [5, 600])
async def test_a_late_commit_is_found(app, server, minutes):
    await polled(app)
    server.control(advance=86400)
    await polled(app)
    late = datetime.fromisoformat(server.control()["now"]) - timedelta(minutes=minutes)
    server.control(file={"summary": "Telia: Late", "at": late.isoformat()})
    await polled(app)
    assert await announcements(app) == [FIRST_BUG + 12]


async def test_what_a_poll_without_sweep_missed_is_found_by_the_scheduled_sweep(file_url, server):
    app = await open_app(build_app(file_url, server.url, BUGZILLA__SWEEP_POLLS="2"))
    await polled(app)
    server.control(advance=7200)
    await app.poller.poll_bugzilla(NullProgress(), on_schedule=True, sweep=False)
    late = datetime.fromisoformat(server.control()["now"]) - timedelta(hours=1)
    server.control(file={"summary": "Telia: Late", "at": late.isoformat()})
    await app.poller.poll_bugzilla(NullProgress(), on_schedule=True, sweep=False)
    assert await announcements(app) == [FIRST_BUG + 12]
    assert (await sources.find_source(app.database, "bugzilla")).missed_changes == 1
    await app.close()


async def test_a_restricted_bug_leaves_no_text_and_made_public_again_it_can_be_asked_for(app, server):
    await polled(app)
    secret = file_bug(
        server, "Entrust: Zanzibarquux", whiteboard="[ca-compliance] [xyzzytag]", text="plughword A000123",
        creator="frobozz@quendor.example",
    )  # fmt: skip
    await polled(app)
    kept = await all_stored_text(app)
    assert all(word in kept for word in ("Zanzibarquux", "xyzzytag", "plughword", "frobozz", "quendor"))
    server.control(advance=60, hide=secret)
    assert (await polled(app)).missing == 1
    kept = await all_stored_text(app)
    assert not [word for word in ("Zanzibarquux", "xyzzytag", "plughword", "frobozz", "quendor") if word in kept]
    assert secret not in await here(app)
    server.control(advance=60, show=secret)
    await polled(app)
    assert (await app.queries.incident(str(secret))).incident.title == "Zanzibarquux"
    assert [one.text for one in await comments.find_comments(app.database, secret)] == ["plughword A000123"]
    assert await announcements(app) == [secret]


@pytest.mark.parametrize("count", [12, 3])
async def test_when_all_vanish_at_once_nothing_is_believed(file_url, tmp_path, count):
    with replay(corpus=write_corpus(tmp_path, invented_bugs(count))) as server:
        app = await open_app(build_app(file_url, server.url))
        await polled(app)
        await app.close()
        mistyped = build_app(file_url, server.url, BUGZILLA__COMPONENT="CA Certificate Complaints")
        await mistyped.open()
        outcome = (await mistyped.poll()).bugzilla
        assert "bugzilla.component" in outcome.error
        assert len(await here(mistyped)) == count
        assert any("mistyped" in one for one in await problems(mistyped))
        await mistyped.close()
        app = build_app(file_url, server.url)
        await app.open()
        assert (await polled(app)).missing == 0
        assert len(await here(app)) == count
        await app.close()


async def test_a_component_mistyped_from_the_start_is_said(file_url, server):
    app = await open_app(build_app(file_url, server.url, BUGZILLA__COMPONENT="CA Certificate Complaints"))
    error = (await app.poll()).bugzilla.error
    assert "CA Program :: CA Certificate Complaints" in error
    assert "bugzilla.component" in error
    await app.close()
    app = build_app(file_url, server.url)
    await app.open()
    assert (await polled(app)).new == 12
    assert await announcements(app) == []
    await app.close()


FAULTS = {
    "503": ({"status": 503, "body": "html"}, "is down for now (503)"),
    "error in a 200": ({"status": 200, "body": "json"}, "reports an error of its own"),
    "empty": ({"status": 200, "body": "empty"}, "gave an empty answer"),
    "cut": ({"kind": "cut"}, "broke off in the middle of its answer"),
    "drop": ({"kind": "drop"}, "broke off in the middle of its answer"),
    "slow": ({"kind": "slow"}, "did not finish its answer within"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_is_one_sentence_and_the_next_poll_catches_up(quick_app, server, fault, monkeypatch):
    await polled(quick_app)
    monkeypatch.setattr("bot.sources.bugzilla.rest.RESPONSE_TIMEOUT_SECONDS", 0.2)
    news = [file_bug(server, text="long " * 900), file_bug(server)]
    order, sentence = FAULTS[fault]
    server.control(faults=[{"path": "/rest/bug", "times": 3, **order}])
    error = (await quick_app.poll()).bugzilla.error
    assert sentence in error
    assert error.endswith(".")
    assert "Traceback" not in error
    monkeypatch.setattr("bot.sources.bugzilla.rest.RESPONSE_TIMEOUT_SECONDS", 20)
    server.control(faults=[])
    server.control(advance=7200)
    await polled(quick_app)
    assert await announcements(quick_app) == news
    assert await here(quick_app) == {*range(FIRST_BUG, FIRST_BUG + 12), *news}


async def test_retry_after_is_obeyed_by_a_second_program_on_the_same_database(app, database_url, server):
    await polled(app)
    server.control(faults=[{"path": "/rest/bug", "status": 503, "retry_after": 900, "times": 1}])
    assert (await app.poll()).bugzilla.error
    await app.close()
    before = asked(server)
    again = build_app(database_url, server.url)
    await again.open()
    outcome = (await again.poll()).bugzilla
    assert "is not polled until" in outcome.error
    assert outcome.requests == 0
    assert asked(server) == before
    async with again.database.transaction() as connection:
        state = await sources.find_source(again.database, "bugzilla")
        assert timedelta(seconds=800) < state.not_before - datetime.now(UTC) < timedelta(seconds=901)
        await sources.save_source(again.database, connection, replace(state, not_before=datetime.now(UTC)))
    await polled(again)
    await again.close()


async def test_a_blocked_address_is_left_alone_for_an_hour(quick_app, server):
    await polled(quick_app)
    server.control(faults=[{"path": "/rest", "status": 429, "body": "html", "times": 1}])
    assert "asks for fewer requests" in (await quick_app.poll()).bugzilla.error
    before = asked(server)
    assert "not polled" in (await quick_app.poll()).bugzilla.error
    assert asked(server) == before
    state = await sources.find_source(quick_app.database, "bugzilla")
    assert state.not_before - datetime.now(UTC) > timedelta(minutes=60)


async def test_bmo_limits_block_nobody_over_a_fill_and_many_polls(quick_app, server):
    server.control(bmo_limits=True)
    for _ in range(5):
        await polled(quick_app)
        file_bug(server)
    server.control(advance=60, hide=FIRST_BUG + 3)
    await polled(quick_app)
    assert "429" not in {status for count in server.counts().values() for status in count["statuses"]}


async def test_a_failing_source_is_told_once_and_once_when_it_is_well_again(app, server):
    await polled(app)
    server.control(faults=[{"path": "/rest", "status": 503, "body": "html", "times": 6}])
    for _ in range(2):
        assert (await app.poll()).bugzilla.error
    status = await app.queries.status()
    assert "is down for now (503)" in status.sources[0].error
    await polled(app)
    await polled(app)
    told = await problems(app)
    assert len(told) == 2
    assert "is down for now (503)" in told[0]
    assert "works again" in told[1]
    assert (await app.queries.status()).sources[0].error == ""


async def test_without_its_comments_a_bug_is_announced_all_the_same(app, server, monkeypatch):
    await polled(app)
    new = file_bug(server, text=REPORT)
    read = BugzillaClient.get_comments

    async def broken(self, bugs):
        raise SourceError("The comments are not to be had.")
        yield {}

    monkeypatch.setattr(BugzillaClient, "get_comments", broken)
    assert (await app.poll()).bugzilla.error == "The comments are not to be had."
    assert await announcements(app) == [new]
    monkeypatch.setattr(BugzillaClient, "get_comments", read)
    await polled(app)
    assert len(await comments.find_comments(app.database, new)) == 1
    assert await announcements(app) == [new]


async def test_more_than_the_bound_at_once_become_one_message(database_url, server):
    app = await open_app(build_app(database_url, server.url, ALERTS__FLOOD_BOUND="5"))
    await polled(app)
    few = [file_bug(server) for _ in range(5)]
    await polled(app)
    assert await announcements(app) == few
    many = [file_bug(server) for _ in range(6)]
    await polled(app)
    await polled(app)
    assert await announcements(app) == [*few, None]
    kept = await rows(app, "SELECT bugs FROM event WHERE kind = 'catch-up'")
    told = kept[0][0]
    assert (json.loads(told) if isinstance(told, str) else told) == many
    await app.close()


async def test_a_bugzilla_of_flavour_5_2_works_end_to_end(file_url, tmp_path):
    with replay(flavour="5.2", corpus=write_corpus(tmp_path)) as server:
        app = await open_app(build_app(file_url, server.url))
        assert (await polled(app)).new == 12
        assert (await rows(app, "SELECT count(*) FROM comment"))[0][0] == 12
        new = file_bug(server)
        await polled(app)
        assert await announcements(app) == [new]
        assert len(await comments.find_comments(app.database, new)) == 1
        await app.close()


async def test_the_report_counts_what_was_seen_new_changed_and_gone(app, server):
    await polled(app)
    file_bug(server)
    server.control(advance=60, change={"id": FIRST_BUG, "whiteboard": "[ca-compliance] [crl-failure]"})
    server.control(advance=60, move=FIRST_BUG + 1)
    before = asked(server)
    report = await app.poll()
    outcome = report.bugzilla
    assert (outcome.seen, outcome.new, outcome.changed, outcome.missing, outcome.error) == (12, 1, 1, 1, None)
    assert outcome.requests == asked(server) - before
    assert not report.failed
    assert report.lists == {}
    quiet = await polled(app)
    assert (quiet.seen, quiet.new, quiet.changed, quiet.missing) == (12, 0, 0, 0)


async def test_addresses_of_persons_never_reach_the_database(app, server):
    await polled(app)
    new = file_bug(
        server, "Entrust: ask jane.doe@person.example", text="Write to jane.doe@person.example, <joe@person.example>.",
        creator="jane.doe@person.example",
    )  # fmt: skip
    server.control(advance=60, comment={"id": new, "text": "mailto:jane.doe@person.example", "creator": "x@y.example"})
    await polled(app)
    kept = await all_stored_text(app)
    assert "Write to" in kept
    assert "@person.example" not in kept
    assert "@ca.example" not in kept


async def test_two_polls_never_run_at_once(quick_app, server):
    server.control(latency=0.05)
    first, second = await asyncio.gather(quick_app.poll(), quick_app.poll())
    assert (first.bugzilla.new, second.bugzilla.new) == (12, 0)
    assert await announcements(quick_app, CHANNEL) == []
