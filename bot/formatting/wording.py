"""Days and counts in words, the same in both chats."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def long_day(day: date | datetime) -> str:
    """Return a day of the record in words, such as "17 June 2024"; a time's day is that in UTC."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def long_moment(at: datetime) -> str:
    """Return a moment in words, such as "17 June 2024, 09:30 UTC", for a chat that does not know the reader's zone."""
    moment = at.astimezone(UTC)
    return f"{long_day(moment)}, {moment:%H:%M} UTC"


def count_none(count: int) -> str:
    """Return how many of some bugs are no incidents, such as "14 are no incidents"."""
    return f"{count:,} {'is no incident' if count == 1 else 'are no incidents'}"


def top_counts(counts: Sequence[tuple[str, int]], limit: int) -> str:
    """Return the first names with their counts, and how many more there are."""
    text = ", ".join(f"{name} ({count:,})" for name, count in counts[:limit])
    return f"{text} and {len(counts) - limit} more" if len(counts) > limit else text


def describe_unread(count: int) -> str:
    """Return how many incidents have no reading: their history is not fetched yet or cannot be read; "" if none."""
    return f"{count_of(count, 'incident')} could not be read so far" if count else ""


def limit_to_read(statement: str, unread: int) -> str:
    """Return a statement that holds only of what was read, where `unread` incidents have no reading."""
    if not unread:
        return statement
    return f"{statement} in what was read so far; {count_of(unread, 'incident')} could not be read"


def count_of(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun, such as "1 incident" or "1,394 incidents"."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
