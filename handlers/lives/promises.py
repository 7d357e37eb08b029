"""The promises of one bug, without the texts of its comments, so that many bugs can stay in memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from handlers.acts.commitments import is_pending_revocation, mentioned_bugs, read_commitments, resolve_by_ends
from handlers.acts.revocations import revocation_end
from handlers.acts.values import Commitment
from handlers.lives.reading import read_life, to_facts
from handlers.parsing.owners import OwnerDirectory
from storage.values.lives import Life


@dataclass(frozen=True, slots=True)
class CommentOrigin:
    """Who wrote a comment, and when (UTC)."""

    author: str
    posted: datetime


@dataclass(frozen=True, slots=True)
class BugPromises:
    """The promises of a bug, who wrote the comments that they name, and what other bugs need of it.

    `mentioned` are the numbers of bugs that may tell the end of a revocation promised here, () if none is promised;
    `revoked_on` is the day on which, by this bug, nothing was left to revoke.
    """

    commitments: tuple[Commitment, ...]
    origins: Mapping[int, CommentOrigin]
    mentioned: tuple[int, ...] = ()
    revoked_on: date | None = None

    def resolved(self, others: Mapping[int, "BugPromises"]) -> tuple[Commitment, ...]:
        """Return the promises, those to revoke ended where another bug of the CA tells the end; `others` by bug."""
        days = ((bug, others[bug].revoked_on) for bug in self.mentioned if bug in others)
        return resolve_by_ends(self.commitments, self.mentioned, {bug: day for bug, day in days if day})


def read_promises(life: Life, owners: OwnerDirectory, as_of: datetime) -> BugPromises:
    """Read the promises of a bug as known at a moment; none if it was restricted then. Linear, never raises."""
    reading = read_life(life, owners, as_of)
    life = reading.life
    if life.restricted:
        return BugPromises((), {})
    facts = {report.comment: to_facts(report) for report in reading.reports}
    commitments = read_commitments(life, reading.acts, facts)
    named = {commitment.comment for commitment in commitments}
    named |= {commitment.told_in for commitment in commitments if commitment.told_in is not None}
    named |= {change.comment for commitment in commitments for change in commitment.changes}
    waits = any(is_pending_revocation(commitment) for commitment in commitments)
    end = revocation_end(life, reading.acts)
    return BugPromises(
        commitments,
        {
            comment.number: CommentOrigin(comment.author.name, comment.posted)
            for comment in life.comments
            if comment.number in named
        },
        mentioned_bugs(life) if waits else (),
        end.day if end else None,
    )
