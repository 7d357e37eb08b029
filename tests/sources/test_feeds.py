import asyncio
import os
import time

import pytest
from aiohttp import web

from bot.sources.errors import SourceError
from bot.sources.feeds.documents import parse_mail_date
from bot.sources.feeds.fetch import message_key
from bot.sources.feeds.mail_archive import MailArchive, parse_author
from bot.sources.feeds.parser_process import FeedParserProcess
from bot.sources.feeds.rss import RssFeed
from bot.sources.http import HttpClient
from bot.sources.sanitize import html_to_text
from tests.support.replay import http_server, replay


@pytest.fixture
def feed_parser():
    process = FeedParserProcess()
    yield process
    process.close()


async def no_sleep(seconds):
    pass


async def test_the_archive_is_read_oldest_first_and_only_if_it_changed(feed_parser):
    with replay("2026-01-01") as server:
        async with HttpClient([server.url]) as http_client:
            archive = MailArchive(http_client, "list", server.list_url, 0, feed_parser)
            page = await archive.fetch()
            assert len(page.items) == 26
            assert [m.number for m in page.items] == sorted(m.number for m in page.items)
            assert page.items[0].key == message_key(page.items[0].url) == page.items[0].url.removeprefix("http://")
            assert all(m.author and m.posted.tzinfo for m in page.items)
            assert await archive.fetch(page.etag, page.last_modified) is None


async def test_a_message_page_has_the_body_and_a_gap_is_none(feed_parser):
    with replay() as server:
        async with HttpClient([server.url]) as http_client:
            archive = MailArchive(http_client, "list", server.list_url, 0, feed_parser)
            author = "'Ben Wilson' via dev-security-policy@mozilla.org"
            server.control(
                post={
                    "subject": "Re: <b> & c",
                    "author": author,
                    "body": "See https://bugzilla.mozilla.org/show_bug.cgi?id=1\n> <quoted> me@ca.example",
                }
            )
            page = await archive.fetch()
            listed = page.items[-1]
            message = await archive.fetch_message(listed.number)
            assert (listed.subject, listed.author, listed.body) == ("Re: <b> & c", "Ben Wilson", None)
            assert (message.subject, message.author, message.posted) == (listed.subject, listed.author, listed.posted)
            assert message.body == "See https://bugzilla.mozilla.org/show_bug.cgi?id=1\n> <quoted> me@…"
            assert message.message_id.endswith("replay.invalid")
            assert await archive.fetch_message(99_999) is None
            bodies = [(await archive.fetch_message(m.number)).body for m in page.items]
            assert None not in bodies
            assert bodies.count("") == 9  # the corpus has these openings empty


async def test_pages_are_requested_no_faster_than_configured(feed_parser):
    now, slept = [10.0], []

    async def sleep(seconds):
        slept.append(seconds)
        now[0] += seconds

    async def not_found(request):
        return web.Response(status=404)

    async with http_server(not_found) as url, HttpClient([url]) as http_client:
        archive = MailArchive(
            http_client, "list", f"{url}/maillist.xml", 3, feed_parser, sleep=sleep, clock=lambda: now[0]
        )
        await archive.fetch_message(1)
        await archive.fetch_message(2)
    assert slept == [3]


async def test_a_challenge_page_is_neither_a_feed_nor_a_message(feed_parser):
    async def challenge(request):
        return web.Response(text="<html><title>Just a moment</title>Are you human?</html>", content_type="text/html")

    async with http_server(challenge) as url, HttpClient([url]) as http_client:
        archive = MailArchive(http_client, "list", f"{url}/maillist.xml", 0, feed_parser)
        with pytest.raises(SourceError, match="something that is not a feed"):
            await archive.fetch()
        with pytest.raises(SourceError, match="something that is not a message"):
            await archive.fetch_message(1)


async def test_a_wiki_history_is_a_feed(feed_parser):
    with replay() as server:
        async with HttpClient([server.url]) as http_client:
            page = await RssFeed(http_client, "wiki", server.wiki_url, feed_parser).fetch()
    assert [item.body for item in page.items] == [
        "Created page summarising the incidents of March to May 2024", "Updated the list of incidents",
    ]  # fmt: skip
    assert all(item.url.startswith("https://wiki.mozilla.org/") and item.number is None for item in page.items)


