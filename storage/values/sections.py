"""The values of sections that members proposed: the section, what was said of it, and what happened to it.

Members and communities are Discord's ids; None as a member and EVERYWHERE as a community stand for the operator.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from storage.values.incidents import EVERYWHERE, SectionState

STILL_OPEN: tuple[SectionState, ...] = ("proposed", "active")

ChangeKind = Literal[
    "proposed", "accepted", "declined", "withdrawn", "renamed", "described", "merged", "retired", "made common"
]


@dataclass(frozen=True, slots=True)
class MadeSection:
    """A section that a member or the operator proposed.

    `decide_by` is None where no vote is held; `outcome` is the sentence that says how it was decided. `vouched` tells
    that the operator's word stands for the batches that members judge otherwise. `asked` counts how often all
    incidents were to be gone through, `answered` up to which of these that is done; `done` of `total` are so far.
    """

    key: str
    title: str
    state: SectionState
    proposed_at: datetime
    description: str = ""
    community: int = EVERYWHERE
    proposer: int | None = None
    decide_by: datetime | None = None
    decided_at: datetime | None = None
    outcome: str = ""
    channel: int | None = None
    message: int | None = None
    vouched: bool = False
    merged_into: int | None = None
    asked: int = 0
    answered: int = 0
    done: int = 0
    total: int = 0
    id: int = 0

    @property
    def is_open(self) -> bool:
        """Whether its name is taken: it is proposed or active."""
        return self.state in STILL_OPEN


@dataclass(frozen=True, slots=True)
class SectionExample:
    """That an incident belongs into a section or does not, on a member's word.

    `score` is how like the section it was when it was shown to be judged, None where a member named it unasked.
    """

    bug: int
    belongs: bool
    member: int | None
    said_at: datetime
    score: float | None = None


@dataclass(frozen=True, slots=True)
class SectionVote:
    """One member's vote on a proposal."""

    member: int
    in_favour: bool
    cast_at: datetime


@dataclass(frozen=True, slots=True)
class SectionChange:
    """One entry of a section's history: what happened, from what to what, by whom (None: operator or deadline)."""

    what: ChangeKind
    was: str
    became: str
    member: int | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class TextHolding:
    """That a section's text finds an incident: how surely (0 to 1), and the words that decided."""

    bug: int
    confidence: float
    words: tuple[str, ...] = ()
