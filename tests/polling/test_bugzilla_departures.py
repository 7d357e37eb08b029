"""Polls of Bugzilla: bugs that move, become restricted or appear again."""

import pytest

from bot.confirm_gone import confirm_gone
from bot.polling.results import NullProgress
from handlers.actor import OPERATOR
from handlers.errors import UserError
from storage import comments, incidents
from storage.values.incidents import IncidentFilter
from tests.support.bugzilla_polls import poll_bugzilla, stored_bugs
from tests.support.database import read
from tests.support.replay import replay
from tests.support.small_corpus import (
    FIRST_BUG,
    all_stored_text,
    announcements,
    build_app,
    file_bug,
    invented_bugs,
    open_app,
    problems,
    small_bugzilla,
    write_corpus,
)


async def test_an_old_bug_that_moved_in_and_one_made_public_are_each_announced_once(app, server):
    server.control(file={"id": 1_000_001, "summary": "Telia: Old", "component": "CA Security Vulnerability",
                         "at": "2024-02-01T00:00:00Z"})  # fmt: skip
    server.control(file={"id": 1_000_002, "summary": "Telia: Secret", "hidden": True, "at": "2024-02-01T00:00:00Z"})
    await poll_bugzilla(app)
    server.control(advance=3600, **{"return": 1_000_001})
    await poll_bugzilla(app)
    server.control(advance=3600, show=1_000_002)
    await poll_bugzilla(app)
    server.control(advance=3600)
    await poll_bugzilla(app)
    assert await announcements(app) == [1_000_001, 1_000_002]


async def test_a_bug_that_leaves_is_no_incident_and_its_return_is_not_announced_again(app, server):
    await poll_bugzilla(app)
    new = file_bug(server)
    await poll_bugzilla(app)
    server.control(advance=60, move=new)
    result = await poll_bugzilla(app)
    assert result.missing == 1
    assert new not in await stored_bugs(app)
    assert all(
        incident.bug.id != new for incident in await read(app.database, incidents.find_incidents, IncidentFilter())
    )
    server.control(advance=60, **{"return": new})
    await poll_bugzilla(app)
    assert new in await stored_bugs(app)
    assert await announcements(app) == [new]


async def test_a_bug_of_the_backlog_that_leaves_and_returns_is_not_announced(app, server):
    await poll_bugzilla(app)
    server.control(advance=60, move=FIRST_BUG)
    await poll_bugzilla(app)
    server.control(advance=60, **{"return": FIRST_BUG})
    await poll_bugzilla(app)
    assert FIRST_BUG in await stored_bugs(app)
    assert await announcements(app) == []


async def test_a_restricted_bug_leaves_no_text_and_can_be_queried_when_public_again(app, server):
    await poll_bugzilla(app)
    bug = file_bug(
        server, "Entrust: Zanzibarquux", whiteboard="[ca-compliance] [xyzzytag]", text="plughword A000123",
        creator="frobozz@quendor.example",
    )  # fmt: skip
    await poll_bugzilla(app)
    text = await all_stored_text(app)
    assert all(word in text for word in ("Zanzibarquux", "xyzzytag", "plughword", "frobozz", "quendor"))
    server.control(advance=60, hide=bug)
    assert (await poll_bugzilla(app)).missing == 1
    text = await all_stored_text(app)
    assert not [word for word in ("Zanzibarquux", "xyzzytag", "plughword", "frobozz", "quendor") if word in text]
    assert bug not in await stored_bugs(app)
    server.control(advance=60, show=bug)
    await poll_bugzilla(app)
    assert (await app.use_cases.incidents.detail(OPERATOR, bug)).incident.title == "Zanzibarquux"
    assert [comment.text for comment in await read(app.database, comments.find_comments, bug)] == ["plughword A000123"]
    assert await announcements(app) == [bug]


@pytest.mark.parametrize("count", [12, 3])
async def test_when_all_vanish_at_once_nothing_is_believed(file_url, tmp_path, count):
    with replay(corpus=write_corpus(tmp_path, invented_bugs(count))) as server:
        app = await open_app(build_app(file_url, server.url))
        await poll_bugzilla(app)
        await app.close()
        mistyped_app = build_app(file_url, server.url, BUGZILLA__COMPONENT="CA Certificate Complaints")
        await mistyped_app.open()
        report = await mistyped_app.poll()
        assert report.failed
        assert (report.bugzilla.error, report.bugzilla.missing) == (None, 0)
        assert "bugzilla.component" in report.bugzilla.warning
        assert len(await stored_bugs(mistyped_app)) == count
        assert any("mistyped" in problem for problem in await problems(mistyped_app))
        assert "confirm-gone" in (await mistyped_app.use_cases.status.status()).sources[0].warning
        await mistyped_app.close()
        app = build_app(file_url, server.url)
        await app.open()
        assert (await poll_bugzilla(app)).missing == 0
        assert (await app.use_cases.status.status()).sources[0].warning == ""
        assert len(await stored_bugs(app)) == count
        await app.close()


