"""The HTTP client, and the only module that imports httpx.

It identifies itself as Rootwatch, limits each response in bytes and seconds, retries only where that does no harm, and
turns each failure into one sentence.
"""

import asyncio
import logging
import random as randomness
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import httpx

from bot.sources.errors import ResponseTooLarge, SourceError
from bot.sources.public_addresses import Resolver, resolve, resolve_public_address
from bot.sources.response_body import TruncatedBody, read_limited
from bot.sources.retry_after import MAX_RATE_LIMIT_SECONDS, MAX_UNAVAILABLE_SECONDS, parse_retry_after

USER_AGENT = "Rootwatch/0.1 (+CA incident watcher)"
MAX_ATTEMPTS = 3
INITIAL_RETRY_DELAY_SECONDS = 0.5
MAX_RETRY_DELAY_SECONDS = 5.0
MAX_REDIRECTS = 3
DEFAULT_PORTS = {"http": 80, "https": 443}
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
BLOCK_SECONDS_RANGE = (61 * 60.0, 70 * 60.0)
"""BMO blocks an address for 60 minutes, and each request while blocked starts them again."""

Origin = tuple[str, str, int]
Params = Mapping[str, str] | Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Response:
    """A server's response: header names in lower case, the body decompressed, `url` after redirects."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


class RetryableError(SourceError):
    """A request failed in a way that may be temporary."""


class HttpClient:
    """The HTTP client of one source; use it as an async context.

    `trusted_urls` are this source's addresses as the operator configured them: their scheme, host and port may be
    contacted wherever they resolve to, loopback included; all others must be on the public internet.
    `request_counts` is by host.
    """

    def __init__(
        self,
        trusted_urls: Iterable[str] = (),
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random: Callable[[], float] = randomness.random,
        resolver: Resolver = resolve,
    ) -> None:
        self.request_counts: dict[str, int] = {}
        self._trusted_origins = {_origin(httpx.URL(url)) for url in trusted_urls}
        self._sleep = sleep
        self._random = random
        self._resolver = resolver
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)  # their request lines show URLs, which may hold keys
        self._client = httpx.AsyncClient(
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"},
            timeout=httpx.Timeout(20, connect=10, pool=10),
            limits=httpx.Limits(max_connections=20, max_keepalive_connections=10),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def get(
        self,
        url: str,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = 5_000_000,
        timeout_seconds: float = 30.0,
        follow_redirects: bool = False,
        may_cut: bool = False,
        before_request: Callable[[], Awaitable[None]] | None = None,
    ) -> Response:
        """Send a GET request, in up to three attempts of `timeout_seconds` each.

        `before_request` is awaited before each attempt. Statuses under 500 other than 429 are returned, redirects too
        unless `follow_redirects`. Raises SourceError for all others, ResponseTooLarge for a body of more than
        `max_bytes` once decompressed; with `may_cut` that body is cut there.
        """
        try:
            target = httpx.URL(url, params=params) if params is not None else httpx.URL(url)
        except (httpx.InvalidURL, ValueError):
            raise SourceError("An address is not well formed; correct it.") from None
        attempts = 0
        while True:
            attempts += 1
            if before_request:
                await before_request()
            try:
                async with asyncio.timeout(timeout_seconds):
                    response = await self._send_with_redirects(
                        target, headers or {}, max_bytes, follow_redirects, may_cut
                    )
                return self._check_status(response)
            except TimeoutError:
                host = display_host(url)
                error = RetryableError(f"{host} did not finish its answer within {timeout_seconds:g} seconds.")
            except RetryableError as caught:
                error = caught
            retry_after = error.retry_after or 0
            if attempts >= MAX_ATTEMPTS or retry_after > MAX_RETRY_DELAY_SECONDS:
                raise error
            delay = INITIAL_RETRY_DELAY_SECONDS * 2 ** (attempts - 1) * (0.5 + self._random())
            await self._sleep(max(delay, retry_after))

    async def _send_with_redirects(
        self, url: httpx.URL, headers: Mapping[str, str], max_bytes: int, follow_redirects: bool, may_cut: bool
    ) -> Response:
        """Send a request and follow redirects; the caller's headers go to the first origin only."""
        first_origin = _origin(url)
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._send(url, headers if _origin(url) == first_origin else {}, max_bytes, may_cut)
            location = response.headers.get("location", "")
            if not follow_redirects or response.status not in REDIRECT_STATUSES or not location:
                return response
            try:
                url = httpx.URL(urljoin(str(url), location))
            except (httpx.InvalidURL, ValueError):
                raise SourceError(f"{url.host} redirects to an address that is not well formed.") from None
        raise SourceError(f"{url.host} redirects from page to page without end.")

    async def _send(self, url: httpx.URL, headers: Mapping[str, str], max_bytes: int, may_cut: bool) -> Response:
        if url.scheme not in DEFAULT_PORTS or not url.host:
            raise SourceError("Only http and https addresses can be fetched.")
        try:
            request = self._client.build_request("GET", url, headers=dict(headers))
        except (UnicodeError, ValueError):  # a header that no server should have made us send
            raise SourceError(f"{url.host} cannot be asked: the request is not well formed.") from None
        if _origin(url) not in self._trusted_origins:
            address = await resolve_public_address(url.host, _origin(url)[2], self._resolver)
            request.url = url.copy_with(host=address)  # the Host header is set already
            request.extensions["sni_hostname"] = url.host
            request.headers["Connection"] = "close"  # its connection must not serve another name at that address
        host = display_host(str(url))
        self.request_counts[host] = self.request_counts.get(host, 0) + 1
        try:
            response = await self._client.send(request, stream=True)
            try:
                body = await self._read_body(response, host, max_bytes, may_cut)
            finally:
                await response.aclose()
        except httpx.TimeoutException:
            raise RetryableError(f"{host} did not answer in time.") from None
        except (httpx.RemoteProtocolError, httpx.ReadError):
            raise RetryableError(f"{host} broke off in the middle of its answer.") from None
        except httpx.HTTPError as error:
            raise RetryableError(f"{host} cannot be reached: {_connection_error_reason(error)}.") from None
        response_headers = {name.lower(): value for name, value in response.headers.items()}
        return Response(response.status_code, response_headers, body, str(url))

    @staticmethod
    async def _read_body(response: httpx.Response, host: str, max_bytes: int, may_cut: bool) -> bytes:
        chunks: AsyncIterator[bytes] = response.aiter_raw()
        encoding = response.headers.get("content-encoding", "")
        try:
            return await read_limited(chunks, encoding, max_bytes, may_cut=may_cut)
        except TruncatedBody:
            raise RetryableError(f"{host} broke off in the middle of its answer.") from None
        except ResponseTooLarge as error:
            raise ResponseTooLarge(f"{host} {error.message}") from None
        except SourceError as error:
            raise SourceError(f"{host} {error.message}") from None

    def _check_status(self, response: Response) -> Response:
        host = display_host(response.url)
        if response.status == 429:
            retry_after = parse_retry_after(response.headers, datetime.now(UTC), MAX_RATE_LIMIT_SECONDS)
            if retry_after is None and response.body.lstrip()[:1] != b"{":
                # BMO's block page is HTML; a rate limit of Bugzilla itself is JSON
                shortest, longest = BLOCK_SECONDS_RANGE
                retry_after = shortest + (longest - shortest) * self._random()
            raise SourceError(f"{host} asks for fewer requests (429).", retry_after, server_requested=True)
        if response.status >= 500:
            retry_after = parse_retry_after(response.headers, datetime.now(UTC), MAX_UNAVAILABLE_SECONDS)
            raise RetryableError(f"{host} is down for now ({response.status}).", retry_after)
        return response


def display_host(url: str) -> str:
    """Return a URL's host for messages, with the port unless it is the scheme's default."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return "the server"
    return f"{parsed.host}:{parsed.port}" if parsed.port else parsed.host


def _origin(url: httpx.URL) -> Origin:
    return url.scheme, url.host.lower(), url.port or DEFAULT_PORTS.get(url.scheme, 0)


def _connection_error_reason(error: BaseException) -> str:
    """Return the reason for a failed connection, from the error or one of its causes."""
    pending: list[BaseException | None] = [error]
    while pending:
        cause = pending.pop()
        if isinstance(cause, ConnectionRefusedError):
            return "connection refused"
        if isinstance(cause, ssl.SSLError):
            return "its certificate or encryption is not accepted"
        if isinstance(cause, OSError) and type(cause).__name__ == "gaierror":
            return "its name is not known"
        if isinstance(cause, BaseExceptionGroup):
            pending.extend(cause.exceptions)
        if cause is not None:
            pending += [cause.__cause__, cause.__context__]
    return "no connection"
