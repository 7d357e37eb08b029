"""Days of the calendar in UTC as bounds of times."""

from datetime import UTC, date, datetime, time, timedelta


def start_of_day(day: date) -> datetime:
    """Return the moment at which a day begins."""
    return datetime.combine(day, time(), UTC)


def end_of_day(day: date) -> datetime | None:
    """Return the moment at which the next day begins, None after the last day of the calendar."""
    return start_of_day(day + timedelta(days=1)) if day < date.max else None
