import asyncio
import gzip
import logging
import tracemalloc
from datetime import UTC, datetime

import pytest
from aiohttp import web

from bot.sources.errors import ResponseTooLarge, SourceError, backoff_seconds
from bot.sources.http import HttpClient
from bot.sources.public_addresses import is_public
from bot.sources.response_body import read_limited
from bot.sources.retry_after import parse_retry_after
from tests.support.replay import http_server


async def no_sleep(seconds):
    assert seconds <= 10


def responding(*responses):
    """Return a handler that sends these responses in turn, then the last one always; `requests` holds the requests."""
    requests = []

    async def handler(request):
        requests.append(request)
        response = responses[min(len(requests), len(responses)) - 1]
        return response() if callable(response) else response

    handler.requests = requests
    return handler


def status(code, text="", **headers):
    kind = "text/html" if text.startswith("<") else "application/json"
    return lambda: web.Response(status=code, text=text, content_type=kind, headers=headers)


async def request_error(handler, path="/", **options):
    async with http_server(handler) as url, HttpClient([url], sleep=no_sleep, random=lambda: 0.5) as client:
        with pytest.raises(SourceError) as caught:
            await client.get(url + path, **options)
        return caught.value


async def test_a_server_that_is_down_gets_three_requests():
    handler = responding(status(503, "<html>"))
    error = await request_error(handler)
    assert len(handler.requests) == 3
    assert "down for now (503)" in error.message
    assert not error.server_requested


async def test_a_retry_may_succeed_and_requests_name_rootwatch():
    handler = responding(status(500), status(200, "{}"))
    async with http_server(handler) as url, HttpClient([url], sleep=no_sleep) as client:
        response = await client.get(url)
    assert (response.status, response.body) == (200, b"{}")
    assert handler.requests[0].headers["User-Agent"].startswith("Rootwatch/0.1")
    assert handler.requests[0].headers["Accept-Encoding"] == "gzip"
    assert client.request_counts == {url.removeprefix("http://"): 2}


async def test_a_long_retry_after_is_not_waited_for_but_passed_on():
    handler = responding(status(503, "<html>", **{"Retry-After": "3600"}))
    error = await request_error(handler)
    assert (error.retry_after, error.server_requested, len(handler.requests)) == (600, False, 1)


async def test_an_html_429_waits_out_the_block_and_is_never_retried():
    handler = responding(status(429, "<html>"))
    error = await request_error(handler)
    assert len(handler.requests) == 1
    assert error.server_requested
    assert 61 * 60 <= error.retry_after <= 70 * 60


async def test_a_json_429_leaves_the_wait_to_the_caller():
    error = await request_error(responding(status(429, '{"error": true}')))
    assert (error.retry_after, error.server_requested) == (None, True)


async def test_a_429_with_retry_after_says_how_long():
    error = await request_error(responding(status(429, "<html>", **{"Retry-After": "120"})))
    assert (error.retry_after, error.server_requested) == (120, True)


async def test_a_gzip_bomb_is_stopped_at_the_limit():
    bomb = gzip.compress(b"\0" * 20_000_000)
    handler = responding(lambda: web.Response(body=bomb, headers={"Content-Encoding": "gzip"}))
    error = await request_error(handler, max_bytes=1_000_000)
    assert isinstance(error, ResponseTooLarge)
    assert len(handler.requests) == 1


async def test_a_bomb_is_never_unpacked_beyond_the_limit():
    bomb = gzip.compress(b"\0" * 100_000_000, 1)

    async def whole():
        yield bomb

    tracemalloc.start()
    try:
        with pytest.raises(ResponseTooLarge):
            await read_limited(whole(), "gzip", 1_000_000)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


async def test_an_encoding_that_was_not_requested_is_an_error():
    handler = responding(lambda: web.Response(body=b"x", headers={"Content-Encoding": "gzip, gzip"}))
    assert "encoding" in (await request_error(handler)).message


async def test_a_drip_ends_at_the_deadline():
    async def drip(request):
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b"x")
            await asyncio.sleep(0.05)
        return response

    async with asyncio.timeout(3):
        error = await request_error(drip, timeout_seconds=0.2)
    assert "within 0.2 seconds" in error.message


