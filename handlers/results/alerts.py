"""Results about alerts: what each kind contains, and the routes that they are sent to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from handlers.results.related import RelatedIncidents
from storage.values.incidents import Incident, IncidentCounts
from storage.values.messages import ListMessage
from storage.values.outbox import Route


@dataclass(frozen=True, slots=True)
class OwnerHistory:
    """The incidents of a CA owner before one of them was opened, so that a later rendering counts the same.

    `counts` are of those before it alone, and the open ones those that were open then. `by_section` pairs the key of a
    section of the new incident with how many of the earlier ones are in it.
    """

    owner: str
    counts: IncidentCounts
    by_section: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class IncidentAlert:
    """A new incident with what it refers to or is most like; `history` is None if it names no CA owner.

    `section_titles` are the titles by key of all sections of the community, from the same snapshot.
    """

    incident: Incident
    history: OwnerHistory | None = None
    related: RelatedIncidents | None = None
    section_titles: Mapping[str, str] = field(default_factory=dict)


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

    `excerpt` is the text that its author wrote, on one line and without addresses of the bugs, which are listed.
    `requested_section` is the section that it asks for, if any. `incidents` are the known and public ones of the bugs
    that it names, in its order.
    """

    message: ListMessage
    excerpt: str
    requested_section: RequestedSection | None = None
    incidents: tuple[Incident, ...] = ()


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
