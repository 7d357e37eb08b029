"""Bugs, their comments, and the incidents that Rootwatch makes of them, with their section assignments.

Times are timezone-aware and UTC; dates are calendar days in UTC. Texts are as third parties wrote them, with
e-mail addresses masked; the code that displays them sanitises them first.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Visibility = Literal["here", "moved", "restricted"]
AssignedBy = Literal["tag", "text", "member"]
CorrectionVerdict = Literal["in", "out", "none"]
OwnerRelation = Literal["about", "also about", "successor"]
ReporterRole = Literal["the CA itself", "a root program", "someone else"]
NotIncidentReason = Literal["invalid", "duplicate", "wontfix", "meta", "ca-infosharing", "ca-informational"]
IncidentState = Literal["open", "closed"]

# Stands in place of a community for the operator, whose corrections and sections apply to all communities.
GLOBAL_COMMUNITY = 0
MAX_EXCERPT_LENGTH = 300  # in characters, of what a chat shows of a report


@dataclass(frozen=True, slots=True)
class Person:
    """An author: the part of the login before the @, and the organisation's domain ("" if unknown)."""

    name: str
    domain: str = ""


@dataclass(frozen=True, slots=True)
class BugLinks:
    """Other bugs and addresses that Bugzilla's own fields refer to."""

    depends_on: tuple[int, ...] = ()
    blocks: tuple[int, ...] = ()
    duplicates: tuple[int, ...] = ()
    dupe_of: int | None = None
    see_also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag that is set on a bug: "needinfo", "?", and whom it asks (None if nobody is named).

    `set_at` is when it was first set, by `setter` (UTC).
    """

    name: str
    status: str
    requestee: Person | None
    setter: Person
    set_at: datetime

    @property
    def text(self) -> str:
        """The flag as a history writes it, with a name in place of the login: "needinfo?(alice)"."""
        return f"{self.name}{self.status}" + (f"({self.requestee.name})" if self.requestee else "")


@dataclass(frozen=True, slots=True)
class Bug:
    """One bug as Bugzilla returns it, without its comments."""

    id: int
    summary: str
    whiteboard: str
    status: str
    resolution: str
    is_open: bool
    created: datetime
    changed: datetime
    closed: datetime | None
    creator: Person
    assignee: Person
    comment_count: int | None = None
    links: BugLinks = BugLinks()
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment of a bug; number 0 is the description."""

    bug: int
    number: int
    id: int
    author: Person
    posted: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """The assignment of an incident to a section: its origin, the confidence (0 to 1), and the deciding reasons.

    `confident` is false for a section that the text only suggests.
    """

    section: str
    by: AssignedBy
    confidence: float
    reasons: tuple[str, ...] = ()
    confident: bool = True


@dataclass(frozen=True, slots=True)
class Correction:
    """A member's verdict on whether an incident is in a section; "none" withdraws an earlier one.

    `community` and `member` are Discord's ids; GLOBAL_COMMUNITY and None stand for the operator. `overrides_tags`:
    the member may overrule staff's tags; any other correction yields to a tag on its section. `member_name` is the
    name that the server showed for the member at that time. `id` is 0 before it is stored.
    """

    bug: int
    section: str
    community: int
    member: int | None
    verdict: CorrectionVerdict
    corrected_at: datetime
    overrides_tags: bool = False
    member_name: str = ""
    id: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class PredictionRecord:
    """The last prediction from a bug's text before it had tags that name sections, and how the tags compare.

    `section` is the most likely one, None if the tags came before any prediction; `confident_sections` are those
    predicted with confidence. `model_trained_at` identifies the model (None: rules only). `evaluated_at` is set once
    the bug has tags: then `confirmed` tells whether they include `section`, and `confident_correct` and
    `confident_wrong` count the confident sections that they include or not.
    """

    bug: int
    section: str | None = None
    confidence: float = 0.0
    confident_sections: tuple[str, ...] = ()
    predicted_at: datetime | None = None
    model_trained_at: datetime | None = None
    evaluated_at: datetime | None = None
    confirmed: bool = False
    confident_correct: int = 0
    confident_wrong: int = 0


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How many predictions staff's tags evaluated and confirmed: of the most likely ones, and of all confident ones."""

    evaluated: int = 0
    confirmed: int = 0
    confident_evaluated: int = 0
    confident_confirmed: int = 0


@dataclass(frozen=True, slots=True)
class Incident:
    """A bug of the component with Rootwatch's interpretation of it.

    `title` is the summary without the CA owner; `ca` is the owner that it is about, None if the title names none.
    `also_about` are further owners that the title names, and `successors` those that have since taken over any of
    these owners, each once. `report` is the number of the comment that contains the report, None if there is none.
    `report_text` is what its author wrote, without the template, on one line: what indexes read. `excerpt` is what is
    shown of it, plain text with code between backticks, and `excerpt_comment` the number of its comment: the report's,
    or before there is one that of the first comment with text of its own. `reporter_role` is who filed it, as of the
    filing; None until it is known. `not_incident` is why the bug is no incident, by its resolution or one of its tags;
    None if it is one. `references` are the bugs that title and report text mention, in order; `linked` those that other
    comments mention or Bugzilla's fields link to. `comments` counts the stored comments.
    """

    bug: Bug
    ca: str | None
    title: str
    tags: tuple[str, ...]
    next_update: date | None
    close_on: date | None
    ccadb_id: str | None = None
    report: int | None = None
    visibility: Visibility = "here"
    not_incident: NotIncidentReason | None = None
    reporter_role: ReporterRole | None = None
    report_text: str = ""
    excerpt: str = ""
    excerpt_comment: int | None = None
    references: tuple[int, ...] = ()
    linked: tuple[int, ...] = ()
    also_about: tuple[str, ...] = ()
    successors: tuple[str, ...] = ()
    comments: int = 0
    sections: tuple[Assignment, ...] = ()

    @property
    def reporter(self) -> ReporterRole:
        """Who filed it, as far as it is known."""
        return self.reporter_role or "someone else"


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """The conditions of a query for incidents; dates are days of opening, both ends included.

    `cas` are names of CA owners: incidents match that are about any of them, or about an owner that one of them has
    taken over; without names, all do. Without a `state` both open and closed ones match. Sections are those that
    `community` sees.
    """

    cas: tuple[str, ...] = ()
    section: str | None = None
    state: IncidentState | None = None
    since: date | None = None
    until: date | None = None
    community: int = GLOBAL_COMMUNITY


@dataclass(frozen=True, slots=True)
class IncidentCounts:
    """How many incidents match a query, how many of them are open or no incidents, and when the first was opened."""

    total: int = 0
    open_count: int = 0
    not_incidents: int = 0
    first_opened: datetime | None = None


@dataclass(frozen=True, slots=True)
class SectionCounts:
    """How many incidents a section has, of these how many by tag and by text alone, and how many are no incidents.

    The others are in it because a member said so.
    """

    incidents: int = 0
    by_tag: int = 0
    by_text: int = 0
    not_incidents: int = 0


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """One page of the incidents that match a query, newest first.

    `counts` and `section_counts` (the largest first) describe all that match; `incidents` holds the page `number`
    (counted from 0) of `page_count`.
    """

    counts: IncidentCounts
    section_counts: tuple[tuple[str, int], ...]
    incidents: tuple[Incident, ...]
    number: int
    page_count: int