RSS = """<rss version="2.0"><channel><title>t</title>
<item><title>No guid</title><link>/relative?a=1</link><pubDate>yesterday</pubDate></item>
<item><title>Bad link</title><link>javascript:alert(1)</link><guid>g1</guid>
<description>&lt;p&gt;Hello&lt;script&gt;x()&lt;/script&gt; a@b.example&lt;/p&gt;</description></item>
</channel></rss>"""


async def test_missing_and_wrong_values_of_a_feed_are_replaced(feed_parser):
    async def rss(request):
        return web.Response(text=RSS, content_type="text/xml")

    async with http_server(rss) as url, HttpClient([url]) as http_client:
        bad, bare = (await RssFeed(http_client, "f", f"{url}/feed.xml", feed_parser).fetch()).items
    assert (bad.key, bad.url, bad.body) == ("g1", f"{url}/feed.xml", "Hello a@…")
    assert (bare.key, bare.url, bare.posted) == (bare.url.removeprefix("http://"), f"{url}/relative?a=1", None)


async def test_a_feed_that_is_a_path_opens_no_file(feed_parser, tmp_path):
    path = tmp_path / "feed.xml"
    path.write_text(RSS)
    assert (await feed_parser.parse(str(path).encode())).version == ""


async def test_a_feed_that_takes_too_long_is_an_error_and_the_next_is_parsed():
    feed_parser = FeedParserProcess(timeout_seconds=0.001)
    try:
        started_at = time.monotonic()
        with pytest.raises(SourceError, match="too long"):
            await feed_parser.parse(b"<rss version='2.0'>" + b"<a>" * 300_000)
        assert time.monotonic() - started_at < 60
        feed_parser._timeout_seconds = 60
        assert (await feed_parser.parse(RSS.encode())).version == "rss20"
    finally:
        feed_parser.close()


async def test_two_feeds_at_once_wait_for_each_other(feed_parser):
    first, second = await asyncio.gather(feed_parser.parse(RSS.encode()), feed_parser.parse(b""))
    assert (len(first.items), second.version) == (2, "")


def test_authors_dates_and_html():
    assert parse_author("'Ben Wilson' via dev-security-policy@mozilla.org") == "Ben Wilson"
    assert parse_author("Jo Doe via public") == "Jo Doe"
    assert parse_author("unsubscr...@mozilla.org") == "unsubscr...@mozilla.org"
    assert parse_mail_date("Tue, 07 May 2024 09:00:00 -0700") == 1715097600
    assert parse_mail_date("some day") is None
    assert html_to_text("<p>a<br>b <a href='x'>link</a></p><div>c\0</div>") == "a\nb link\nc"


async def test_a_mail_in_html_keeps_its_lines_marks_what_it_quotes_and_shows_its_subject(feed_parser):
    page = """<span class="subject">Re: =?utf-8?Q?caf=C3=A9?=</span>
        <span class="sender"><span itemprop="name">=?utf-8?B?w4l2YQ==?= One</span></span>
        <div><!--X-Body-of-Message--><p>I agree.</p><p>Bug 1658792&nbsp;too.</p>
        <blockquote><div>Could we add a section?</div></blockquote><p>By some&shy;one@mail.exam&shy;ple.org</p></div>"""

    async def handle(_request):
        return web.Response(text=page, content_type="text/html")

    async with http_server(handle) as url, HttpClient([url]) as http_client:
        message = await MailArchive(http_client, "list", f"{url}/maillist.xml", 0, feed_parser).fetch_message(1)
    assert message.subject == "Re: café"
    assert message.author == "Éva One"
    assert message.body == "I agree.\nBug 1658792 too.\n> Could we add a section?\nBy someone@…"


def atom(entries):
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>{entries}</feed>'.encode()


def entry(number, updated="2024-06-03T10:00:00Z", body="<summary>It is.</summary>"):
    return f"<entry><id>urn:{number}</id><title>Entry {number}</title><updated>{updated}</updated>{body}</entry>"


@pytest.mark.parametrize(
    "date", ["0000-00-00T00:00:00Z", "0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-05:00", "1970-01-01T00:00:00Z"]
)
async def test_an_entry_with_an_impossible_date_counts_as_undated(feed_parser, date):
    parsed = await feed_parser.parse(atom(entry(1) + entry(2, date)))
    assert [(item.title, item.posted is None) for item in parsed.items] == [("Entry 1", False), ("Entry 2", True)]


