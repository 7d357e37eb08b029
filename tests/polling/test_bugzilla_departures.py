"""Polls of Bugzilla: bugs that move, become restricted or appear again."""

import pytest

from handlers.actor import OPERATOR
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
        assert "confirm-gone" in (await mistyped_app.queries.status()).sources[0].warning
        await mistyped_app.close()
        app = build_app(file_url, server.url)
        await app.open()
        assert (await poll_bugzilla(app)).missing == 0
        assert (await app.queries.status()).sources[0].warning == ""
        assert len(await stored_bugs(app)) == count
        await app.close()
