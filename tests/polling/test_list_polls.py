"""Polls of a list's archive and of a wiki's feed."""

import pytest
from aiohttp import web

from bot.polling.results import NullProgress
from storage import messages, sources
from tests.support.replay import replay, http_server
from tests.support.small_corpus import (
    FIRST_BUG,
    LIST,
    announcements,
    build_app,
    all_stored_text,
    open_app,
    problems,
    small_bugzilla,
    write_corpus,
    write_messages,
)

PAGES = f"/{LIST}@mozilla.org/msg"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr("bot.sources.http.INITIAL_RETRY_DELAY_SECONDS", 0.001)


@pytest.fixture
def server(tmp_path):
    with replay(corpus=write_corpus(tmp_path), messages=write_messages(tmp_path)) as server:
        yield server


@pytest.fixture
async def app(database_url, server):
    app = await open_app(build_app(database_url, server.url, server.list_url))
    yield app
    await app.close()


@pytest.fixture
async def quick_app(tmp_path, server):
    """With a file as its database, for what no database has a part in."""
    app = await open_app(build_app(f"sqlite:///{tmp_path / 'rootwatch.db'}", server.url, server.list_url))
    yield app
    await app.close()


async def polled(app):
    outcome = (await app.poll()).lists[LIST]
    assert outcome.error is None
    return outcome


async def scheduled(app):
    """Poll the list alone, as the schedule does: with a bound on the pages of one poll."""
    outcome = await app.poller.poll_list(app.settings.lists[0], NullProgress(), on_schedule=True)
    assert outcome.error is None
    return outcome


def post(server, subject="Something new", body="See it.", **more):
    return server.control(advance=60, post={"subject": subject, "body": body, **more})["number"]


async def stored(app, key):
    return (await messages.find_messages(app.database, [(LIST, key)]))[LIST, key]


async def told_numbers(app):
    """The archive's numbers of the messages that were announced, in order; those within catch-ups too."""
    found = []
    event, delivery = app.database.tables["event"], app.database.tables["delivery"]
    query = event.select().join(delivery, delivery.c.event == event.c.id).order_by(delivery.c.id)
    async with app.database.read() as connection:
        rows = (await connection.execute(query)).mappings().all()
    for row in rows:
        keys = [one.split("\n", 1)[1] for one in row["messages"]] or [row["message"]]
        found += [(await stored(app, key)).number for key in keys]
    return found


async def test_the_backlog_of_a_list_is_silent_and_read(app):
    outcome = await polled(app)
    assert (outcome.seen, outcome.new) == (5, 5)
    assert await announcements(app) == []
    newest = await messages.find_newest_messages(app.database, 10)
    assert [one.number for one in newest] == [104, 103, 102, 101, 100]
    assert newest[0].body == "It says thing 4."


async def test_a_new_message_is_announced_once_with_what_it_speaks_of(app, server):
    await polled(app)
    number = post(
        server,
        "Entrust: what comes next",
        f"It was seen that bug {FIRST_BUG} and https://bugzilla.mozilla.org/show_bug.cgi?id=1883843 differ.\n"
        "> Sectigo and bug 1700001 were quoted only",
        author="A. Person",
    )
    assert (await polled(app)).new == 1
    for _ in range(2):
        assert (await polled(app)).new == 0
    assert await told_numbers(app) == [number]
    message = await stored(app, (await announcements(app))[0])
    assert set(message.bugs) == {FIRST_BUG, 1883843}
    assert message.cas == ("Entrust",)
    assert message.author == "A. Person"


async def test_more_messages_than_the_feed_holds_are_all_announced_in_order(quick_app, server):
    await polled(quick_app)
    numbers = [post(server, f"Storm {place}") for place in range(150)]
    assert (await polled(quick_app)).new == 150
    newest = await messages.find_newest_messages(quick_app.database, 150)
    assert [one.number for one in newest] == numbers[::-1]
    assert all(one.body for one in newest)
    assert await told_numbers(quick_app) == numbers


async def test_on_the_schedule_a_storm_is_read_over_several_polls_in_order(quick_app, server, monkeypatch):
    monkeypatch.setattr("bot.polling.mailing_list.MAX_PAGES_PER_POLL", 20)
    await polled(quick_app)
    numbers = [post(server, f"Storm {place}") for place in range(30)]
    await scheduled(quick_app)
    assert await told_numbers(quick_app) == numbers[:20]
    await scheduled(quick_app)
    assert await told_numbers(quick_app) == numbers


async def test_a_challenge_page_is_not_stored_and_the_message_announced_and_edited_later(app, server):
    await polled(app)
    number = post(server, "Entrust: about it", f"It speaks of bug {FIRST_BUG}.")
    server.control(faults=[{"path": PAGES, "status": 200, "body": "html", "times": 1}])
    error = (await app.poll()).lists[LIST].error
    assert "something that is not a message" in error
    assert await told_numbers(app) == [number]
    assert "Scheduled maintenance" not in await all_stored_text(app)
    key = (await announcements(app))[0]
    assert (await stored(app, key)).body is None
    delivery = app.database.tables["delivery"]
    async with app.database.transaction() as connection:
        await connection.execute(delivery.update().values(state="sent", message=1))
    await polled(app)
    assert await announcements(app) == [key]
    assert (await stored(app, key)).bugs == (FIRST_BUG,)
    async with app.database.read() as connection:
        assert (await connection.execute(delivery.select())).mappings().one()["stale"]


