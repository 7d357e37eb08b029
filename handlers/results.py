"""What the commands answer: plain values that each chat renders in its own way."""

from dataclasses import dataclass, field
from datetime import date, datetime

from handlers.related.find import GROUPS, Echo, Group
from storage.values.incidents import (
    Assignment,
    Confirmed,
    Correction,
    Incident,
    IncidentFilter,
    Message,
    Person,
    Route,
    Section,
)
from storage.values.sections import MadeSection, SectionChange

RELATED = 10


class UserError(Exception):
    """What was asked cannot be answered; the text is one plain sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A CA owner as people call it, with its other names."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IncidentList:
    """Incidents newest first, totals first: `total`, `open`, `first` and `sections` speak of all that match.

    `page` counts from 0; `incidents` holds this page, or all of them where no page was asked for. `question` is the
    same question in words, so that a button can ask it again.
    """

    owner: Owner | None
    filter: IncidentFilter
    question: str
    total: int
    open: int
    first: datetime | None
    sections: tuple[tuple[str, int], ...]
    incidents: tuple[Incident, ...]
    page: int = 0
    pages: int = 1


@dataclass(frozen=True, slots=True)
class IncidentDetail:
    """One incident: `opening` is the first lines of the report without boilerplate ("" while there is none)."""

    incident: Incident
    opening: str
    filed_by: str


@dataclass(frozen=True, slots=True)
class SectionExplanation:
    """How each section of an incident was found, and which more the text suggests; `said` is what members said."""

    incident: Incident
    sections: tuple[Assignment, ...]
    suggested: tuple[Assignment, ...]
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class RelatedIncident:
    """An echo with the incident that it is."""

    echo: Echo
    incident: Incident


@dataclass(frozen=True, slots=True)
class RelatedIncidents:
    """The earlier incidents that one refers to or resembles, best first."""

    incident: Incident
    echoes: tuple[RelatedIncident, ...]

    @property
    def groups(self) -> tuple[tuple[Group, tuple[RelatedIncident, ...]], ...]:
        """The same under their headings: what it refers to, the same CA, other CAs; those without any are left out."""
        parts = ((group, tuple(one for one in self.echoes if one.echo.group == group)) for group in GROUPS)
        return tuple((group, found) for group, found in parts if found)

    @property
    def reportable(self) -> tuple[RelatedIncident, ...]:
        """Those that a full report must list: of the two years before, of all CAs, ten under each heading at most.

        The same CA alone is no reason here (ccadb.org/cas/incident-report).
        """
        told = ([one for one in found if one.echo.ground != "same CA"] for _, found in self.groups)
        return tuple(one for found in told for one in [each for each in found if each.echo.within_two_years][:RELATED])


@dataclass(frozen=True, slots=True)
class CorrectionResult:
    """A member's word on a section: what was before, and the incident's sections now.

    `changed` is false where it held already, so that nothing was kept.
    """

    bug: int
    section: str
    belongs: bool
    previous: Assignment | None
    sections: tuple[Assignment, ...]
    changed: bool = True

    @property
    def can_be_undone(self) -> bool:
        """Whether the contrary command brings back what was before; where a guess was agreed with it does not."""
        return self.previous is None or self.previous.sure != self.belongs


@dataclass(frozen=True, slots=True)
class SectionDetail:
    """One section with its newest incidents and whom they are about (CA owner and count, most first).

    Where members proposed it, `made` and `history` tell how (oldest first), and `vote` how its vote stands or ended.
    """

    section: Section
    owners: tuple[tuple[str, int], ...]
    newest: tuple[Incident, ...]
    open: int
    made: MadeSection | None = None
    history: tuple[SectionChange, ...] = ()
    vote: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a sentence comes from: a bug and, where it is one, the comment's number."""

    bug: int
    comment: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that the record supports, with its sources."""

    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """Numbers first, then a few sentences; `kind` is "ca", "section" or "bug"."""

    about: str
    kind: str
    facts: tuple[tuple[str, int | str | None], ...]
    claims: tuple[Claim, ...]
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How fresh a source is: the age of its last good poll in seconds, and its error in plain words ("" if well).

    `backlog` counts pages still to be read, `missed` the changes that only a sweep found.
    """

    name: str
    fresh_seconds: int | None
    error: str
    backlog: int = 0
    missed: int = 0


@dataclass(frozen=True, slots=True)
class ClassifierStatus:
    """What the classifier learned, and how far its guesses are to be trusted.

    `learned` is None while rules alone decide; `learned_from` counts the tagged incidents. `lately` is the running
    figure: what staff's tags said of the last hundred guesses that they judged; `ever` counts all.
    `refused_from` counts the incidents of a newer one that was not taken; `problem` is a sentence ("" if well).
    """

    learned: datetime | None = None
    learned_from: int = 0
    lately: Confirmed = field(default_factory=Confirmed)
    ever: Confirmed = field(default_factory=Confirmed)
    refused_from: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """What Rootwatch knows of itself; `errors` are the last ones, newest first, each with its time."""

    sources: tuple[SourceStatus, ...]
    incidents: int
    messages: int
    deliveries: tuple[tuple[str, int], ...]
    comments_pending: int
    classifier: ClassifierStatus
    errors: tuple[tuple[datetime, str], ...] = ()


@dataclass(frozen=True, slots=True)
class IncidentAlert:
    """A new incident: who opened it, in which sections, its first lines, and how many earlier ones the CA has there.

    `filer` is "the CA itself", "a root program" or "someone else"; `earlier` pairs a section's key with a count;
    `echoes` are the best few.
    """

    incident: Incident
    filer: str
    organisation: str
    sections: tuple[Assignment, ...]
    opening: str
    earlier: tuple[tuple[str, int], ...]
    echoes: tuple[RelatedIncident, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestedSection:
    """A section that a list message asks for, by the `name` that the message gives it.

    Of the bugs that it names, `incidents` are those that are known and public, `others` the rest; both in its order.
    """

    name: str
    incidents: tuple[Incident, ...]
    other_bugs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageAlert:
    """A new list message with the bugs and CA owners that it speaks of; `excerpt` is its own words, cut short.

    `asked` is the section that it asks for, if it asks for one.
    """

    message: Message
    excerpt: str
    requested_section: RequestedSection | None = None


@dataclass(frozen=True, slots=True)
class CatchUpAlert:
    """Many at once: the incidents or messages, newest last."""

    incidents: tuple[Incident, ...]
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class WithdrawnAlert:
    """An incident that was announced and can no longer be read: `reason` is "restricted" or "moved"."""

    bug: int
    reason: str


Alert = IncidentAlert | MessageAlert | CatchUpAlert | WithdrawnAlert


@dataclass(frozen=True, slots=True)
class RouteList:
    """The routes of one community, or of all."""

    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: ids are Discord's; the operator in a terminal has neither community nor channel."""

    community: int | None
    channel: int | None
    member: int | None
    may_manage: bool
    may_moderate: bool = False
    person: Person | None = None


# In a terminal the operator asks, who may everything and speaks for all communities.
OPERATOR = Actor(community=None, channel=None, member=None, may_manage=True, may_moderate=True)