async def test_an_entry_that_breaks_its_reading_is_named_and_the_others_are_read(feed_parser, monkeypatch):
    from bot.sources.feeds import documents

    to_text = documents.to_text

    def fail_for_the_second(text, **options):
        return to_text(text, **options) if "2" not in text else 1 / 0

    monkeypatch.setattr(documents, "to_text", fail_for_the_second)
    parsed = documents.parse_feed(atom(entry(1) + entry(2) + entry(3)), "")
    assert [item.title for item in parsed.items] == ["Entry 1", "Entry 3"]
    assert parsed.unreadable == ("urn:2 (ZeroDivisionError)",)


async def test_a_feed_with_one_entry_that_takes_too_long_is_read_without_it():
    feed_parser = FeedParserProcess(timeout_seconds=1)
    try:
        await feed_parser.parse(atom(entry(1)))
        slow = entry(2, body=f'<content type="xhtml">{"<div>" * 100_000}</content>')
        parsed = await feed_parser.parse(atom(entry(1) + slow + entry(3)))
    finally:
        feed_parser.close()
    assert {"Entry 1", "Entry 3"} <= {item.title for item in parsed.items}


async def test_a_long_feed_is_read_up_to_the_newest_items_and_says_so(feed_parser):
    from bot.sources.feeds.documents import MAX_ITEMS

    times = [f"2024-01-01T{n // 3600:02d}:{n // 60 % 60:02d}:{n % 60:02d}Z" for n in range(MAX_ITEMS + 5)]
    entries = "".join(entry(number, time) for number, time in enumerate(times))
    parsed = await feed_parser.parse(atom(entries))
    assert (parsed.items[0].title, len(parsed.items), parsed.left_out) == ("Entry 5", MAX_ITEMS, 5)


async def test_the_parser_knows_no_secret(feed_parser, monkeypatch):
    monkeypatch.setenv("DISCORD_TOKEN", "tok-secret")
    monkeypatch.setenv("ROOTWATCH__DATABASE__URL", "postgresql://u:secret@h/d")
    await feed_parser.parse(RSS.encode())
    environment = f"/proc/{feed_parser._process.pid}/environ"
    if not os.path.exists(environment):  # noqa: ASYNC240, PTH110
        pytest.skip("only Linux shows the environment of a process")
    with open(environment, "rb") as file:  # noqa: ASYNC230, PTH123
        assert b"secret" not in file.read()


async def test_headers_that_cannot_be_sent_back_are_not_kept(feed_parser):
    async def rss(request):
        headers = {"ETag": '"caf\u00e9"', "Last-Modified": "lun., 03 f\u00e9vr. 2024"}
        return web.Response(text=RSS, content_type="text/xml", headers=headers)

    async with http_server(rss) as url, HttpClient([url]) as http_client:
        feed = RssFeed(http_client, "f", f"{url}/feed.xml", feed_parser)
        snapshot = await feed.fetch()
        assert (snapshot.etag, snapshot.last_modified) == ("", "")
        assert len((await feed.fetch('"caf\u00e9"', "a\nb: c")).items) == 2  # as an earlier version stored them


async def test_an_address_with_a_key_is_not_shown_as_an_entry_s_link(feed_parser):
    async def rss(request):
        return web.Response(text=RSS, content_type="text/xml")

    async with http_server(rss) as url, HttpClient([url]) as http_client:
        items = (await RssFeed(http_client, "f", f"{url}/feed.xml?token=s3cret", feed_parser).fetch()).items
    assert [item.url for item in items] == [f"{url}/feed.xml", f"{url}/relative?a=1"]


async def test_an_html_mail_keeps_its_lines_and_marks_its_quotations(feed_parser):
    page = (
        '<span class="subject">S</span><span class="date">Mon, 03 Jun 2024 10:00:00 +0200</span>'
        "<div><!--X-Body-of-Message-->"
        "<div>First.</div><p>Second &lt;none&gt;.</p><blockquote><p>They said:</p><blockquote>older</blockquote>"
        "<p>bug 1</p></blockquote>Last.<pre>  code\n\n  more</pre></div>"
    )
    parsed = await feed_parser.parse_page(page.encode())
    lines = [line for line in parsed.body.split("\n") if line.strip("> ")]
    assert lines == ["First.", "Second <none>.", "> They said:", "> older", "> bug 1", "Last.", "  code", "  more"]