async def test_a_truncated_body_is_requested_again():
    packed = gzip.compress(b"whole" * 1000)
    cut = lambda: web.Response(body=packed[:20], headers={"Content-Encoding": "gzip"})  # noqa: E731
    whole = lambda: web.Response(body=packed, headers={"Content-Encoding": "gzip"})  # noqa: E731
    async with http_server(responding(cut, whole)) as url, HttpClient([url], sleep=no_sleep) as client:
        assert (await client.get(url)).body == b"whole" * 1000
    assert "broke off" in (await request_error(responding(cut))).message


async def test_redirects_are_returned_unless_followed_and_never_lead_to_private_addresses():
    async with http_server(responding(status(200, "secret"))) as inside:
        handler = responding(status(302, Location=inside))
        async with http_server(handler) as url, HttpClient([url], sleep=no_sleep) as client:
            assert (await client.get(url)).status == 302
            with pytest.raises(SourceError, match="ports 80 and 443"):
                await client.get(url, follow_redirects=True)
    error = await request_error(responding(status(302, Location="http://[::ffff:127.0.0.1]/")), follow_redirects=True)
    assert "not on the public internet" in error.message


async def test_a_trusted_redirect_is_followed_but_not_for_ever():
    handler = responding(status(301, Location="/new"), status(200, "{}"))
    async with http_server(handler) as url, HttpClient([url], sleep=no_sleep) as client:
        assert (await client.get(url, follow_redirects=True)).url == f"{url}/new"
    assert "without end" in (await request_error(responding(status(301, Location="/")), follow_redirects=True)).message


async def test_an_untrusted_name_needs_public_addresses_only():
    async def resolver(host, port):
        return ["93.184.216.34", "10.0.0.1"]

    async with HttpClient([], resolver=resolver) as client:
        with pytest.raises(SourceError, match="not on the public internet"):
            await client.get("http://two-faced.example/")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "0.0.0.0",
        "169.254.1.1",
        "::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "fe80::1%eth0",
        "224.0.0.1",
        "192.0.0.1",
        "192.0.0.170",
        "192.88.99.1",
        "100.64.0.1",
        "198.19.255.255",
        "255.255.255.255",
        "::ffff:192.0.0.8",
        "::127.0.0.1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:2::1",
        "2001:db8::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fec0::1",
        "ff0e::1",
        "nonsense",
    ],
)
def test_addresses_that_are_not_public(address):
    assert not is_public(address)


def test_public_addresses():
    assert is_public("93.184.216.34")
    assert is_public("2606:4700::1111")
    assert is_public("::ffff:93.184.216.34")
    assert is_public("64:ff9b::5db8:d822")
    assert is_public("2a00:1450:4001:830::200e")


async def test_the_message_of_a_refused_connection_has_no_query():
    async with http_server(responding(status(200))) as url:
        pass
    async with HttpClient([url], sleep=no_sleep) as client:
        with pytest.raises(SourceError) as caught:
            await client.get(url, params=[("api_key", "top-secret")])
    host = url.removeprefix("http://")
    assert caught.value.message == f"{host} cannot be reached: connection refused."
    assert logging.getLogger("httpx").level >= logging.WARNING


def test_backoff_grows_to_a_maximum():
    assert backoff_seconds(1, lambda: 0.5) == 30
    assert backoff_seconds(3, lambda: 0.0) == pytest.approx(96)
    assert backoff_seconds(10_000, lambda: 1.0) == 4500


def test_retry_after_is_seconds_or_a_date():
    def wait(value, **headers):
        return parse_retry_after({"retry-after": value, **headers}, datetime(2026, 1, 1, tzinfo=UTC), 600)

    assert wait("Thu, 01 Jan 2026 00:01:00 GMT") == 60
    assert wait("Thu, 01 Jan 2020 00:01:00 GMT") == 0
    assert wait("Thu, 01 Jan 2020 00:01:00 GMT", date="Thu, 01 Jan 2020 00:00:00 GMT") == 60
    assert wait("1.5") == 1.5
    assert wait("soon") is None
    assert wait("-5") is None
    assert wait("") is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1767225660", 60),  # a point in time, in seconds since 1970
        ("1767225660000", 60),  # the same in milliseconds
        ("1717977600", 0),  # one that has passed
        ("31536000", 600),
        ("9" * 400, 600),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 600),
    ],
)
def test_no_server_can_ask_for_a_longer_wait_than_the_bound(value, seconds):
    assert parse_retry_after({"retry-after": value}, datetime(2026, 1, 1, tzinfo=UTC), 600) == seconds
