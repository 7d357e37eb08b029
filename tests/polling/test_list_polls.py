"""Polls of a list's archive and of a wiki's feed."""

import pytest
import sqlalchemy as sa
from aiohttp import web

from bot.polling.results import NullProgress
from storage import messages, sources
from tests.support.database import read
from tests.support.replay import http_server, replay
from tests.support.small_corpus import (
    FIRST_BUG,
    LIST,
    all_stored_text,
    announcements,
    build_app,
    open_app,
    problems,
    small_bugzilla,
    write_corpus,
    write_messages,
)

PAGES = f"/{LIST}@mozilla.org/msg"


async def stored_messages(app):
    """Return the messages of the list that exist, newest first."""
    async with app.database.read() as transaction:
        table = transaction.tables["message"]
        query = sa.select(table.c.list, table.c.key).where(table.c.state != "absent").order_by(table.c.posted.desc())
        keys = [tuple(row) for row in await transaction.execute(query)]
        stored = await messages.find_messages(transaction, keys)
    return [stored[key] for key in keys]


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
    """Yield a program with an SQLite file, for tests that do not depend on the kind of database."""
    app = await open_app(build_app(f"sqlite:///{tmp_path / 'rootwatch.db'}", server.url, server.list_url))
    yield app
    await app.close()


async def poll(app):
    result = (await app.poll()).lists[LIST]
    assert result.error is None
    return result


async def poll_on_schedule(app):
    """Poll the list alone, as the schedule does: with a limit on the pages of one poll."""
    result = await app.poller.poll_list(app.settings.lists[0], NullProgress(), on_schedule=True)
    assert result.error is None
    return result


def post(server, subject="Something new", body="See it.", **fields):
    return server.control(advance=60, post={"subject": subject, "body": body, **fields})["number"]


async def stored_message(app, key):
    return (await read(app.database, messages.find_messages, [(LIST, key)]))[LIST, key]


async def announced_numbers(app):
    """Return the archive's numbers of the announced messages, in order, including those within catch-ups."""
    numbers = []
    event, delivery = app.database.tables["event"], app.database.tables["delivery"]
    query = event.select().join(delivery, delivery.c.event == event.c.id).order_by(delivery.c.id)
    async with app.database.read() as transaction:
        event_rows = (await transaction.execute(query)).mappings().all()
    for row in event_rows:
        keys = [key.split("\n", 1)[1] for key in row["messages"]] or [row["message"]]
        numbers += [(await stored_message(app, key)).number for key in keys]
    return numbers


async def test_the_backlog_of_a_list_is_silent_and_read(app):
    result = await poll(app)
    assert (result.seen, result.new) == (5, 5)
    assert await announcements(app) == []
    newest = await stored_messages(app)
    assert [message.number for message in newest] == [104, 103, 102, 101, 100]
    assert newest[0].body == "It says thing 4."


async def test_a_new_message_is_announced_once_with_what_it_speaks_of(app, server):
    await poll(app)
    number = post(
        server,
        "Entrust: what comes next",
        f"It was seen that bug {FIRST_BUG} and https://bugzilla.mozilla.org/show_bug.cgi?id=1883843 differ.\n"
        "> Sectigo and bug 1700001 were quoted only",
        author="A. Person",
    )
    assert (await poll(app)).new == 1
    for _ in range(2):
        assert (await poll(app)).new == 0
    assert await announced_numbers(app) == [number]
    message = await stored_message(app, (await announcements(app))[0])
    assert set(message.bugs) == {FIRST_BUG, 1883843}
    assert message.cas == ("Entrust",)
    assert message.author == "A. Person"


async def test_more_messages_than_the_feed_holds_are_all_announced_in_order(quick_app, server):
    await poll(quick_app)
    numbers = [post(server, f"Storm {index}") for index in range(150)]
    assert (await poll(quick_app)).new == 150
    newest = (await stored_messages(quick_app))[:150]
    assert [message.number for message in newest] == numbers[::-1]
    assert all(message.body for message in newest)
    assert await announced_numbers(quick_app) == numbers


async def test_on_the_schedule_a_storm_is_read_over_several_polls_in_order(quick_app, server, monkeypatch):
    monkeypatch.setattr("bot.polling.mailing_list.MAX_PAGES_PER_POLL", 20)
    await poll(quick_app)
    numbers = [post(server, f"Storm {index}") for index in range(30)]
    await poll_on_schedule(quick_app)
    assert await announced_numbers(quick_app) == numbers[:20]
    await poll_on_schedule(quick_app)
    assert await announced_numbers(quick_app) == numbers


