"""What a source that failed says: one sentence for people, and how long to leave it alone."""

from collections.abc import Callable

MAX_BACKOFF_SECONDS = 4500.0


class SourceError(Exception):
    """A source could not be read: `sentence` says why in plain words, without keys or query strings.

    `wait_seconds` is how long the server (or its known rules) asks to be left alone, None if it did not say.
    `ordered` tells that the server asked to wait; without a `wait_seconds` the caller backs off exponentially.
    """

    def __init__(self, message: str, retry_after: float | None = None, *, server_requested: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after
        self.server_requested = server_requested


class ResponseTooLarge(SourceError):
    """An answer was longer than the bound given for it."""


def backoff_seconds(failures: int, random: Callable[[], float]) -> float:
    """Say how many seconds to wait after this many failures in a row: from 30, doubled each time, at most 4500.

    `random` gives numbers from 0 to 1; they move the result by up to 20 % either way.
    """
    doubled: float = 30.0 * 2.0 ** min(max(failures - 1, 0), 16)
    return min(doubled * (0.8 + 0.4 * random()), MAX_BACKOFF_SECONDS)
