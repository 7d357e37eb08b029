"""Polls of Bugzilla: the initial sync and the increments, from its responses to what is stored and announced."""

import asyncio
import json
from datetime import datetime, timedelta

import pytest

from bot.polling.results import NullProgress
from storage import comments, incidents, sources
from storage.values.incidents import IncidentFilter
from tests.support.bugzilla_polls import FaultsAfterTitles, poll_bugzilla, request_count, stored_bugs
from tests.support.database import read
from tests.support.replay import replay
from tests.support.small_corpus import (
    CHANNEL,
    FIRST_BUG,
    REPORT,
    all_stored_text,
    announcements,
    build_app,
    file_bug,
    invented_bugs,
    open_app,
    rows,
    small_bugzilla,
    write_corpus,
)


async def test_a_small_bugzilla_is_filled_from_and_its_new_bug_announced_once(database_url):
    async with small_bugzilla() as (bugzilla, url):
        app = await open_app(build_app(database_url, url))
        result = await poll_bugzilla(app)
        assert (result.seen, result.new) == (12, 12)
        assert await announcements(app) == []
        assert len(await read(app.database, comments.find_comments, FIRST_BUG)) == 1
        new = bugzilla.file_bug("Entrust: Yet another thing", REPORT)
        bugzilla.down = True
        assert "is down for now (503)" in (await app.poll()).bugzilla.error
        bugzilla.down = False
        assert (await poll_bugzilla(app)).new == 1
        assert (await poll_bugzilla(app)).new == 0
        assert await announcements(app) == [new]
        listed = await read(app.database, incidents.find_incidents, IncidentFilter(("Entrust",)))
        assert [incident.bug.id for incident in listed] == [new, FIRST_BUG + 6, FIRST_BUG]
        await app.close()


async def test_the_backlog_alerts_nothing_and_all_of_it_is_there(app):
    result = await poll_bugzilla(app)
    assert (result.seen, result.new, result.changed, result.missing) == (12, 12, 0, 0)
    assert await announcements(app) == []
    assert (await rows(app, "SELECT count(*) FROM comment"))[0][0] == 12
    assert await read(app.database, incidents.find_unclassified) == []


async def test_an_interrupted_first_fill_still_announces_only_what_was_filed_since(file_url, tmp_path):
    with replay(corpus=write_corpus(tmp_path, invented_bugs(1100))) as server:
        app = await open_app(build_app(file_url, server.url))
        failed_poll = await app.poll(
            FaultsAfterTitles(server, [{"path": "/rest/bug", "status": 503, "body": "html", "times": 3}])
        )
        assert failed_poll.bugzilla.error
        assert 0 < len(await stored_bugs(app)) < 1100
        new = file_bug(server)
        server.control(advance=7200)
        result = await poll_bugzilla(app)
        assert result.new == 101
        assert len(await stored_bugs(app)) == 1101
        assert await announcements(app) == [new]
        await poll_bugzilla(app)
        assert await announcements(app) == [new]
        await app.close()


async def test_a_fill_interrupted_in_its_comments_goes_on_where_it_stopped(quick_app, server):
    class FaultsInComments(FaultsAfterTitles):
        def advance(self, task, done, total):
            if task == "titles":
                self.server.control(faults=self.faults)

    failed_poll = await quick_app.poll(FaultsInComments(server, [{"path": "/rest/bug", "kind": "drop", "times": 3}]))
    assert failed_poll.bugzilla.error
    new = file_bug(server)
    await poll_bugzilla(quick_app)
    assert (await rows(quick_app, "SELECT count(*) FROM comment"))[0][0] == 13
    assert await announcements(quick_app) == [new]


async def test_a_new_bug_is_announced_once_over_many_polls(app, server):
    await poll_bugzilla(app)
    new = file_bug(server)
    for _ in range(3):
        await poll_bugzilla(app)
        server.control(advance=60, comment={"id": new, "text": "More of it."})
    server.control(advance=86400)
    await poll_bugzilla(app)
    assert await announcements(app) == [new]


@pytest.mark.parametrize("minutes", [5, 600])
async def test_a_late_commit_is_found(app, server, minutes):
    await poll_bugzilla(app)
    server.control(advance=86400)
    await poll_bugzilla(app)
    filed_at = datetime.fromisoformat(server.control()["now"]) - timedelta(minutes=minutes)
    server.control(file={"summary": "Telia: Late", "at": filed_at.isoformat()})
    await poll_bugzilla(app)
    assert await announcements(app) == [FIRST_BUG + 12]


