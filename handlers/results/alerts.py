"""Results about alerts: what each kind contains, and the routes that they are sent to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from handlers.results.related import RelatedIncident
from storage.values.incidents import Incident
from storage.values.messages import ListMessage
from storage.values.outbox import Route


@dataclass(frozen=True, slots=True)
class IncidentAlert:
    """A new incident with its best echoes.

    `affiliation` is the domain of its reporter, "" if unknown. `prior_counts` pairs a section's key with the number of
    the CA's earlier incidents in it.
    """

    incident: Incident
    affiliation: str
    prior_counts: tuple[tuple[str, int], ...]
    echoes: tuple[RelatedIncident, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestedSection:
    """A section that a list message asks for, with the `name` that the message gives it.

    `incidents` are the bugs named in the message that are known and public, `other_bugs` the remaining ones; both in
    the order of the message. `command_line` is the command that proposes it.
    """

    name: str
    incidents: tuple[Incident, ...]
    other_bugs: tuple[int, ...] = ()
    command_line: str = ""


@dataclass(frozen=True, slots=True)
class MessageAlert:
    """A new list message with the bugs and CA owners it mentions.

    `excerpt` is the start of the text that its author wrote. `requested_section` is the section that it asks for, if
    any.
    """

    message: ListMessage
    excerpt: str
    requested_section: RequestedSection | None = None


@dataclass(frozen=True, slots=True)
class CatchUpAlert:
    """Many events in one alert: the incidents or messages, newest last."""

    incidents: tuple[Incident, ...]
    messages: tuple[ListMessage, ...]


@dataclass(frozen=True, slots=True)
class WithdrawnAlert:
    """An announced incident that can no longer be read; `reason` is "restricted" or "moved"."""

    bug: int
    reason: str


Alert = IncidentAlert | MessageAlert | CatchUpAlert | WithdrawnAlert


AlertState = Literal["sent", "waiting", "failed", "not sent"]


@dataclass(frozen=True, slots=True)
class AlertStatus:
    """What became of an incident's alert in one channel.

    `at` is when it was sent, or since when it waits (UTC). `reason` is why it waits, failed or was not sent, as a
    sentence without its full stop; "" if nothing is known to hinder it. `next_at` is when a waiting one is tried again.
    """

    channel: int | None
    community: int | None
    state: AlertState
    reason: str = ""
    at: datetime | None = None
    message: int | None = None
    next_at: datetime | None = None
    in_catch_up: bool = False


@dataclass(frozen=True, slots=True)
class RouteList:
    """The routes of one community, or of all communities."""

    routes: tuple[Route, ...]
