"""Results about incidents: a list, one incident, and why it is in its sections.

`section_titles` are the titles by key of all sections that the actor sees, from the same snapshot.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from handlers.results.alerts import AlertStatus
from storage.values.incidents import Assignment, Correction, Incident, IncidentCounts, IncidentFilter


@dataclass(frozen=True, slots=True)
class Owner:
    """A CA owner under the name that people use, with its other names.

    `successor` has taken it over since, on the day `succeeded` where that is known (UTC); `former` are the owners that
    this one has taken over, whose incidents are listed with its own. `is_known` is false for one that only titles name,
    and the directory of CA owners does not.
    """

    name: str
    aliases: tuple[str, ...] = ()
    successor: str | None = None
    succeeded: date | None = None
    former: tuple[str, ...] = ()
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class IncidentList:
    """Incidents that match a query, newest first; those of all CA owners if it names no `owners`.

    `counts` and `section_counts` describe all that match. `incidents` holds the page `page` (counted from 0) of
    `page_count`, each of `page_size` but the last, or all of them if no page was requested. `query_text` is the query
    as a user would type it, so that a button can run it again.
    """

    owners: tuple[Owner, ...]
    filter: IncidentFilter
    query_text: str
    counts: IncidentCounts
    section_counts: tuple[tuple[str, int], ...]
    incidents: tuple[Incident, ...]
    page: int = 0
    page_count: int = 1
    page_size: int = 0
    section_titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IncidentDetail:
    """One incident with the titles of the sections that it may be in."""

    incident: Incident
    section_titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SectionExplanation:
    """How an incident got into each of its sections, which more its text suggests, and the members' corrections.

    `alerts` is what became of its alert in the actor's channel; in every channel for the operator.
    """

    incident: Incident
    sections: tuple[Assignment, ...]
    suggested: tuple[Assignment, ...]
    corrections: tuple[Correction, ...] = ()
    alerts: tuple[AlertStatus, ...] = ()
    section_titles: Mapping[str, str] = field(default_factory=dict)
