"""The error that every source raises, and the back-off after repeated errors."""

from collections.abc import Callable

INITIAL_BACKOFF_SECONDS = 30.0
MAX_BACKOFF_SECONDS = 4500.0


class SourceError(Exception):
    """A source could not be read; `message` is a sentence for users, without API keys or query strings.

    `retry_after` is the number of seconds for which the server (or its known rules) asks not to be called, None if it
    names none; then the caller backs off exponentially. `server_requested` is true if the server asked for fewer
    requests, so that further ones may make the wait longer; it is false if the server is merely down.
    """

    def __init__(self, message: str, retry_after: float | None = None, *, server_requested: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after
        self.server_requested = server_requested


class ResponseTooLarge(SourceError):
    """A response was larger than its limit."""


class UnreadableItem(SourceError):
    """One item of a source, such as a message's page, cannot be read; others may be."""


def backoff_seconds(failures: int, random: Callable[[], float]) -> float:
    """Return the seconds to wait after this many failures in a row: 30, doubled with each, at most 4500.

    `random` returns numbers from 0 to 1, which change the result by up to 20 % either way.
    """
    doubled: float = INITIAL_BACKOFF_SECONDS * 2.0 ** min(max(failures - 1, 0), 16)
    return min(doubled * (0.8 + 0.4 * random()), MAX_BACKOFF_SECONDS)
