"""The days that an answer covers, in words, the same for incidents, mails and summaries."""

from calendar import monthrange
from datetime import date

from bot.formatting.wording import MONTHS, long_day


def describe_period(since: date | None, until: date | None) -> str:
    """Return the days as the end of a phrase, such as "in May 2024" or "since 17 June 2024"; "" for all days."""
    if since and until:
        return _describe_span(since, until)
    if since:
        return f"since {long_day(since)}"
    return f"until {long_day(until)}" if until else ""


def _describe_span(since: date, until: date) -> str:
    if (since.month, since.day, until) == (1, 1, date(since.year, 12, 31)):
        return f"in {since.year}"
    if since.day == 1 and until == date(since.year, since.month, monthrange(since.year, since.month)[1]):
        return f"in {MONTHS[since.month - 1]} {since.year}"
    return f"on {long_day(since)}" if since == until else f"from {long_day(since)} to {long_day(until)}"
