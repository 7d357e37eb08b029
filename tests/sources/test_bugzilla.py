import json
import threading
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web

from bot.rate_limit import RateLimiter
from bot.sources.bugzilla.client import CALLS_PER_WINDOW, WINDOW_SECONDS, BugzillaClient
from bot.sources.bugzilla.pages import parse_comment_batch
from bot.sources.errors import SourceError
from bot.sources.http import HttpClient
from tests.support.replay import http_server, replay
from tests.support.shared import BUGZILLA_SAMPLES

COMPONENT = ("CA Program", "CA Certificate Compliance")
ROW = {
    "id": 1, "summary": "Example CA: a@b.example", "whiteboard": "[ca-compliance]", "status": "NEW", "resolution": "",
    "creation_time": "2024-01-01T00:00:00Z", "last_change_time": "2024-01-02T00:00:00Z", "creator": "jo@ca.example",
    "product": COMPONENT[0], "component": COMPONENT[1],
}  # fmt: skip


async def no_sleep(seconds):
    pass


def create_client(url, key=None, key_in_query=False, component=COMPONENT, **options):
    http_client = HttpClient([url], sleep=no_sleep, random=lambda: 0.5)
    return http_client, BugzillaClient(http_client, url, *component, key, key_in_query, **options)


async def all_bugs(client, since=None):
    return [bug async for page in client.search_bugs(since) for bug in page.bugs]


async def all_comments(client, bugs):
    return {bug: rows async for batch in client.get_comments(bugs) for bug, rows in batch.comments.items()}


async def read_everything(server):
    """Return all bugs, comments and histories, as a first poll reads them."""
    http_client, client = create_client(server.url)
    comments, histories = {}, {}
    async with http_client:
        bugs = await all_bugs(client)
        async for batch in client.get_comments({bug.id: bug.comment_count for bug in bugs}):
            comments |= batch.comments
            histories |= batch.histories
        async for batch in client.get_histories([bug.id for bug in bugs if bug.id not in histories]):
            histories |= batch.histories
    return bugs, comments, histories


async def test_comments_are_parsed_beside_the_event_loop(monkeypatch):
    threads = set()

    def parse(*args):
        threads.add(threading.current_thread())
        return parse_comment_batch(*args)

    monkeypatch.setattr("bot.sources.bugzilla.activity.parse_comment_batch", parse)
    with replay() as server:
        await read_everything(server)
    assert threads
    assert threading.main_thread() not in threads


@pytest.mark.parametrize("flavour", ["bmo", "5.2"])
async def test_everything_is_read_in_few_requests_without_being_blocked(flavour):
    with replay(flavour=flavour) as server:
        server.control(bmo_limits=True)
        bugs, comments, histories = await read_everything(server)
        counts = server.counts()
        assert (len(bugs), len({bug.id for bug in bugs})) == (1394, 1394)
        assert sum(map(len, comments.values())) == 18_010
        assert histories.keys() == comments.keys()
        assert server.total() < 40
        assert all(set(count["statuses"]) == {"200"} for count in counts.values())


async def test_bugzilla_5_2_returns_the_same_comments_through_the_comment_endpoint():
    with replay(flavour="5.2") as server:
        bugs, comments, _ = await read_everything(server)
        assert sum(map(len, comments.values())) == 18_010
        hidden = bugs[3].id
        server.control(hide=hidden)
        http_client, client = create_client(server.url)
        async with http_client:
            comments = await all_comments(client, {bug.id: None for bug in bugs[:20]} | {99: 1})
        assert set(comments) == {bug.id for bug in bugs[:20]} - {hidden}


async def test_the_visibility_of_bugs_and_when_they_entered_the_component():
    with replay() as server:
        http_client, client = create_client(server.url)
        async with http_client:
            here, moved, hidden, never = [bug.id for bug in await all_bugs(client)][:4]
            now = await client.get_server_time()
            server.control(move=moved, hide=hidden)
            assert await client.find_locations([here, moved, hidden, 99]) == {here: "here", moved: "moved"}
            visibility = [await client.get_visibility(bug) for bug in (here, moved, hidden, 99)]
            assert visibility == ["here", "moved", "restricted", "gone"]
            assert await client.get_component_entry_times([here, moved, hidden, never]) == {moved: now}
            assert await client.get_version() == "20241201.1"


