"""What of a feed is news: no entry is announced twice or for its age alone, and none is lost."""

import pytest
from aiohttp import web

from storage import sources
from tests.support.database import read
from tests.support.replay import http_server
from tests.support.small_corpus import LIST, announcements, build_app, open_app, problems, small_bugzilla


def entry(title, date="", guid="", link="", text="It says so."):
    fields = [f"<title>{title}</title>", f"<description>{text}</description>"]
    fields += [f'<guid isPermaLink="false">{guid}</guid>'] * bool(guid) + [f"<link>{link}</link>"] * bool(link)
    fields += [f"<pubDate>{date}</pubDate>"] * bool(date)
    return f"<item>{''.join(fields)}</item>"


def june(day, hour=10):
    return f"{day:02d} Jun 2024 {hour:02d}:00:00 GMT"


class Site:
    """A feed of entries, newest first, at /f and an archive of messages at /l/maillist.xml."""

    def __init__(self):
        self.entries, self.pages, self.redirect, self.headers = [], {}, "", {}
        # a page of None is a page that fails

    async def respond(self, request):
        if self.redirect:
            raise web.HTTPFound(self.redirect)
        if request.path in ("/f", "/l/maillist.xml"):
            body = f'<rss version="2.0"><channel><title>t</title>{"".join(self.entries)}</channel></rss>'
            return web.Response(text=body, content_type="text/xml", headers=self.headers)
        if self.pages.get(request.path, "") is None:
            raise web.HTTPInternalServerError
        if request.path in self.pages:
            return web.Response(text=self.pages[request.path], content_type="text/html")
        raise web.HTTPNotFound


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr("bot.sources.http.INITIAL_RETRY_DELAY_SECONDS", 0.001)


@pytest.fixture
async def site():
    site = Site()
    async with http_server(site.respond) as site.url:
        yield site


@pytest.fixture
async def feed(database_url, site):
    """Yield a function that polls the feed of the site and returns the subjects that were announced so far."""
    async with small_bugzilla() as (_, bugzilla):
        app = await open_app(build_app(database_url, bugzilla, f"{site.url}/f", kind="feed"))
        yield poller_of(app)
        await app.close()


@pytest.fixture
async def archive(database_url, site):
    async with small_bugzilla() as (_, bugzilla):
        app = await open_app(build_app(database_url, bugzilla, f"{site.url}/l/maillist.xml"))
        yield poller_of(app)
        await app.close()


def poller_of(app):
    async def poll(error=None):
        result = (await app.poll()).lists[LIST]
        assert (result.error or "").startswith(error or ""), result.error
        assert bool(result.error) == bool(error), result.error
        keys = await announcements(app)
        subjects = {row.key: row.subject for row in await stored(app)}
        return [subjects[key] for key in keys]

    poll.app = app
    return poll


async def stored(app):
    table = app.database.tables["message"]
    async with app.database.read() as transaction:
        return (await transaction.execute(table.select())).all()


@pytest.mark.parametrize("before", ["a", ""])
async def test_entries_whose_ids_or_links_change_are_not_announced_again(feed, site, before):
    def entries(mark, scheme, days):
        return [entry(f"Entry {n}", june(n), f"{mark}{n}" if mark else "", f"{scheme}://x.example/{n}") for n in days]

    site.entries = entries(before, "http", (5, 4, 3))
    assert await feed() == []
    site.entries = entries(before and "b", "https", (6, 5, 4, 3))
    assert await feed() == ["Entry 6"]
    site.entries = entries(before and "c", "https", (6, 5, 4, 3))
    assert await feed() == ["Entry 6"]


async def test_entries_with_one_id_are_all_announced(feed, site):
    site.entries = [entry("One", june(3), "same", "http://x.example/1")]
    await feed()
    for number, title in enumerate(["Two", "Three"], 2):
        site.entries.insert(0, entry(title, june(2 + number), "same", f"http://x.example/{number}"))
        await feed()
    assert await feed() == ["Two", "Three"]


@pytest.mark.parametrize("dated", [True, False])
async def test_an_old_entry_that_moves_into_view_is_no_news_but_a_new_one_is(feed, site, dated):
    def one(n, date=None):
        return entry(f"Entry {n}", (date or june(n)) if dated else "", f"g{n}")

    site.entries = [one(n) for n in (9, 8, 7, 6, 5)]
    await feed()
    site.entries = [one(9), one(8), one(6), one(5), one(1, "01 Jan 2005 10:00:00 GMT")]
    assert await feed() == []
    site.entries = [one(10), one(9), one(8), one(6), one(5)]
    assert await feed() == ["Entry 10"]


async def test_an_entry_published_late_with_an_earlier_date_is_news(feed, site):
    site.entries = [entry(f"Entry {n}", june(n), f"g{n}") for n in (9, 5)]
    await feed()
    site.entries.insert(1, entry("Held back", june(7), "g7"))
    assert await feed() == ["Held back"]


