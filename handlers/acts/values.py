"""The values that are read from the comments of a bug, and what is needed of its reports to read them.

Days are UTC. Comments are named by their numbers, questions as `c3q1` (the first of comment 3), action items as `a1`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

Role = Literal["ca", "program", "community", "auditor", "other-ca", "automation"]
AnswerKind = Literal["full", "part", "date", "withdrawn"]
ItemStatus = Literal["ongoing", "complete", "delayed", "canceled"]
CommitmentKind = Literal["action-item", "prose", "closure-commitment"]
Outcome = Literal["done", "late", "canceled", "never", "open", "unknown"]


@dataclass(frozen=True, slots=True)
class ActionItem:
    """A row of a report's action items: its id, text, due date if it could be read, and status as written.

    `criterion` says by what it is known to be done, `letter` is the one that it has in a list; "" without one.
    """

    id: str
    text: str
    due: date | None = None
    due_text: str = ""
    status: str = ""
    criterion: str = ""
    letter: str = ""


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What the acts need of a report comment.

    `form` is as in `forms` of the published rules ("seven", "2.0", "2.0-audit", "3-preliminary", "3-full", "3-closure";
    "1.0-first" and "2.0-first" for first words without a form), `commitments` are those of a closure summary.
    """

    form: str
    actions: tuple[ActionItem, ...] = ()
    commitments: tuple[str, ...] = ()

    @property
    def is_full(self) -> bool:
        """Whether it is the report that is due, whatever its form."""
        return self.form in {"seven", "2.0", "2.0-audit", "3-full"}

    @property
    def is_first_word(self) -> bool:
        """Whether it is a first word without the form of a report."""
        return self.form.endswith("first")

    @property
    def is_closure(self) -> bool:
        """Whether it is a closure summary."""
        return self.form == "3-closure"


@dataclass(frozen=True, slots=True)
class Question:
    """A question or a request for information to the CA; `again` are other words in which it was asked once more."""

    id: str
    comment: int
    text: str
    role: Role
    is_request: bool = False
    again: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """Its place among the questions of its comment, from 1."""
        return int(self.id.partition("q")[2])


@dataclass(frozen=True, slots=True)
class Answer:
    """What a comment does about a question; `until` is the day that a `date` names for the answer."""

    question: str
    comment: int
    kind: AnswerKind
    until: date | None = None


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What a comment says about an action item: a status with the day it was reached, or another due date."""

    item: str
    status: ItemStatus | None = None
    on: date | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class RevocationFigures:
    """The four figures that an update of a delayed revocation owes; None is one that it does not give."""

    revoked: int | None = None
    left: int | None = None
    expired: int | None = None
    estimate: date | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of the figures that are not given."""
        names = ("revoked", "left", "expired", "estimate")
        return tuple(name for name in names if getattr(self, name) is None)

    @property
    def complete(self) -> bool:
        """Whether all four are given; an end needs no estimate once nothing is left."""
        return None not in (self.revoked, self.left, self.expired) and (self.estimate is not None or self.left == 0)


@dataclass(frozen=True, slots=True)
class CommentActs:
    """What one comment does.

    `disclosure`: it is the CA's first word on the matter. `no_news`: the CA says that nothing changed. `update_for`:
    the day for which it stands as the update. `asks_next_update`: the date that the CA asks for. `closure_asked` and
    `last_call`: the CA asks for closing, a program announces it. `audit_letter`: the day of an audit letter it names.
    `new_items` are the action items that it names first, `items` what it changes of those that were named before.
    """

    comment: int
    role: Role
    disclosure: bool = False
    questions: tuple[Question, ...] = ()
    answers: tuple[Answer, ...] = ()
    new_items: tuple[ActionItem, ...] = ()
    items: tuple[ItemChange, ...] = ()
    figures: RevocationFigures | None = None
    no_news: bool = False
    update_for: date | None = None
    asks_next_update: date | None = None
    closure_asked: bool = False
    last_call: bool = False
    audit_letter: date | None = None


@dataclass(frozen=True, slots=True)
class DueChange:
    """A promise's new date, named in a comment; `after_due`: only when the old one had passed."""

    comment: int
    old: date | None
    new: date | None
    after_due: bool


@dataclass(frozen=True, slots=True)
class Commitment:
    """A promise of the CA and what became of it.

    `due` is the first date, `changes` are the later ones; `became`, `told_in`, `done_on` and `late_days` are against
    the last one. `of` is the action item that it is. `firm` is false for a mere intention. `of_bug` is another bug, in
    which its end is told.
    """

    bug: int
    comment: int
    kind: CommitmentKind
    text: str
    due: date | None = None
    due_text: str = ""
    became: Outcome = "open"
    told_in: int | None = None
    done_on: date | None = None
    late_days: int | None = None
    changes: tuple[DueChange, ...] = ()
    of: str | None = None
    firm: bool = True
    of_bug: int | None = None

    @property
    def last_due(self) -> date | None:
        """The date that counts: the newest."""
        return self.changes[-1].new if self.changes else self.due

    def is_broken(self, day: date) -> bool:
        """Return whether it was kept late or never, or is open on a day after its date."""
        due = self.last_due
        return self.became in {"late", "never"} or (self.became == "open" and due is not None and due < day)


@dataclass(frozen=True, slots=True)
class Acts:
    """All that the comments of a bug do, oldest comment first, as known at one moment."""

    comments: tuple[CommentActs, ...]
    items: Mapping[str, ActionItem] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions of all comments."""
        return tuple(question for acts in self.comments for question in acts.questions)

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers of all comments."""
        return tuple(answer for acts in self.comments for answer in acts.answers)

    def answers_to(self, question: str) -> tuple[Answer, ...]:
        """Return the answers to a question, oldest first."""
        return tuple(answer for answer in self.answers if answer.question == question)
