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

from bot.sources.errors import AnswerTooLarge, SourceFailed, back_off_seconds
from bot.sources.public_addresses import Resolver, public_address, resolve
from bot.sources.response_body import BrokenBody, read_bounded

__all__ = ["Answer", "AnswerTooLarge", "SourceFailed", "Web", "back_off_seconds", "host_of"]

USER_AGENT = "Rootwatch/0.1 (+CA incident watcher)"
TRIES = 3
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 5.0
MOST_REDIRECTS = 3
DEFAULT_PORTS = {"http": 80, "https": 443}
REDIRECTS = frozenset({301, 302, 303, 307, 308})
BLOCKED_SECONDS = (61 * 60.0, 70 * 60.0)
"""BMO blocks an address for 60 minutes, and each try while blocked begins them anew."""

Origin = tuple[str, str, int]
Params = Mapping[str, str] | Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; header names are in lower case, the body is inflated, `url` is where it came from."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


class _TryAgainError(Exception):
    """One try failed in a way that another may mend; `failed` is what to raise if none does."""

    def __init__(self, failed: SourceFailed) -> None:
        super().__init__(failed.sentence)
        self.failed = failed


class Web:
    """One client for all sources; use it as an async context.

    `trusted` are addresses that the operator configured: their scheme, host and port are asked wherever they lead,
    loopback included; anything else must be on the public internet. `asked` counts requests by host.
    """

    def __init__(
        self,
        trusted: Iterable[str] = (),
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random: Callable[[], float] = randomness.random,
        resolver: Resolver = resolve,
    ) -> None:
        self.asked: dict[str, int] = {}
        self._trusted = {_origin(httpx.URL(url)) for url in trusted}
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
        limit_bytes: int = 5_000_000,
        seconds: float = 30.0,
        follow: bool = False,
        before: Callable[[], Awaitable[None]] | None = None,
    ) -> Answer:
        """Ask for a page, in up to three tries of `seconds` each; `before` is awaited ahead of every try.

        Statuses under 500 other than 429 come back as answers, redirects too unless `follow`. Raises SourceFailed
        for all else, AnswerTooLarge for a body of more than `limit_bytes` once inflated.
        """
        try:
            target = httpx.URL(url, params=params) if params is not None else httpx.URL(url)
        except (httpx.InvalidURL, ValueError):
            raise SourceFailed("An address is not well formed; correct it.") from None
        tried = 0
        while True:
            tried += 1
            if before:
                await before()
            try:
                async with asyncio.timeout(seconds):
                    answer = await self._follow(target, headers or {}, limit_bytes, follow)
                return self._check(answer)
            except TimeoutError:
                failed = SourceFailed(f"{host_of(url)} did not finish its answer within {seconds:g} seconds.")
            except _TryAgainError as error:
                failed = error.failed
            asked_to_wait = failed.wait_seconds
            if tried >= TRIES or (asked_to_wait or 0) > LONGEST_PAUSE_SECONDS:
                raise failed
            pause = FIRST_PAUSE_SECONDS * 2 ** (tried - 1) * (0.5 + self._random())
            await self._sleep(max(pause, asked_to_wait or 0))

    async def _follow(self, url: httpx.URL, headers: Mapping[str, str], limit_bytes: int, follow: bool) -> Answer:
        first = _origin(url)
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self._ask(url, headers if _origin(url) == first else {}, limit_bytes)
            target = answer.headers.get("location", "")
            if not follow or answer.status not in REDIRECTS or not target:
                return answer
            try:
                url = httpx.URL(urljoin(str(url), target))
            except (httpx.InvalidURL, ValueError):
                raise SourceFailed(f"{url.host} sends its readers to an address that is not well formed.") from None
        raise SourceFailed(f"{url.host} sends its readers from page to page without end.")

    async def _ask(self, url: httpx.URL, headers: Mapping[str, str], limit_bytes: int) -> Answer:
        if url.scheme not in DEFAULT_PORTS or not url.host:
            raise SourceFailed("Only http and https addresses can be asked.")
        request = self._client.build_request("GET", url, headers=dict(headers))
        if _origin(url) not in self._trusted:
            address = await public_address(url.host, _origin(url)[2], self._resolver)
            request.url = url.copy_with(host=address)  # the Host header is set already
            request.extensions["sni_hostname"] = url.host
            request.headers["Connection"] = "close"  # its connection must not serve another name at that address
        host = host_of(str(url))
        self.asked[host] = self.asked.get(host, 0) + 1
        try:
            response = await self._client.send(request, stream=True)
            try:
                body = await self._body(response, host, limit_bytes)
            finally:
                await response.aclose()
        except httpx.TimeoutException:
            raise _TryAgainError(SourceFailed(f"{host} did not answer in time.")) from None
        except (httpx.RemoteProtocolError, httpx.ReadError):
            raise _TryAgainError(SourceFailed(f"{host} broke off in the middle of its answer.")) from None
        except httpx.HTTPError as error:
            raise _TryAgainError(SourceFailed(f"{host} cannot be reached: {_reason(error)}.")) from None
        return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, body, str(url))

    @staticmethod
    async def _body(response: httpx.Response, host: str, limit_bytes: int) -> bytes:
        chunks: AsyncIterator[bytes] = response.aiter_raw()
        encoding = response.headers.get("content-encoding", "")
        try:
            return await read_bounded(chunks, encoding, limit_bytes)
        except BrokenBody:
            raise _TryAgainError(SourceFailed(f"{host} broke off in the middle of its answer.")) from None
        except AnswerTooLarge as error:
            raise AnswerTooLarge(f"{host} {error.sentence}") from None
        except SourceFailed as error:
            raise SourceFailed(f"{host} {error.sentence}") from None

    def _check(self, answer: Answer) -> Answer:
        host = host_of(answer.url)
        wait = read_retry_after(answer.headers.get("retry-after", ""), datetime.now(UTC))
        if answer.status == 429:
            if wait is None and answer.body.lstrip()[:1] != b"{":
                shortest, longest = BLOCKED_SECONDS
                wait = shortest + (longest - shortest) * self._random()
            raise SourceFailed(f"{host} asks for fewer requests (429).", wait, ordered=True)
        if answer.status >= 500:
            sentence = f"{host} is down for now ({answer.status})."
            raise _TryAgainError(SourceFailed(sentence, wait, ordered=wait is not None))
        return answer


def host_of(url: str) -> str:
    """Name the server of an address, with its port if that is not the usual one: what sentences may show."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return "the server"
    return f"{parsed.host}:{parsed.port}" if parsed.port else parsed.host


def read_retry_after(text: str, now: datetime) -> float | None:
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


def _reason(error: BaseException) -> str:
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
