"""Results about related earlier incidents: those that one refers to, and those of the same kind of failure."""

from dataclasses import dataclass
from itertools import chain
from typing import Literal

from handlers.parsing.follow_ups import is_follow_up
from handlers.related.alike import Alike
from handlers.related.echoes import Echo
from storage.values.incidents import Incident

Relation = Literal["belongs to", "refers to", "had before", "other CAs", "none"]


@dataclass(frozen=True, slots=True)
class RelatedIncident:
    """An echo and the stored incident that it points to."""

    echo: Echo
    incident: Incident


@dataclass(frozen=True, slots=True)
class AlikeIncident:
    """An earlier incident that is probably the same kind of failure, and why."""

    alike: Alike
    incident: Incident


@dataclass(frozen=True, slots=True)
class RelatedIncidents:
    """The earlier incidents that `incident` refers to or will probably refer to, and those that are alike, best first.

    At most `limit` of each are given as `echoes_shown` and `alike_shown`; None: all.
    """

    incident: Incident
    echoes: tuple[RelatedIncident, ...]
    alike: tuple[AlikeIncident, ...] = ()
    limit: int | None = None

    @property
    def echoes_shown(self) -> tuple[RelatedIncident, ...]:
        """The best echoes."""
        return self.echoes[: self.limit]

    @property
    def alike_shown(self) -> tuple[AlikeIncident, ...]:
        """The incidents that are most alike; of copies filed together only the one that stands for them."""
        return tuple(related for related in self.alike if related.alike.copy_of is None)[: self.limit]

    @property
    def referenced(self) -> tuple[RelatedIncident, ...]:
        """The echoes that the incident refers to, or else the one that its title is probably about the handling of."""
        referenced = tuple(related for related in self.echoes_shown if related.echo.group == "refers to")
        return referenced or tuple(related for related in self.echoes_shown if related.echo.may_be_cause)[:1]

    @property
    def answer(self) -> tuple[Relation, RelatedIncident | AlikeIncident | None]:
        """The earlier incident that matters most, and how this one is related to it.

        A late revocation or report belongs to the incident that it is about. Of those that are alike, the two years
        before come first, then the same CA owner.
        """
        if self.referenced:
            first = self.referenced[0]
            belongs = first.echo.same_ca and is_follow_up(self.incident.title)
            return ("belongs to" if belongs else "refers to"), first
        recent = [related for related in self.alike_shown if related.alike.within_two_years]
        of_ca = [related for related in recent or self.alike_shown if related.alike.same_ca]
        if of_ca:
            return "had before", of_ca[0]
        return ("other CAs", (recent or self.alike_shown)[0]) if self.alike_shown else ("none", None)

    @property
    def is_new_kind(self) -> bool:
        """Whether no incident of the two years before is alike."""
        return not any(related.alike.within_two_years for related in self.alike)

    @property
    def table(self) -> tuple[RelatedIncident | AlikeIncident, ...]:
        """The incidents that a full report must list: of the two years before it, referred to or alike; no limit.

        Being of the same CA is not a sufficient reason (ccadb.org/cas/incident-report).
        """
        referenced = [
            related for related in self.echoes if related.echo.group == "refers to" and related.echo.within_two_years
        ]
        bugs = {related.incident.bug.id for related in referenced}
        alike = (related for related in self.alike if related.alike.within_two_years)
        return tuple(chain(referenced, (related for related in alike if related.incident.bug.id not in bugs)))
