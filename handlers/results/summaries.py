"""Results of summaries: the counts of a CA owner or a section, and the state of one bug, each with its sources."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from storage.values.incidents import Incident, IncidentState
from storage.values.messages import ListThread

GroupKind = Literal["ca", "section"]


@dataclass(frozen=True, slots=True)
class SectionCount:
    """How many of the incidents are in a section: by tag, by text alone, and by members alone (the rest)."""

    key: str
    title: str
    bugs: tuple[int, ...]
    by_tag: int
    by_text: int

    @property
    def total(self) -> int:
        """The number of all incidents in it."""
        return len(self.bugs)

    @property
    def by_member(self) -> int:
        """The number of incidents that are in it because a member said so."""
        return self.total - self.by_tag - self.by_text


@dataclass(frozen=True, slots=True)
class OwnerCount:
    """How many of the incidents are about a CA owner."""

    name: str
    bugs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EarlierSpan:
    """How many incidents were opened in the span before, which is as long; both days are included.

    `not_incidents` counts those of the total that are none.
    """

    since: date
    until: date
    total: int
    not_incidents: int = 0

    @property
    def is_whole_years(self) -> bool:
        """Whether it is one or more years of the calendar."""
        return (self.since.month, self.since.day, self.until.month, self.until.day) == (1, 1, 12, 31)


@dataclass(frozen=True, slots=True)
class RecurringFault:
    """Incidents of one CA owner whose titles name the same fault, oldest first."""

    name: str
    incidents: tuple[Incident, ...]


@dataclass(frozen=True, slots=True)
class SummaryScope:
    """Which incidents are summed up: those of a `subject` under these conditions; days are both included.

    `section` is the title of a section besides the subject, "" for none. `query` is what `incidents` shows of them, as
    a user would type it, and `summary_query` what gives this summary again.
    """

    subject: str
    kind: GroupKind
    query: str
    summary_query: str
    since: date | None = None
    until: date | None = None
    section: str = ""
    state: IncidentState | None = None


@dataclass(frozen=True, slots=True)
class GroupSummary:
    """The summary of the incidents of a CA owner or a section.

    `incidents` are all that are counted, newest first, and `not_incidents` those of them that are none. `by_year` and
    `by_quarter` count them by the day of opening, in UTC, without gaps; a quarter is (year, 1 to 4). `origins` are the
    counts of the section that all of them are in. `faults` and `threads` are of CA owners only.
    """

    scope: SummaryScope
    incidents: tuple[Incident, ...]
    not_incidents: tuple[Incident, ...] = ()
    by_year: tuple[tuple[int, int], ...] = ()
    by_quarter: tuple[tuple[tuple[int, int], int], ...] = ()
    sections: tuple[SectionCount, ...] = ()
    owners: tuple[OwnerCount, ...] = ()
    origins: SectionCount | None = None
    earlier: EarlierSpan | None = None
    faults: tuple[RecurringFault, ...] = ()
    threads: tuple[ListThread, ...] = ()

    @property
    def taken_over(self) -> tuple[OwnerCount, ...]:
        """The counts of the owners that the subject has taken over since, if it is a CA owner."""
        if self.scope.kind == "section":
            return ()
        others = {
            incident.bug.id
            for incident in self.incidents
            if self.scope.subject not in (incident.ca, *incident.also_about)
        }
        return tuple(owner for owner in self.owners if not others.isdisjoint(owner.bugs))

    @property
    def open_incidents(self) -> tuple[Incident, ...]:
        """The open ones, newest first."""
        return tuple(incident for incident in self.incidents if incident.bug.is_open)


@dataclass(frozen=True, slots=True)
class BugSummary:
    """The summary of one bug.

    `days` are those from its opening to its closing, or until now. `speaker` is the CA owner or root program that
    wrote the comment of the excerpt, "" if unknown, and `speaker_domain` the domain of its author. `references` are the
    known incidents that it refers to, in its order.
    """

    incident: Incident
    days: int
    speaker: str = ""
    speaker_domain: str = ""
    references: tuple[Incident, ...] = ()
    threads: tuple[ListThread, ...] = ()
    section_titles: Mapping[str, str] = field(default_factory=dict)


Summary = GroupSummary | BugSummary
