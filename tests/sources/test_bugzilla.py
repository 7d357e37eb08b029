import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web

from bot.sources.bugzilla.client import BugzillaClient
from bot.sources.errors import SourceError
from bot.sources.http import HttpClient
from bot.sources.rate_limit import Pace
from tests.support.replay import replay, serving
from tests.support.shared import BUGZILLA_SAMPLES

PLACE = ("CA Program", "CA Certificate Compliance")
ROW = {
    "id": 1, "summary": "Example CA: a@b.example", "whiteboard": "[ca-compliance]", "status": "NEW", "resolution": "",
    "creation_time": "2024-01-01T00:00:00Z", "last_change_time": "2024-01-02T00:00:00Z", "creator": "jo@ca.example",
    "product": PLACE[0], "component": PLACE[1],
}  # fmt: skip


async def no_sleep(seconds):
    pass


def client(url, key=None, key_in_query=False, place=PLACE, **more):
    connection = HttpClient([url], sleep=no_sleep, random=lambda: 0.5)
    return connection, BugzillaClient(connection, url, *place, key, key_in_query, **more)


async def all_bugs(bugzilla, since=None):
    return [bug async for page in bugzilla.bugs(since) for bug in page]


async def all_comments(bugzilla, bugs):
    return {bug: rows async for batch in bugzilla.comments(bugs) for bug, rows in batch.items()}


async def read_everything(server):
    connection, bugzilla = client(server.url)
    async with connection:
        bugs = await all_bugs(bugzilla)
        comments = await all_comments(bugzilla, {bug.id: bug.comment_count for bug in bugs})
    return bugs, comments


async def test_everything_is_read_in_few_requests_and_blocks_nobody():
    with replay() as server:
        server.control(bmo_limits=True)
        bugs, comments = await read_everything(server)
        counts = server.counts()
        assert (len(bugs), len({bug.id for bug in bugs})) == (1394, 1394)
        assert sum(map(len, comments.values())) == 18_010
        assert server.total() < 35
        assert all(set(count["statuses"]) == {"200"} for count in counts.values())


async def test_bugzilla_5_2_gives_the_same_comments_by_its_other_way():
    with replay(flavour="5.2") as server:
        bugs, comments = await read_everything(server)
        assert sum(map(len, comments.values())) == 18_010
        hidden = bugs[3].id
        server.control(hide=hidden)
        connection, bugzilla = client(server.url)
        async with connection:
            found = await all_comments(bugzilla, {bug.id: None for bug in bugs[:20]} | {99: 1})
        assert set(found) == {bug.id for bug in bugs[:20]} - {hidden}


async def test_where_bugs_stand_and_when_they_came():
    with replay() as server:
        connection, bugzilla = client(server.url)
        async with connection:
            here, moved, hidden, never = [bug.id for bug in await all_bugs(bugzilla)][:4]
            now = await bugzilla.get_server_time()
            server.control(move=moved, hide=hidden)
            assert await bugzilla.get_visibility([here, moved, hidden, 99]) == {
                here: "here", moved: "moved", hidden: "restricted", 99: "gone",
            }  # fmt: skip
            assert await bugzilla.get_component_entry_times([here, moved, hidden, never]) == {moved: now}
            with pytest.raises(SourceError, match="30 bugs at once"):
                await bugzilla.get_visibility(range(100, 130))
            assert await bugzilla.get_version() == "20241201.1"


async def test_a_search_since_a_time_gives_what_changed_at_or_after_it():
    with replay("2024-05-20") as server:
        connection, bugzilla = client(server.url)
        async with connection:
            since = datetime(2024, 5, 18, tzinfo=UTC)
            bugs = await all_bugs(bugzilla, since)
            assert 0 < len(bugs) < 200
            assert all(bug.changed >= since for bug in bugs)
            assert all("@" not in bug.creator.name for bug in bugs)


async def test_a_component_without_bugs_is_empty_not_wrong():
    with replay() as server:
        connection, bugzilla = client(server.url, place=("CA Program", "CA Compliance"))
        async with connection:
            assert await all_bugs(bugzilla) == []


async def test_a_cut_or_dropped_answer_is_asked_for_again():
    with replay("2024-05-20") as server:
        connection, bugzilla = client(server.url)
        async with connection:
            server.control(faults=[{"path": "/rest/bug", "kind": "cut"}, {"path": "/rest/bug", "kind": "drop"}])
            assert len(await all_bugs(bugzilla)) > 900


@pytest.mark.parametrize(
    ("fault", "says", "wait", "ordered"),
    [
        ({"status": 200, "body": "json"}, "an error of its own", None, False),
        ({"status": 200, "body": "empty"}, "empty answer", None, False),
        ({"status": 429, "body": "json"}, "fewer requests", None, True),
        ({"status": 400, "body": "json"}, "refused the request", None, False),
        ({"status": 503, "body": "html", "retry_after": 3600}, "down for now", 3600, True),
    ],
)
async def test_what_an_answer_that_is_none_says(fault, says, wait, ordered):
    with replay("2015-01-01") as server:
        connection, bugzilla = client(server.url)
        async with connection:
            server.control(faults=[{"path": "/rest/bug", "times": 9, **fault}])
            with pytest.raises(SourceError, match=says) as caught:
                await all_bugs(bugzilla)
    assert (caught.value.retry_after, caught.value.server_requested) == (wait, ordered)


async def test_a_wrong_key_is_refused_and_never_shown():
    for in_query in (False, True):
        with replay("2015-01-01") as server:
            connection, bugzilla = client(server.url, "wrong-key", in_query)
            async with connection:
                with pytest.raises(SourceError, match="BUGZILLA_API_KEY") as caught:
                    await all_bugs(bugzilla)
        assert "wrong-key" not in str(caught.value)