async def test_a_message_whose_page_is_missing_is_announced_from_the_feed(quick_app, server):
    await polled(quick_app)
    number = post(server, "Entrust: a page that is not there")
    server.control(faults=[{"path": PAGES, "status": 404, "body": "html", "times": 1}])
    await polled(quick_app)
    await polled(quick_app)
    assert await told_numbers(quick_app) == [number]


async def test_one_page_that_never_answers_keeps_no_other_waiting(app, server):
    await polled(app)
    bad = post(server, "The bad one")
    server.control(faults=[{"path": f"{PAGES}{bad:05d}", "status": 200, "body": "html", "times": 1000}])
    assert (await app.poll()).lists[LIST].error
    good = post(server, "The good one", "It is read.")
    for _ in range(2):
        await app.poll()
    assert await told_numbers(app) == [bad, good]
    assert (await stored(app, (await announcements(app))[1])).body == "It is read."


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 503, "body": "html"},
        {"status": 200, "body": "empty"},
        {"status": 200, "body": "html"},
        {"kind": "cut"},
        {"kind": "drop"},
    ],
    ids=lambda fault: str(fault.get("kind") or f"{fault['status']} {fault['body']}"),
)
async def test_a_feed_that_fails_is_one_sentence_and_nothing_is_lost(quick_app, server, fault):
    await polled(quick_app)
    number = post(server)
    server.control(faults=[{"path": f"/{LIST}", "times": 3, **fault}])
    error = (await quick_app.poll()).lists[LIST].error
    assert error
    assert error.endswith(".")
    assert await announcements(quick_app) == []
    server.control(faults=[])
    await polled(quick_app)
    assert await told_numbers(quick_app) == [number]
    told = await problems(quick_app)
    assert len(told) == 2
    assert "works again" in told[1]


async def test_a_first_look_that_fails_in_its_pages_keeps_the_backlog_silent(app, server):
    server.control(faults=[{"path": PAGES, "status": 503, "body": "html", "times": 3}])
    assert (await app.poll()).lists[LIST].error
    number = post(server)
    await polled(app)
    assert await told_numbers(app) == [number]
    assert all(one.body for one in await messages.find_newest_messages(app.database, 10))


async def test_a_failing_list_holds_no_incident_back(quick_app, server):
    await polled(quick_app)
    server.control(faults=[{"path": f"/{LIST}", "status": 503, "body": "html", "times": 3}])
    new = server.control(advance=60, file={"summary": "Telia: New", "text": "It."})["id"]
    report = await quick_app.poll()
    assert report.failed
    assert report.bugzilla.error is None
    assert await announcements(quick_app) == [new]


async def test_a_quiet_feed_is_asked_whether_it_changed(quick_app, server):
    await polled(quick_app)
    await polled(quick_app)
    assert server.counts()[f"/{LIST}@mozilla.org/maillist.xml"]["statuses"] == {"200": 1, "304": 1}
    assert (await sources.find_source(quick_app.database, LIST)).etag


def wiki_feed(revisions):
    entries = "".join(
        f"<entry><id>https://wiki.example/index.php?title=CA/Entrust_Issues&amp;oldid={1000 + number}</id>"
        f"<title>Editor: revision {number}</title><updated>2024-05-0{number}T12:00:00Z</updated>"
        f'<link rel="alternate" type="text/html" href="https://wiki.example/CA/Entrust_Issues"/>'
        f'<summary type="html">&lt;p&gt;It lists bug {FIRST_BUG + number} of Sectigo.&lt;/p&gt;</summary></entry>'
        for number in range(revisions, 0, -1)
    )
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>History</title>{entries}</feed>'


async def test_a_wiki_feed_works(database_url):
    revisions = [2]

    async def answer(request):
        if request.path == "/wiki.atom":
            return web.Response(text=wiki_feed(revisions[0]), content_type="application/atom+xml")
        raise web.HTTPNotFound

    async with http_server(answer) as url, small_bugzilla() as (_, bugzilla):
        app = await open_app(build_app(database_url, bugzilla, f"{url}/wiki.atom", kind="feed"))
        assert (await polled(app)).new == 2
        assert await announcements(app) == []
        revisions[0] = 3
        assert (await polled(app)).new == 1
        assert (await polled(app)).new == 0
        (key,) = await announcements(app)
        message = await stored(app, key)
        assert message.subject == "Editor: revision 3"
        assert message.url == "https://wiki.example/CA/Entrust_Issues"
        assert message.bugs == (FIRST_BUG + 3,)
        assert message.cas == ("Sectigo",)
        await app.close()


async def test_addresses_of_persons_in_messages_never_reach_the_database(quick_app, server):
    await polled(quick_app)
    post(
        server,
        "Ask joe@person.example",
        "Write to joe@person.example or to dev-security-policy@mozilla.org.",
        author="joe@person.example",
    )
    await polled(quick_app)
    kept = await all_stored_text(quick_app)
    assert "Write to" in kept
    assert "@person.example" not in kept
    assert "dev-security-policy@mozilla.org" in kept
