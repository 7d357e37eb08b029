"""The two years before an incident, whose related incidents a full report must list (ccadb.org/cas/incident-report)."""

from datetime import datetime


def two_years_before(moment: datetime) -> datetime:
    """Return the same day and time two years earlier; 28 February for the 29th."""
    day = 28 if (moment.month, moment.day) == (2, 29) else moment.day
    return moment.replace(year=moment.year - 2, day=day)