async def test_a_search_since_a_time_returns_bugs_changed_at_or_after_it():
    with replay("2024-05-20") as server:
        http_client, client = create_client(server.url)
        async with http_client:
            since = datetime(2024, 5, 18, tzinfo=UTC)
            bugs = await all_bugs(client, since)
            assert 0 < len(bugs) < 200
            assert all(bug.changed >= since for bug in bugs)
            assert all("@" not in bug.creator.name for bug in bugs)


async def test_a_component_without_bugs_is_empty_and_no_error():
    with replay() as server:
        http_client, client = create_client(server.url, component=("CA Program", "CA Compliance"))
        async with http_client:
            assert await all_bugs(client) == []


async def test_a_truncated_or_dropped_response_is_requested_again():
    with replay("2024-05-20") as server:
        http_client, client = create_client(server.url)
        async with http_client:
            server.control(faults=[{"path": "/rest/bug", "kind": "cut"}, {"path": "/rest/bug", "kind": "drop"}])
            assert len(await all_bugs(client)) > 900


@pytest.mark.parametrize(
    ("fault", "message", "retry_after", "server_requested"),
    [
        ({"status": 200, "body": "json"}, "an error of its own", None, False),
        ({"status": 200, "body": "empty"}, "empty answer", None, False),
        ({"status": 429, "body": "json"}, "fewer requests", None, True),
        ({"status": 400, "body": "json"}, "refused the request", None, False),
        ({"status": 503, "body": "html", "retry_after": 3600}, "down for now", 600, False),
    ],
)
async def test_error_responses_have_a_message_and_a_wait(fault, message, retry_after, server_requested):
    with replay("2015-01-01") as server:
        http_client, client = create_client(server.url)
        async with http_client:
            server.control(faults=[{"path": "/rest/bug", "times": 9, **fault}])
            with pytest.raises(SourceError, match=message) as caught:
                await all_bugs(client)
    assert (caught.value.retry_after, caught.value.server_requested) == (retry_after, server_requested)


async def test_a_wrong_key_is_refused_and_never_shown():
    for in_query in (False, True):
        with replay("2015-01-01") as server:
            http_client, client = create_client(server.url, "wrong-key", in_query)
            async with http_client:
                with pytest.raises(SourceError, match="BUGZILLA_API_KEY") as caught:
                    await all_bugs(client)
        assert "wrong-key" not in str(caught.value)


async def run_against(respond, action):
    """Run `action` with a client of a Bugzilla that returns `respond(path, query)` -> (status, JSON or text)."""

    async def handler(request):
        status, body = respond(request.path, parse_qs(urlsplit(str(request.rel_url)).query))
        if isinstance(body, str):
            return web.Response(status=status, text=body, content_type="text/html", headers={"Location": "/x"})
        return web.json_response(body, status=status)

    async with http_server(handler) as url:
        http_client, client = create_client(url)
        async with http_client:
            return await action(client)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (301, "<html>"), (200, "<html>challenge"), (200, []), (200, {"bugs": {}}), (200, {"bugs": [{"id": "1"}]}),
        (200, {"bugs": [{**ROW, "component": "Untriaged"}]}), (200, {"bugs": [{**ROW, "id": 2}, ROW]}),
        (400, {"error": True, "code": 32000, "message": "rate limit"}),
    ],
)  # fmt: skip
async def test_a_response_of_the_wrong_shape_is_an_error(status, body):
    with pytest.raises(SourceError) as caught:
        await run_against(lambda path, query: (status, body), all_bugs)
    assert caught.value.server_requested == (status == 400)