async def answered(answer, do):
    """Let `do` ask a Bugzilla whose every request is answered by `answer(path, query)` -> (status, JSON or text)."""

    async def handler(request):
        status, body = answer(request.path, parse_qs(urlsplit(str(request.rel_url)).query))
        if isinstance(body, str):
            return web.Response(status=status, text=body, content_type="text/html", headers={"Location": "/x"})
        return web.json_response(body, status=status)

    async with serving(handler) as url:
        connection, bugzilla = client(url)
        async with connection:
            return await do(bugzilla)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (301, "<html>"), (200, "<html>challenge"), (200, []), (200, {"bugs": {}}), (200, {"bugs": [{"id": "1"}]}),
        (200, {"bugs": [{**ROW, "summary": None}]}), (200, {"bugs": [{**ROW, "component": "Untriaged"}]}),
        (200, {"bugs": [{**ROW, "creation_time": "yesterday"}]}), (200, {"bugs": [{**ROW, "id": 2}, ROW]}),
        (400, {"error": True, "code": 32000, "message": "rate limit"}),
    ],
)  # fmt: skip
async def test_nothing_of_the_wrong_shape_is_believed(status, body):
    with pytest.raises(SourceError) as caught:
        await answered(lambda path, query: (status, body), all_bugs)
    assert caught.value.server_requested == (status == 400)


async def test_a_bug_is_read_without_addresses_and_without_what_5_2_lacks():
    (bug,) = await answered(lambda path, query: (200, {"bugs": [ROW]}), all_bugs)
    assert (bug.summary, bug.creator.name, bug.creator.domain) == ("Example CA: a@…", "jo", "ca.example")
    assert (bug.is_open, bug.closed, bug.comment_count) == (True, None, None)


async def test_bugs_that_leave_between_two_pages_hide_nobody():
    for leaving in (5, 50, 400):
        ids = list(range(1, 2301))

        def answer(path, query, ids=ids, leaving=leaving):
            offset = int(query["offset"][0])
            rows = [{**ROW, "id": bug} for bug in ids[offset : offset + 1000]]
            if not offset:
                del ids[:leaving]
            return 200, {"bugs": rows}

        bugs = [bug.id for bug in await answered(answer, all_bugs)]
        assert bugs == list(range(1, 2301))


async def test_one_poisonous_bug_is_left_out_and_private_comments_too():
    row = {"id": 7, "count": 0, "text": "hi\0 a@b.example", "creator": "x@y.example", "time": "2024-01-01T00:00:00Z"}

    def answer(path, query):
        ids = [int(bug) for bug in query["id"][0].split(",")]
        if 13 in ids:
            return 400, {"error": True, "code": 50, "message": "no"}
        return 200, {"bugs": [{"id": b, "comments": [row, {**row, "count": 1, "is_private": True}]} for b in ids]}

    found = await answered(answer, lambda bugzilla: all_comments(bugzilla, dict.fromkeys(range(1, 31), 2)))
    assert set(found) == set(range(1, 31)) - {13}
    assert [(c.number, c.text) for c in found[1]] == [(0, "hi a@…")]


async def test_single_calls_never_exceed_sixty_a_minute():
    now, slept = [0.0], []

    async def sleep(seconds):
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(sleep=sleep, clock=lambda: now[0])
    for _ in range(121):
        await pace.keep()
    assert slept == [61, 61]


def sample(name, number=0):
    if not BUGZILLA_SAMPLES.exists():
        pytest.skip(f"the recorded exchanges are not here ({BUGZILLA_SAMPLES})")
    return json.loads((BUGZILLA_SAMPLES / name).read_text())["exchanges"][number]["response"]


async def replayed(do, name, number=0, **fields):
    response = sample(name, number)

    async def handler(request):
        body = response.get("json")
        for row in body["bugs"] if fields and body else ():
            row.update(fields)
        retry = {k: v for k, v in response["headers"] if k.lower() == "retry-after"}
        if body is None:
            return web.Response(
                status=response["status"], text=response["text"], content_type="text/html", headers=retry
            )
        return web.json_response(body, status=response["status"], headers=retry)

    async with serving(handler) as url:
        connection, bugzilla = client(url)
        async with connection:
            return await do(bugzilla)


async def test_a_recorded_search_and_recorded_comments_are_read():
    bugs = await replayed(all_bugs, "02_search_page.json", product=PLACE[0], component=PLACE[1])
    assert [bug.id for bug in bugs][:2] == [988633, 1017157]
    assert not bugs[0].is_open
    recorded = sample("11_comments.json")["json"]

    def answer(path, query):
        return 200, recorded if path.endswith("/comment") else {"bugs": [{"id": 2100001}]}

    found = await answered(answer, lambda bugzilla: all_comments(bugzilla, {2100001: 3}))
    assert [c.number for c in found[2100001]] == [0, 1, 2]


async def test_recorded_errors_are_told_apart():
    for name, standing in (("13_error_101_not_found.json", "gone"), ("14_error_102_no_access.json", "restricted")):
        recorded = sample(name)

        def answer(path, query, recorded=recorded):
            return (200, {"bugs": []}) if path == "/rest/bug" else (recorded["status"], recorded["json"])

        assert await answered(answer, lambda bugzilla: bugzilla.standing([5])) == {5: standing}
    with pytest.raises(SourceError, match="an error of its own"):
        await replayed(all_bugs, "19_database_down.json")
    with pytest.raises(SourceError, match="down for now") as caught:
        await replayed(all_bugs, "18_admin_settings.json")
    assert caught.value.retry_after == 3600
