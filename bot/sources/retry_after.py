"""How long a server asks not to be called: the Retry-After header in all the forms that servers send, within bounds.

RFC 9110, section 10.2.3, knows a number of seconds and an HTTP date. Some servers send a point in time as seconds or
milliseconds since 1970.
"""

import email.utils
import re
from collections.abc import Mapping
from datetime import UTC, datetime

MAX_UNAVAILABLE_SECONDS = 600.0
"""After a 5xx. Bugzilla's maintenance page asks for an hour, however short the maintenance is."""

MAX_RATE_LIMIT_SECONDS = 86_400.0
"""After a 429."""

_SECONDS = re.compile(r"\+?[0-9]{1,15}(?:\.[0-9]{0,9})?")
_EPOCH_SECONDS = 1_000_000_000.0  # a larger number is a point in time: 31 years are no wait
_EPOCH_MILLISECONDS = 100_000_000_000.0


def parse_retry_after(headers: Mapping[str, str], now: datetime, longest: float) -> float | None:
    """Return the seconds to wait by a response's headers (lower-case names), from 0 to `longest`; None without any.

    A point in time is compared with the server's own clock, the Date header, and with `now` if there is none: the local
    clock may be wrong.
    """
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    sent_at = parse_http_date(headers.get("date", "")) or now
    if value.isascii() and value.isdecimal() and len(value) > 15:
        return longest
    if _SECONDS.fullmatch(value):
        seconds = float(value)
        if seconds >= _EPOCH_MILLISECONDS:
            seconds /= 1000
        if seconds >= _EPOCH_SECONDS:
            seconds -= sent_at.timestamp()
    elif (retry_at := parse_http_date(value)) is not None:
        seconds = (retry_at - sent_at).total_seconds()
    else:
        return None
    return min(max(seconds, 0.0), longest)


def parse_http_date(value: str) -> datetime | None:
    """Return the time (UTC) of an HTTP date, None if it is not one."""
    try:
        date = email.utils.parsedate_to_datetime(value)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
