"""Results about related earlier incidents (echoes)."""

from dataclasses import dataclass

from handlers.related.find import GROUPS, Echo, Group
from storage.values.incidents import Incident

MAX_PER_GROUP = 10


@dataclass(frozen=True, slots=True)
class RelatedIncident:
    """An echo and the stored incident that it points to."""

    echo: Echo
    incident: Incident


@dataclass(frozen=True, slots=True)
class RelatedIncidents:
    """The earlier incidents that `incident` refers to or resembles, best first."""

    incident: Incident
    echoes: tuple[RelatedIncident, ...]

    @property
    def groups(self) -> tuple[tuple[Group, tuple[RelatedIncident, ...]], ...]:
        """The echoes by group (referred to, same CA, other CAs); empty groups are omitted."""
        groups = ((group, tuple(echo for echo in self.echoes if echo.echo.group == group)) for group in GROUPS)
        return tuple((group, echoes) for group, echoes in groups if echoes)

    @property
    def reportable(self) -> tuple[RelatedIncident, ...]:
        """The echoes that a full report must list: of the two years before it, at most ten from each group.

        Being of the same CA is not a sufficient reason (ccadb.org/cas/incident-report).
        """
        return tuple(
            echo
            for _, echoes in self.groups
            for echo in [
                echo for echo in echoes if echo.echo.primary_reason != "same CA" and echo.echo.within_two_years
            ][:MAX_PER_GROUP]
        )
