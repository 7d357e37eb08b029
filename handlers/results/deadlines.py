"""Results about clocks: what is due or overdue on which incident, and what was missed in the past."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from handlers.deadlines.history import MissedClock
from handlers.deadlines.rules import Rule
from handlers.deadlines.values import Deadline
from handlers.lives.reading import LifeReading
from handlers.reports.values import Figure
from handlers.results.incidents import IncidentDetail, Owner
from storage.values.incidents import Incident


@dataclass(frozen=True, slots=True)
class Cause:
    """The comment or the change that set a clock, with its time (UTC); `changed_field` is "" for a comment."""

    time: datetime
    comment: int | None = None
    changed_field: str = ""


@dataclass(frozen=True, slots=True)
class ListedDeadline:
    """A clock of an incident with what people need to check it.

    `subject` are the words of the question or action item, shortened, "" for other clocks. `last_word_at` is when the
    CA wrote last (UTC), in the comment `deadline.last_word`. `count` is how many clocks this stands for: of the same
    rule, date and cause.
    """

    deadline: Deadline
    incident: Incident
    subject: str = ""
    cause: Cause | None = None
    last_word_at: datetime | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class DeadlineCounts:
    """How many clocks appear overdue, of these how many the rules leave open, how many are due, how many unknown."""

    overdue: int = 0
    open_overdue: int = 0
    due: int = 0
    unknown: int = 0
    met: int = 0


@dataclass(frozen=True, slots=True)
class DeadlineList:
    """Clocks, what counts most first: a page of rows, or each clock by itself if no page was requested.

    `counts` are of all clocks of these incidents, `rows` of those that the query wants. `unread` is how many open
    incidents have no clocks because their history was not read yet, or cannot be.
    """

    owners: tuple[Owner, ...]
    as_of: datetime
    query_text: str
    scope: str
    days: int | None
    bug: int | None
    counts: DeadlineCounts
    rows: tuple[ListedDeadline, ...]
    row_count: int
    incident_count: int
    unread: int = 0
    page: int = 0
    page_count: int = 1
    page_size: int = 0


@dataclass(frozen=True, slots=True)
class IncidentCard:
    """One incident with its running clocks."""

    detail: IncidentDetail
    clocks: DeadlineList


@dataclass(frozen=True, slots=True)
class LifeDetail:
    """What is read from a bug's whole life, None if its history is still to be read, and all clocks of the bug.

    `figures` is each count of certificates that moves.
    """

    bug: int
    reading: LifeReading | None
    deadlines: tuple[Deadline, ...] = ()
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedMiss:
    """A clock that was missed in the past, with its incident."""

    clock: MissedClock
    incident: Incident


@dataclass(frozen=True, slots=True)
class MissedYear:
    """How many clocks were missed in a year by rule, and how many incidents were opened in it."""

    year: int
    rules: Mapping[str, int]
    incidents: int

    @property
    def missed(self) -> int:
        """How many clocks were missed."""
        return sum(self.rules.values())


@dataclass(frozen=True, slots=True)
class MissedHistory:
    """The missed clocks of a CA owner by year, newest first, beside those of all CAs.

    Clocks that the rules leave open are listed in `missed`, newest first, but not counted. `rules` are by id. `unread`
    counts the CA's incidents that could not be read; they are in no other count.
    """

    owner: Owner
    as_of: date
    years: tuple[MissedYear, ...]
    all_years: Mapping[int, MissedYear]
    missed: tuple[ListedMiss, ...]
    missed_count: int
    incident_count: int
    all_incident_count: int
    rules: Mapping[str, Rule]
    unread: int = 0
    page: int = 0
    page_count: int = 1
    page_size: int = 0