async def test_what_a_poll_without_sweep_missed_is_found_by_the_scheduled_sweep(file_url, server):
    app = await open_app(build_app(file_url, server.url, BUGZILLA__SWEEP_POLLS="2"))
    await poll_bugzilla(app)
    server.control(advance=7200)
    await app.poller.poll_bugzilla(NullProgress(), on_schedule=True, sweep=False)
    filed_at = datetime.fromisoformat(server.control()["now"]) - timedelta(hours=1)
    server.control(file={"summary": "Telia: Late", "at": filed_at.isoformat()})
    await app.poller.poll_bugzilla(NullProgress(), on_schedule=True, sweep=False)
    assert await announcements(app) == [FIRST_BUG + 12]
    assert (await read(app.database, sources.find_source, "bugzilla")).missed_changes == 1
    await app.close()


async def test_bmo_limits_block_nobody_over_a_fill_and_many_polls(quick_app, server):
    server.control(bmo_limits=True)
    for _ in range(5):
        await poll_bugzilla(quick_app)
        file_bug(server)
    server.control(advance=60, hide=FIRST_BUG + 3)
    await poll_bugzilla(quick_app)
    assert "429" not in {status for count in server.counts().values() for status in count["statuses"]}


async def test_more_than_the_bound_at_once_become_one_message(database_url, server):
    app = await open_app(build_app(database_url, server.url, ALERTS__FLOOD_BOUND="5"))
    await poll_bugzilla(app)
    few_bugs = [file_bug(server) for _ in range(5)]
    await poll_bugzilla(app)
    assert await announcements(app) == few_bugs
    many_bugs = [file_bug(server) for _ in range(6)]
    await poll_bugzilla(app)
    await poll_bugzilla(app)
    assert await announcements(app) == [*few_bugs, None]
    event_rows = await rows(app, "SELECT bugs FROM event WHERE kind = 'catch-up'")
    bugs = event_rows[0][0]
    assert (json.loads(bugs) if isinstance(bugs, str) else bugs) == many_bugs
    await app.close()


async def test_a_bugzilla_of_flavour_5_2_works_end_to_end(file_url, tmp_path):
    with replay(flavour="5.2", corpus=write_corpus(tmp_path)) as server:
        app = await open_app(build_app(file_url, server.url))
        assert (await poll_bugzilla(app)).new == 12
        assert (await rows(app, "SELECT count(*) FROM comment"))[0][0] == 12
        new = file_bug(server)
        await poll_bugzilla(app)
        assert await announcements(app) == [new]
        assert len(await read(app.database, comments.find_comments, new)) == 1
        await app.close()


async def test_the_report_counts_what_was_seen_new_changed_and_gone(app, server):
    await poll_bugzilla(app)
    file_bug(server)
    server.control(advance=60, change={"id": FIRST_BUG, "whiteboard": "[ca-compliance] [crl-failure]"})
    server.control(advance=60, move=FIRST_BUG + 1)
    count_before = request_count(server)
    report = await app.poll()
    result = report.bugzilla
    assert (result.seen, result.new, result.changed, result.missing, result.error) == (12, 1, 1, 1, None)
    assert result.requests == request_count(server) - count_before
    assert not report.failed
    assert report.lists == {}
    next_result = await poll_bugzilla(app)
    assert (next_result.seen, next_result.new, next_result.changed, next_result.missing) == (12, 0, 0, 0)


async def test_addresses_of_persons_never_reach_the_database(app, server):
    await poll_bugzilla(app)
    new = file_bug(
        server, "Entrust: ask jane.doe@person.example", text="Write to jane.doe@person.example, <joe@person.example>.",
        creator="jane.doe@person.example",
    )  # fmt: skip
    server.control(advance=60, comment={"id": new, "text": "mailto:jane.doe@person.example", "creator": "x@y.example"})
    await poll_bugzilla(app)
    text = await all_stored_text(app)
    assert "Write to" in text
    assert "@person.example" not in text
    assert "@ca.example" not in text


async def test_two_polls_never_run_at_once(quick_app, server):
    server.control(latency=0.05)
    first, second = await asyncio.gather(quick_app.poll(), quick_app.poll())
    assert (first.bugzilla.new, second.bugzilla.new) == (12, 0)
    assert await announcements(quick_app, CHANNEL) == []
