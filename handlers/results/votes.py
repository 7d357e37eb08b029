"""Results about votes on proposed sections."""

from dataclasses import dataclass
from typing import Literal

from storage.values.sections import CustomSection

DirectDecision = Literal["manage-server", "manage-messages", "nobody"]
VoteStatus = Literal["undecided", "accepted", "declined", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many voted in favour and against."""

    in_favour: int = 0
    against: int = 0

    @property
    def total(self) -> int:
        """The number of all votes."""
        return self.in_favour + self.against


@dataclass(frozen=True, slots=True)
class VoteRules:
    """A community's rules: `quorum` votes are needed, more than `majority` percent of them in favour, within `days`.

    `direct_decision` names the permission with which a member may decide without a vote.
    """

    quorum: int = 3
    majority: int = 50
    days: int = 7
    direct_decision: DirectDecision = "manage-server"

    def has_quorum(self, tally: Tally) -> bool:
        """Return whether enough members voted."""
        return tally.total >= self.quorum

    def accept(self, tally: Tally) -> bool:
        """Return whether enough members voted, and enough of them in favour."""
        return self.has_quorum(tally) and tally.in_favour * 100 > self.majority * tally.total


@dataclass(frozen=True, slots=True)
class VoteResult:
    """The status of a vote; the sentence says what happened and why, or what is still missing."""

    status: VoteStatus
    sentence: str


@dataclass(frozen=True, slots=True)
class Ballot:
    """A proposal with its votes, as its message shows it; `rules` is None if only the operator decides."""

    section: CustomSection
    tally: Tally
    result: VoteResult
    rules: VoteRules | None = None

    @property
    def missing_votes(self) -> int:
        """How many more votes in favour, and none against, would accept it; 0 if only the operator decides."""
        if self.rules is None:
            return 0
        votes = 0
        while not self.rules.accept(Tally(self.tally.in_favour + votes, self.tally.against)):
            votes += 1
        return votes
