"""Results about promises: what a CA said it would do, and what became of it."""

from dataclasses import dataclass
from datetime import datetime

from handlers.acts.values import Commitment
from handlers.results.incidents import Owner
from storage.values.incidents import Incident


@dataclass(frozen=True, slots=True)
class ListedCommitment:
    """A promise with its incident, the name of who wrote it, and when (UTC).

    `told_at` is when the comment `commitment.told_in` was posted. `is_broken`: kept late or never, or past its date at
    the moment of the answer without a word that it was done.
    """

    commitment: Commitment
    incident: Incident
    author: str
    made_at: datetime
    told_at: datetime | None = None
    is_broken: bool = False

    @property
    def is_pending(self) -> bool:
        """Whether nothing was told of its end yet, and may still be."""
        return self.commitment.became == "open"


@dataclass(frozen=True, slots=True)
class CommitmentCounts:
    """How many promises there are, and what became of them; `past` are those of `open` whose date has passed."""

    total: int = 0
    open: int = 0
    past: int = 0
    done: int = 0
    late: int = 0
    never: int = 0
    canceled: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class CommitmentList:
    """Promises, what is most pressing first: a page of rows, or each if no page was requested.

    `counts` are of all promises of these incidents, `rows` of those that the query wants. `unread` is how many
    incidents are left out because their history was not read yet, or cannot be.
    """

    owners: tuple[Owner, ...]
    as_of: datetime
    query_text: str
    scope: str
    bug: int | None
    counts: CommitmentCounts
    rows: tuple[ListedCommitment, ...]
    row_count: int
    unread: int = 0
    page: int = 0
    page_count: int = 1
    page_size: int = 0
