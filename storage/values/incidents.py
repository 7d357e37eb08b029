"""The values that all rooms speak in: what was read, what is known of it, and what is to be said.

Times are timezone-aware and UTC; dates are calendar days in UTC. Texts are as third parties wrote them, with
e-mail addresses masked; whatever shows them cleans them first.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Standing = Literal["here", "moved", "restricted"]
AssignedBy = Literal["tag", "text", "member"]
Verdict = Literal["in", "out", "none"]
DeliveryState = Literal["pending", "sent", "held", "failed", "skipped"]
SectionState = Literal["builtin", "proposed", "active", "declined", "retired"]
Filer = Literal["the CA itself", "a root program", "someone else"]

# In the place of a community: the operator, whose word on sections holds in all of them.
EVERYWHERE = 0


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote something: the part of the login before the @, and the organisation's domain ("" if unknown)."""

    name: str
    domain: str = ""


@dataclass(frozen=True, slots=True)
class Links:
    """Which other bugs Bugzilla's own fields name."""

    depends_on: tuple[int, ...] = ()
    blocks: tuple[int, ...] = ()
    duplicates: tuple[int, ...] = ()
    dupe_of: int | None = None
    see_also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bug:
    """What Bugzilla says of one bug, without its comments."""

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
    links: Links = Links()


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
    """That an incident is in a section: by whom, how surely (0 to 1), and the words that decided.

    `sure` is false for a section that the text only suggests.
    """

    section: str
    by: AssignedBy
    confidence: float
    words: tuple[str, ...] = ()
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Correction:
    """A member's word on whether an incident is in a section; "none" takes an earlier word back.

    `community` and `member` are Discord's ids; EVERYWHERE and None where the operator spoke. `over_tags`: whoever
    said it may overrule staff's tags; any other word gives way to a tag on its section.
    """

    bug: int
    section: str
    community: int
    member: int | None
    verdict: Verdict
    made_at: datetime
    over_tags: bool = False


@dataclass(frozen=True, slots=True)
class TextGuess:
    """What the text last said of a bug before it had tags that name sections, and what these said of it.

    `section` is the likeliest, None where the tags were there first; `sure` are those it was sure of. `model` tells
    when the model behind it was learned (None: rules alone). With `judged_at` the tags have come: `confirmed` tells
    whether they name the likeliest, `sure_right` and `sure_wrong` count the sure ones.
    """

    bug: int
    section: str | None = None
    confidence: float = 0.0
    sure: tuple[str, ...] = ()
    guessed_at: datetime | None = None
    model: datetime | None = None
    judged_at: datetime | None = None
    confirmed: bool = False
    sure_right: int = 0
    sure_wrong: int = 0


@dataclass(frozen=True, slots=True)
class Confirmed:
    """How many guesses staff's tags judged and confirmed: of the likeliest ones, and of all the sure ones."""

    judged: int = 0
    confirmed: int = 0
    sure_judged: int = 0
    sure_confirmed: int = 0


@dataclass(frozen=True, slots=True)
class Incident:
    """A bug of the component with what Rootwatch understood of it.

    `title` is the summary without the CA owner; `ca` is None where the title names none. `report` is the number of
    the comment that holds the report, None while there is none.
    """

    bug: Bug
    ca: str | None
    title: str
    tags: tuple[str, ...]
    next_update: date | None
    close_on: date | None
    ccadb_id: str | None = None
    report: int | None = None
    standing: Standing = "here"
    comments: int = 0
    sections: tuple[Assignment, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A named group of incidents; `community` is None where it is common to all; `incidents` counts its members."""

    key: str
    title: str
    state: SectionState
    description: str = ""
    community: int | None = None
    incidents: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a list, or one entry of a feed.

    `key` tells it from the others of its list (the address without its scheme); `number` is the archive's own, None
    for plain feeds. `thread` is the subject that it answers to, without "Re:". `bugs` and `cas` are those it speaks
    of outside quoted text.
    """

    list: str
    key: str
    url: str
    subject: str
    author: str
    posted: datetime | None
    number: int | None = None
    message_id: str = ""
    body: str | None = None
    thread: str = ""
    bugs: tuple[int, ...] = ()
    cas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an incident or on a list, once for each `key`.

    `kind`: "filed" (an incident that is new to us; `bugs` are others that its alert names), "message" (a list
    message), "catch-up" (too many at once: `bugs` or `messages` hold them).
    """

    kind: str
    key: str
    happened: datetime
    bug: int | None = None
    message: str | None = None
    list: str | None = None
    bugs: tuple[int, ...] = ()
    messages: tuple[str, ...] = ()
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """Which events go to which channel of a community; ids are Discord's."""

    community: int
    channel: int
    kinds: tuple[str, ...]
    created_by: int
    created: datetime
    disabled: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one channel, oldest first.

    `tried` is when a send began that may have reached Discord; `stale` counts the changes that a sent message does
    not show yet. `community` is that of the channel.
    """

    id: int
    channel: int
    event: Event
    state: DeliveryState
    message: int | None = None
    tried: datetime | None = None
    stale: int = 0
    reason: str = ""
    community: int = EVERYWHERE


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is remembered of one source between polls.

    `first_asked` is the server's time at the very first request: what is older is backlog. `cursor` is the server's
    time of the last complete poll. `not_before` (our clock) is kept through restarts; `ordered` tells that the
    server itself asked to wait that long. `yielded` is how much the last good poll found in all.
    """

    name: str
    first_asked: datetime | None = None
    filled: bool = False
    cursor: datetime | None = None
    last_good: datetime | None = None
    failures: int = 0
    error: str = ""
    error_since: datetime | None = None
    not_before: datetime | None = None
    ordered: bool = False
    etag: str = ""
    modified: str = ""
    yielded: int = 0
    polls_since_sweep: int = 0
    missed: int = 0


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """Which incidents are asked for, newest first; dates are opening days, both ends included.

    Sections are those that `community` sees.
    """

    ca: str | None = None
    section: str | None = None
    open_only: bool = False
    since: date | None = None
    until: date | None = None
    community: int = EVERYWHERE
