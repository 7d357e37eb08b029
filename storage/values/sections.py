"""Sections: as everybody sees them, and those that members proposed, with their labels, votes and history.

Members and communities are Discord's ids; None as a member and GLOBAL_COMMUNITY as a community stand for the operator.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from storage.values.incidents import GLOBAL_COMMUNITY

SectionState = Literal["builtin", "proposed", "active", "declined", "retired"]

OPEN_STATES: tuple[SectionState, ...] = ("proposed", "active")

ChangeKind = Literal[
    "proposed", "accepted", "declined", "withdrawn", "renamed", "described", "merged", "retired", "made common"
]


@dataclass(frozen=True, slots=True)
class Section:
    """A named group of incidents; `community` is None if it is common to all.

    Of its `incidents` so many are in it `by_tag` and `by_text` alone (the others by a member), and so many are none.
    """

    key: str
    title: str
    state: SectionState
    description: str = ""
    community: int | None = None
    incidents: int = 0
    by_tag: int = 0
    by_text: int = 0
    not_incidents: int = 0


@dataclass(frozen=True, slots=True)
class CustomSection:
    """A section that a member or the operator proposed.

    `decide_by` is None if there is no vote; `outcome` is a sentence about the decision. `operator_approved`: the
    operator's approval replaces the batches that members must label otherwise. `backfill_requested` and
    `backfill_completed` count requests and completed ones; equal means idle. `backfill_done` of `backfill_total`
    incidents are processed so far. `proposer_name` is the name that the server showed for the proposer.
    """

    key: str
    title: str
    state: SectionState
    proposed_at: datetime
    description: str = ""
    community: int = GLOBAL_COMMUNITY
    proposer: int | None = None
    decide_by: datetime | None = None
    decided_at: datetime | None = None
    outcome: str = ""
    channel: int | None = None
    message: int | None = None
    operator_approved: bool = False
    merged_into: int | None = None
    backfill_requested: int = 0
    backfill_completed: int = 0
    backfill_done: int = 0
    backfill_total: int = 0
    id: int = 0
    proposer_name: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it is proposed or active, so that no other section may have its name."""
        return self.state in OPEN_STATES


@dataclass(frozen=True, slots=True)
class SectionLabel:
    """A member's label: whether an incident belongs to a section.

    `score` is its similarity to the section when it was shown for labelling, None if the member named it unsolicited.
    """

    bug: int
    belongs: bool
    member: int | None
    labelled_at: datetime
    score: float | None = None


@dataclass(frozen=True, slots=True)
class SectionVote:
    """One member's vote on a proposal."""

    member: int
    in_favour: bool
    cast_at: datetime


@dataclass(frozen=True, slots=True)
class SectionChange:
    """One entry of a section's history; `member` is None for the operator or an expired deadline.

    `member_name` is the name that the server showed for the member at that time.
    """

    kind: ChangeKind
    old_value: str
    new_value: str
    member: int | None
    changed_at: datetime
    member_name: str = ""


@dataclass(frozen=True, slots=True)
class TextMatch:
    """An incident that a section's text matches, with the confidence (0 to 1) and the deciding words."""

    bug: int
    confidence: float
    reasons: tuple[str, ...] = ()