async def test_a_bug_is_parsed_without_addresses_and_without_fields_that_5_2_lacks():
    (bug,) = await run_against(lambda path, query: (200, {"bugs": [ROW]}), all_bugs)
    assert (bug.summary, bug.creator.name, bug.creator.domain) == ("Example CA: a@…", "jo", "ca.example")
    assert (bug.is_open, bug.closed, bug.comment_count) == (True, None, None)


async def test_no_bug_is_missed_when_others_leave_between_two_pages():
    for leaving in (5, 50, 400):
        ids = list(range(1, 2301))

        def respond(path, query, ids=ids, leaving=leaving):
            offset = int(query["offset"][0])
            rows = [{**ROW, "id": bug} for bug in ids[offset : offset + 1000]]
            if not offset:
                del ids[:leaving]
            return 200, {"bugs": rows}

        bugs = [bug.id for bug in await run_against(respond, all_bugs)]
        assert bugs == list(range(1, 2301))


async def test_a_bug_that_causes_an_error_is_left_out_and_so_are_private_comments():
    row = {"id": 7, "count": 0, "text": "hi\0 a@b.example", "creator": "x@y.example", "time": "2024-01-01T00:00:00Z"}

    def respond(path, query):
        ids = [int(bug) for bug in query["id"][0].split(",")]
        if 13 in ids:
            return 400, {"error": True, "code": 50, "message": "no"}
        return 200, {"bugs": [{"id": b, "comments": [row, {**row, "count": 1, "is_private": True}]} for b in ids]}

    comments = await run_against(respond, lambda client: all_comments(client, dict.fromkeys(range(1, 31), 2)))
    assert set(comments) == set(range(1, 31)) - {13}
    assert [(c.number, c.text) for c in comments[1]] == [(0, "hi a@…")]


async def test_calls_for_single_bugs_never_exceed_sixty_a_minute():
    now, slept = [0.0], []

    async def sleep(seconds):
        slept.append(seconds)
        now[0] += seconds

    rate_limiter = RateLimiter(CALLS_PER_WINDOW, WINDOW_SECONDS, sleep=sleep, clock=lambda: now[0])
    for _ in range(121):
        await rate_limiter.acquire()
    assert slept == [61, 61]


def sample(name, number=0):
    if not BUGZILLA_SAMPLES.exists():
        pytest.skip(f"the recorded exchanges are not here ({BUGZILLA_SAMPLES})")
    return json.loads((BUGZILLA_SAMPLES / name).read_text())["exchanges"][number]["response"]


async def run_against_recording(action, name, number=0, **fields):
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

    async with http_server(handler) as url:
        http_client, client = create_client(url)
        async with http_client:
            return await action(client)


async def test_a_recorded_search_and_recorded_comments_are_parsed():
    bugs = await run_against_recording(all_bugs, "02_search_page.json", product=COMPONENT[0], component=COMPONENT[1])
    assert [bug.id for bug in bugs][:2] == [988633, 1017157]
    assert not bugs[0].is_open
    recorded = sample("11_comments.json")["json"]

    def respond(path, query):
        return 200, recorded if path.endswith("/comment") else {"bugs": [{"id": 2100001}]}

    comments = await run_against(respond, lambda client: all_comments(client, {2100001: 3}))
    assert [c.number for c in comments[2100001]] == [0, 1, 2]


async def test_recorded_errors_are_distinguished():
    for name, visibility in (("13_error_101_not_found.json", "gone"), ("14_error_102_no_access.json", "restricted")):
        recorded = sample(name)

        def respond(path, query, recorded=recorded):
            return (200, {"bugs": []}) if path == "/rest/bug" else (recorded["status"], recorded["json"])

        assert await run_against(respond, lambda client: client.get_visibility(5)) == visibility
    with pytest.raises(SourceError, match="an error of its own"):
        await run_against_recording(all_bugs, "19_database_down.json")
    with pytest.raises(SourceError, match="down for now") as caught:
        await run_against_recording(all_bugs, "18_admin_settings.json")
    assert caught.value.retry_after == 600