async def hide_many(server, bugs, how="hide"):
    for bug in bugs:
        server.control(**{how: bug})
    server.control(advance=60)


async def test_many_bugs_restricted_at_once_are_withdrawn_in_steps(file_url, tmp_path, monkeypatch):
    monkeypatch.setattr("bot.polling.departures.LOOKUPS_PER_POLL", 10)
    bugs = invented_bugs(60)
    for bug in bugs:
        bug["summary"] += f" Zanzibarquux {bug['id']}"
    with replay(corpus=write_corpus(tmp_path, bugs)) as server:
        server.control(bmo_limits=True)
        app = await open_app(build_app(file_url, server.url))
        await poll_bugzilla(app)
        hidden = range(FIRST_BUG, FIRST_BUG + 25)
        await hide_many(server, hidden)
        assert [(await poll_bugzilla(app)).missing for _ in range(4)] == [10, 10, 5, 0]
        text = await all_stored_text(app)
        assert not [bug for bug in hidden if f"Zanzibarquux {bug}" in text]
        assert len(await stored_bugs(app)) == 35
        assert (await app.use_cases.status.status()).sources[0].warning == ""
        await app.close()


@pytest.mark.parametrize("how", ["move", "delete"])
async def test_many_departures_are_doubted_until_confirmed_and_news_goes_on(database_url, tmp_path, how):
    async with small_bugzilla(invented_bugs(60)) as (bugzilla, url):
        app = await open_app(build_app(database_url, url))
        await poll_bugzilla(app)
        for bug in range(FIRST_BUG, FIRST_BUG + 20):
            if how == "move":
                bugzilla.bugs[bug]["component"] = "CA Documents"
            else:
                del bugzilla.bugs[bug]
        report = await app.poll()
        assert (report.bugzilla.error, report.bugzilla.missing) == (None, 0)
        assert "20 of 60 incidents" in report.bugzilla.warning
        assert len(await stored_bugs(app)) == 60
        new = bugzilla.file_bug("Entrust: Another one", "It went wrong.")
        result = await app.poller.poll_bugzilla(NullProgress(), on_schedule=True, sweep=False)
        assert (result.error, result.new) == (None, 1)
        assert await announcements(app) == [new]
        assert len([problem for problem in await problems(app) if "confirm-gone" in problem]) == 1
        confirmed = await confirm_gone(app.poller, [str(FIRST_BUG), f"{url}/show_bug.cgi?id={FIRST_BUG + 1}"])
        assert (confirmed.confirmed, confirmed.left) == ((FIRST_BUG, FIRST_BUG + 1), 18)
        for wrong in (str(FIRST_BUG), "many", "9" * 30):
            with pytest.raises(UserError):
                await confirm_gone(app.poller, [wrong])
        confirmed = await confirm_gone(app.poller, [])
        assert (len(confirmed.confirmed), confirmed.left) == (18, 0)
        assert len(await stored_bugs(app)) == 41
        stored = await read(app.database, incidents.find_by_bugs, [FIRST_BUG])
        assert stored[FIRST_BUG].visibility == ("moved" if how == "move" else "restricted")
        assert (await app.poll()).bugzilla.warning is None
        await app.close()


async def test_bugs_that_are_found_again_are_neither_missing_nor_confirmed(database_url):
    async with small_bugzilla(invented_bugs(60)) as (bugzilla, url):
        app = await open_app(build_app(database_url, url))
        await poll_bugzilla(app)
        for bug in range(FIRST_BUG, FIRST_BUG + 20):
            bugzilla.bugs[bug]["component"] = "CA Documents"
        assert (await app.poll()).bugzilla.warning
        for bug in range(FIRST_BUG, FIRST_BUG + 20):
            bugzilla.bugs[bug]["component"] = "CA Certificate Compliance"
        assert (await app.poll()).bugzilla.warning is None
        assert (await confirm_gone(app.poller, [])).confirmed == ()
        assert len(await stored_bugs(app)) == 60
        assert await announcements(app) == []
        await app.close()


async def test_restricted_bugs_among_many_departures_are_withdrawn_without_doubt(file_url, tmp_path):
    with replay(corpus=write_corpus(tmp_path, invented_bugs(60))) as server:
        app = await open_app(build_app(file_url, server.url))
        await poll_bugzilla(app)
        await hide_many(server, range(FIRST_BUG, FIRST_BUG + 5))
        await hide_many(server, range(FIRST_BUG + 5, FIRST_BUG + 25), "move")
        result = (await app.poll()).bugzilla
        assert (result.missing, "20 of 55 incidents" in result.warning) == (5, True)
        assert await stored_bugs(app) == set(range(FIRST_BUG + 5, FIRST_BUG + 60))
        await app.close()