async def test_a_challenge_page_is_not_stored_and_the_message_announced_and_edited_later(app, server):
    await poll(app)
    number = post(server, "Entrust: about it", f"It speaks of bug {FIRST_BUG}.")
    server.control(faults=[{"path": PAGES, "status": 200, "body": "html", "times": 1}])
    error = (await app.poll()).lists[LIST].error
    assert "something that is not a message" in error
    assert await announced_numbers(app) == [number]
    assert "Scheduled maintenance" not in await all_stored_text(app)
    key = (await announcements(app))[0]
    assert (await stored_message(app, key)).body is None
    delivery = app.database.tables["delivery"]
    async with app.database.transaction() as transaction:
        await transaction.execute(delivery.update().values(state="sent", message=1))
    await poll(app)
    assert await announcements(app) == [key]
    assert (await stored_message(app, key)).bugs == (FIRST_BUG,)
    async with app.database.read() as transaction:
        assert (await transaction.execute(delivery.select())).mappings().one()["stale"]


async def test_a_message_whose_page_is_missing_is_announced_from_the_feed(quick_app, server):
    await poll(quick_app)
    number = post(server, "Entrust: a page that is not there")
    server.control(faults=[{"path": PAGES, "status": 404, "body": "html", "times": 1}])
    await poll(quick_app)
    await poll(quick_app)
    assert await announced_numbers(quick_app) == [number]


async def test_one_page_that_never_answers_delays_no_other(app, server):
    await poll(app)
    broken_number = post(server, "The bad one")
    server.control(faults=[{"path": f"{PAGES}{broken_number:05d}", "status": 200, "body": "html", "times": 1000}])
    assert (await app.poll()).lists[LIST].error
    good_number = post(server, "The good one", "It is read.")
    for _ in range(2):
        await app.poll()
    assert await announced_numbers(app) == [broken_number, good_number]
    assert (await stored_message(app, (await announcements(app))[1])).body == "It is read."


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
    await poll(quick_app)
    number = post(server)
    server.control(faults=[{"path": f"/{LIST}", "times": 3, **fault}])
    error = (await quick_app.poll()).lists[LIST].error
    assert error
    assert error.endswith(".")
    assert await announcements(quick_app) == []
    server.control(faults=[])
    await poll(quick_app)
    assert await announced_numbers(quick_app) == [number]
    sentences = await problems(quick_app)
    assert len(sentences) == 2
    assert "works again" in sentences[1]


async def test_an_initial_sync_that_fails_in_its_pages_leaves_the_backlog_silent(app, server):
    server.control(faults=[{"path": PAGES, "status": 503, "body": "html", "times": 3}])
    assert (await app.poll()).lists[LIST].error
    number = post(server)
    await poll(app)
    assert await announced_numbers(app) == [number]
    assert all(message.body for message in await stored_messages(app))


async def test_a_failing_list_delays_no_incident(quick_app, server):
    await poll(quick_app)
    server.control(faults=[{"path": f"/{LIST}", "status": 503, "body": "html", "times": 3}])
    new_bug = server.control(advance=60, file={"summary": "Telia: New", "text": "It."})["id"]
    report = await quick_app.poll()
    assert report.failed
    assert report.bugzilla.error is None
    assert await announcements(quick_app) == [new_bug]


async def test_an_unchanged_feed_is_requested_conditionally(quick_app, server):
    await poll(quick_app)
    await poll(quick_app)
    assert server.counts()[f"/{LIST}@mozilla.org/maillist.xml"]["statuses"] == {"200": 1, "304": 1}
    assert (await read(quick_app.database, sources.find_source, LIST)).etag


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

    async def wiki(request):
        if request.path == "/wiki.atom":
            return web.Response(text=wiki_feed(revisions[0]), content_type="application/atom+xml")
        raise web.HTTPNotFound

    async with http_server(wiki) as url, small_bugzilla() as (_, bugzilla):
        app = await open_app(build_app(database_url, bugzilla, f"{url}/wiki.atom", kind="feed"))
        assert (await poll(app)).new == 2
        assert await announcements(app) == []
        revisions[0] = 3
        assert (await poll(app)).new == 1
        assert (await poll(app)).new == 0
        (key,) = await announcements(app)
        message = await stored_message(app, key)
        assert message.subject == "Editor: revision 3"
        assert message.url == "https://wiki.example/CA/Entrust_Issues"
        assert message.bugs == (FIRST_BUG + 3,)
        assert message.cas == ("Sectigo",)
        await app.close()


async def test_addresses_of_persons_in_messages_never_reach_the_database(quick_app, server):
    await poll(quick_app)
    post(
        server,
        "Ask joe@person.example",
        "Write to joe@person.example or to dev-security-policy@mozilla.org.",
        author="joe@person.example",
    )
    await poll(quick_app)
    text = await all_stored_text(quick_app)
    assert "Write to" in text
    assert "@person.example" not in text
    assert "dev-security-policy@mozilla.org" in text
