"""Results about incidents: a list, one incident, and why it is in its sections.

`section_titles` are the titles by key of all sections that the actor sees, from the same snapshot.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from handlers.results.alerts import AlertStatus
from storage.values.incidents import Assignment, Correction, Incident, IncidentFilter


@dataclass(frozen=True, slots=True)
class Owner:
    """A CA owner under the name that people use, with its other names."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IncidentList:
    """Incidents that match a query, newest first.

    `total`, `open_count`, `first_opened` and `section_counts` describe all that match. `incidents` holds the page
    `page` (counted from 0) of `page_count`, or all of them if no page was requested. `query_text` is the query as a
    user would type it, so that a button can run it again.
    """

    owner: Owner | None
    filter: IncidentFilter
    query_text: str
    total: int
    open_count: int
    first_opened: datetime | None
    section_counts: tuple[tuple[str, int], ...]
    incidents: tuple[Incident, ...]
    page: int = 0
    page_count: int = 1
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
