"""The polite web client: the only module that knows httpx.

It asks under an honest name, bounds every answer in bytes and seconds, tries again only where that cannot hurt, and
turns every failure into one sentence.
"""

import asyncio
import email.utils
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

from bot.sources.errors import ResponseTooLarge, SourceError, backoff_seconds
from bot.sources.public_addresses import Resolver, resolve_public_address, resolve
from bot.sources.response_body import TruncatedBody, read_limited

__all__ = ["Response", "ResponseTooLarge", "SourceError", "HttpClient", "backoff_seconds", "display_host"]

USER_AGENT = "Rootwatch/0.1 (+CA incident watcher)"
MAX_ATTEMPTS = 3
INITIAL_RETRY_DELAY_SECONDS = 0.5
MAX_RETRY_DELAY_SECONDS = 5.0
MAX_REDIRECTS = 3
DEFAULT_PORTS = {"http": 80, "https": 443}
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
BLOCK_SECONDS_RANGE = (61 * 60.0, 70 * 60.0)
"""BMO blocks an address for 60 minutes, and each try while blocked begins them anew."""

Origin = tuple[str, str, int]
Params = Mapping[str, str] | Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered; header names are in lower case, the body is inflated, `url` is where it came from."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


class RetryableError(Exception):
    """One try failed in a way that another may mend; `failed` is what to raise if none does."""

    def __init__(self, failed: SourceError) -> None:
        super().__init__(failed.message)
        self.failed = failed


class HttpClient:
    """One client for all sources; use it as an async context.

    `trusted` are addresses that the operator configured: their scheme, host and port are asked wherever they lead,
    loopback included; anything else must be on the public internet. `asked` counts requests by host.
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
        before_request: Callable[[], Awaitable[None]] | None = None,
    ) -> Response:
        """Ask for a page, in up to three tries of `seconds` each; `before` is awaited ahead of every try.

        Statuses under 500 other than 429 come back as answers, redirects too unless `follow`. Raises SourceFailed
        for all else, AnswerTooLarge for a body of more than `limit_bytes` once inflated.
        """
        try:
            target = httpx.URL(url, params=params) if params is not None else httpx.URL(url)
        except (httpx.InvalidURL, ValueError):
            raise SourceError("An address is not well formed; correct it.") from None
        tried = 0
        while True:
            tried += 1
            if before_request:
                await before_request()
            try:
                async with asyncio.timeout(timeout_seconds):
                    answer = await self._send_with_redirects(target, headers or {}, max_bytes, follow_redirects)
                return self._check_status(answer)
            except TimeoutError:
                failed = SourceError(f"{display_host(url)} did not finish its answer within {timeout_seconds:g} seconds.")
            except RetryableError as error:
                failed = error.failed
            asked_to_wait = failed.retry_after
            if tried >= MAX_ATTEMPTS or (asked_to_wait or 0) > MAX_RETRY_DELAY_SECONDS:
                raise failed
            pause = INITIAL_RETRY_DELAY_SECONDS * 2 ** (tried - 1) * (0.5 + self._random())
            await self._sleep(max(pause, asked_to_wait or 0))

    async def _send_with_redirects(self, url: httpx.URL, headers: Mapping[str, str], limit_bytes: int, follow: bool) -> Response:
        first = _origin(url)
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._send(url, headers if _origin(url) == first else {}, limit_bytes)
            target = answer.headers.get("location", "")
            if not follow or answer.status not in REDIRECT_STATUSES or not target:
                return answer
            try:
                url = httpx.URL(urljoin(str(url), target))
            except (httpx.InvalidURL, ValueError):
                raise SourceError(f"{url.host} sends its readers to an address that is not well formed.") from None
        raise SourceError(f"{url.host} sends its readers from page to page without end.")

    async def _send(self, url: httpx.URL, headers: Mapping[str, str], limit_bytes: int) -> Response:
        if url.scheme not in DEFAULT_PORTS or not url.host:
            raise SourceError("Only http and https addresses can be asked.")
        request = self._client.build_request("GET", url, headers=dict(headers))
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
                body = await self._read_body(response, host, limit_bytes)
            finally:
                await response.aclose()
        except httpx.TimeoutException:
            raise RetryableError(SourceError(f"{host} did not answer in time.")) from None
        except (httpx.RemoteProtocolError, httpx.ReadError):
            raise RetryableError(SourceError(f"{host} broke off in the middle of its answer.")) from None
        except httpx.HTTPError as error:
            raise RetryableError(SourceError(f"{host} cannot be reached: {_connection_error_reason(error)}.")) from None
        return Response(response.status_code, {k.lower(): v for k, v in response.headers.items()}, body, str(url))

    @staticmethod
    async def _read_body(response: httpx.Response, host: str, limit_bytes: int) -> bytes:
        chunks: AsyncIterator[bytes] = response.aiter_raw()
        encoding = response.headers.get("content-encoding", "")
        try:
            return await read_limited(chunks, encoding, limit_bytes)
        except TruncatedBody:
            raise RetryableError(SourceError(f"{host} broke off in the middle of its answer.")) from None
        except ResponseTooLarge as error:
            raise ResponseTooLarge(f"{host} {error.message}") from None
        except SourceError as error:
            raise SourceError(f"{host} {error.message}") from None

    def _check_status(self, answer: Response) -> Response:
        host = display_host(answer.url)
        wait = parse_retry_after(answer.headers.get("retry-after", ""), datetime.now(UTC))
        if answer.status == 429:
            if wait is None and answer.body.lstrip()[:1] != b"{":
                shortest, longest = BLOCK_SECONDS_RANGE
                wait = shortest + (longest - shortest) * self._random()
            raise SourceError(f"{host} asks for fewer requests (429).", wait, server_requested=True)
        if answer.status >= 500:
            sentence = f"{host} is down for now ({answer.status})."
            raise RetryableError(SourceError(sentence, wait, server_requested=wait is not None))
        return answer


def display_host(url: str) -> str:
    """Name the server of an address, with its port if that is not the usual one: what sentences may show."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return "the server"
    return f"{parsed.host}:{parsed.port}" if parsed.port else parsed.host


def parse_retry_after(text: str, now: datetime) -> float | None:
    """Read a Retry-After header, seconds or an HTTP date, as seconds from `now`; None if it says nothing."""
    text = text.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())


def _origin(url: httpx.URL) -> Origin:
    return url.scheme, url.host.lower(), url.port or DEFAULT_PORTS.get(url.scheme, 0)


def _connection_error_reason(error: BaseException) -> str:
    seen: list[BaseException | None] = [error]
    while seen:
        cause = seen.pop()
        if isinstance(cause, ConnectionRefusedError):
            return "connection refused"
        if isinstance(cause, ssl.SSLError):
            return "its certificate or encryption is not accepted"
        if isinstance(cause, OSError) and type(cause).__name__ == "gaierror":
            return "its name is not known"
        if isinstance(cause, BaseExceptionGroup):
            seen.extend(cause.exceptions)
        if cause is not None:
            seen += [cause.__cause__, cause.__context__]
    return "no connection"
