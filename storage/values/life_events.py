"""What happened within an incident, for routes to come: nothing is sent for these events yet."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

LifeEventKind = Literal[
    "preliminary-report",
    "full-report",
    "closure-report",
    "corrected-report",
    "question-asked",
    "question-answered",
    "closure-asked",
    "last-call",
    "tags-changed",
    "title-changed",
    "closed",
    "reopened",
    "comment-edited",
    "became-overdue",
    "met-late",
]


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """Something that happened within an incident; bug, kind and reference name it for ever.

    `reference`: a comment ("c3"), a version of one ("c3v2": its second text), a question ("c3q1"), a question with the
    comment that answers it ("c3q1 c5"), a change of the bug ("h2": the third), or a clock: its rule and due time, and
    the question or action item that it is about ("question-7d-2.0 2024-06-17 c3q1").

    `happened` (UTC) is when the comment was posted or the field changed; of an edit, when the new text was read; of a
    clock that became overdue, the first moment after its due time, or when it was set, if that was later. `detail` is a
    code, never text of a third party: the form of a report, or "full" or "part" of an answer. `ambiguous`: the
    published rules leave the clock open. `recorded_at` is when it was stored (UTC; None: not yet).
    """

    bug: int
    kind: LifeEventKind
    reference: str
    happened: datetime
    detail: str = ""
    ambiguous: bool = False
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventProgress:
    """How far the events of a bug are recorded.

    `requested` counts how often its life was stored; `recorded_until` is the server's time (UTC) up to which all that
    happened is recorded, None before the first pass. `changed` is the bug's time of change, `entered_at` when it was
    filed, moved in or made public if that was an alert, else None.
    """

    bug: int
    requested: int
    recorded_until: datetime | None
    changed: datetime
    entered_at: datetime | None