async def test_what_a_feed_shows_that_was_empty_at_first_is_news_only_if_it_is_new(feed, site):
    assert await feed() == []
    site.entries = [entry("Undated", guid="u"), entry("Of 2019", "01 Jun 2019 10:00:00 GMT", "g1")]
    assert await feed() == ["Undated"]


async def test_an_undated_feed_that_grows_at_its_end_announces_what_was_added(feed, site):
    site.entries = [entry("One", guid="1"), entry("Two", guid="2")]
    await feed()
    site.entries.append(entry("Three", guid="3"))
    assert await feed() == ["Three"]


async def test_a_clock_that_was_wrong_at_the_first_look_loses_no_entry(feed, site):
    from dataclasses import replace
    from datetime import UTC, datetime, timedelta

    await feed()
    database = feed.app.database
    state = await read(database, sources.find_source, LIST)
    wrong = datetime.now(UTC) + timedelta(days=2000)
    async with database.transaction() as transaction:
        await sources.save_source(transaction, replace(state, baseline_at=wrong, last_success_at=wrong))
    now = f"{datetime.now(UTC):%d %b %Y %H:%M:%S GMT}"
    site.entries = [entry("New", now, "g1"), entry("Of 2019", "01 Jun 2019 10:00:00 GMT", "g2")]
    assert await feed() == ["New"]


def mail(site, number, date):
    link = f"{site.url}/l/msg{number:05d}.html"
    return entry(f"Mail {number}", date, link, link)


async def test_an_old_message_of_an_archive_is_no_news_and_a_new_one_with_an_old_date_is(archive, site):
    site.entries = [mail(site, n, june(n)) for n in (9, 8, 7, 6, 5)]
    await archive()
    site.entries = [mail(site, n, june(n)) for n in (9, 8, 6, 5)] + [mail(site, 1, "01 Jan 2005 10:00:00 GMT")]
    assert await archive() == []
    site.entries.insert(0, mail(site, 10, "01 Jan 2005 10:00:00 GMT"))
    assert await archive() == ["Mail 10"]


async def test_one_odd_page_is_named_and_delays_no_other_message(archive, site):
    page = '<span class="subject">Mail {}</span><div><!--X-Body-of-Message--><pre>Body.</pre></div>'
    site.entries = [mail(site, 1, june(1))]
    site.pages = {f"/l/msg{n:05d}.html": page.format(n) for n in (1, 3, 4)} | {"/l/msg00002.html": "<p>odd"}
    await archive()
    site.entries = [mail(site, n, june(n)) for n in (4, 3, 2, 1)]
    assert await archive() == ["Mail 2", "Mail 3", "Mail 4"]
    (_, source) = (await archive.app.use_cases.status.status()).sources
    assert source.unreadable == ("the page of message 2",)
    assert await archive() == ["Mail 2", "Mail 3", "Mail 4"]
    site.pages["/l/msg00002.html"] = page.format(2)
    await archive()
    assert (await archive.app.use_cases.status.status()).sources[1].unreadable == ()


async def test_a_feed_cannot_be_redirected_to_the_private_address_of_another_source(feed, site):
    async with http_server(Site().respond) as other:
        settings = feed.app.settings
        assert settings.bugzilla.url.startswith("http://127.0.0.1")
        for target in (f"{other}/f", settings.bugzilla.url):
            site.redirect = target
            error = (await feed.app.poll()).lists[LIST].error
            assert "is not contacted" in error


async def test_a_source_that_fails_in_an_unforeseen_way_ends_no_other_poll(feed, site, monkeypatch):
    async def fail(self, etag="", last_modified=""):
        raise RuntimeError("boom")

    monkeypatch.setattr("bot.sources.feeds.rss.RssFeed.fetch", fail)
    report = await feed.app.poll()
    assert (report.bugzilla.error, report.bugzilla.new) == (None, 12)
    assert "RuntimeError" in report.lists[LIST].error
    assert report.failed
    await feed.app.poll()
    assert len([problem for problem in await problems(feed.app) if LIST in problem]) == 1


async def test_a_feed_longer_than_is_read_is_read_up_to_there(feed, site, monkeypatch):
    monkeypatch.setattr("bot.sources.feeds.fetch.MAX_FEED_BYTES", 2000)
    site.entries = [entry(f"Entry {n}", june(n), f"g{n}", text="long " * 20) for n in range(20, 0, -1)]
    await feed()
    site.entries.insert(0, entry("Entry 21", june(21), "g21"))
    assert await feed() == ["Entry 21"]
    (_, source) = (await feed.app.use_cases.status.status()).sources
    assert source.unreadable == ("what stands beyond 2,000 bytes",)


async def test_a_page_that_always_fails_does_not_fail_the_list_for_ever(archive, site):
    site.pages = {"/l/msg00001.html": '<span class="subject">Mail 1</span><div><!--X-Body-of-Message-->B</div>'}
    site.entries = [mail(site, 1, june(1))]
    await archive()
    site.entries.insert(0, mail(site, 2, june(2)))
    site.pages["/l/msg00002.html"] = None
    await archive("127.0.0.1")
    assert await archive() == ["Mail 2"]
