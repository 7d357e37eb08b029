"""What clocks need to know of the comments of a bug: who wrote them as what, and what they report, ask, answer, change.

The readers of reports and comments make these values as of a moment; nothing here is text to interpret. Times are UTC.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from handlers.acts.values import AnswerKind, ItemStatus, RevocationFigures, Role

ReportForm = Literal[
    "seven", "2.0", "2.0-audit", "1.0-first", "2.0-first", "3-preliminary", "3-full", "3-closure"
]  # as in `forms` of the published rules

FULL_FORMS: frozenset[ReportForm] = frozenset(("seven", "2.0", "2.0-audit", "3-full"))
CLOSURE_FORM: ReportForm = "3-closure"


@dataclass(frozen=True, slots=True)
class ReportActs:
    """A report in a comment: its form, whether that form was still allowed then, and the days that clocks count from.

    `aware` is when the CA says that it identified the incident, `began` the start of the non-compliance, `audit_letter`
    the date of the audit letter; each None where the report does not say.
    """

    form: ReportForm
    allowed: bool = True
    aware: datetime | None = None
    began: date | None = None
    audit_letter: date | None = None


@dataclass(frozen=True, slots=True)
class AnswerActs:
    """An answer to a question ("c3q1") that another comment asked: in full, in part, by naming a date, or withdrawn."""

    question: str
    kind: AnswerKind


@dataclass(frozen=True, slots=True)
class ItemUpdate:
    """What a comment says of an action item ("a1"): its due date, its status, the day on which it was done or canceled.

    A first update without `due` means that the item has no date that can be read.
    """

    item: str
    due: date | None = None
    status: ItemStatus | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class CommentActs:
    """What a comment does.

    `discloses`: a first word by the CA, with or without a form. `update_for`: the date of the Next update for which a
    comment says it stands. `announces_closing`: staff say that the bug will be closed. `attachment_only`: the comment
    is nothing but an attachment, or has no text: it may hold a report that is not read here. `asks_closing`: the CA
    asks that the bug be closed.
    """

    number: int
    role: Role
    report: ReportActs | None = None
    discloses: bool = False
    questions: tuple[str, ...] = ()
    answers: tuple[AnswerActs, ...] = ()
    items: tuple[ItemUpdate, ...] = ()
    figures: RevocationFigures | None = None
    update_for: date | None = None
    announces_closing: bool = False
    attachment_only: bool = False
    asks_closing: bool = False

    @property
    def by_ca(self) -> bool:
        """Whether the CA whose incident this is wrote it."""
        return self.role == "ca"


@dataclass(frozen=True, slots=True)
class Acts:
    """What the comments of a bug do, by number; comments without an entry count as written by the community."""

    comments: tuple[CommentActs, ...] = ()
