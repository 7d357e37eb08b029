"""Invented promises for tests of what members see."""

from datetime import UTC, date, datetime

from handlers.acts.values import Commitment, DueChange
from handlers.results.commitments import CommitmentCounts, CommitmentList, ListedCommitment
from handlers.results.incidents import Owner

AS_OF = datetime(2024, 6, 20, 12, tzinfo=UTC)
MADE_AT = datetime(2024, 6, 3, 9, tzinfo=UTC)
TOLD_AT = datetime(2024, 6, 12, 9, tzinfo=UTC)


def promise(incident, text="We will revoke them by 2024-06-10", due=date(2024, 6, 10), became="open", **values):
    """Return a promise made in comment 3; what ended was told in comment 5."""
    told_in = 5 if became in {"done", "late", "canceled"} else None
    commitment = Commitment(incident.bug.id, 3, "prose", text, due, became=became, told_in=told_in, **values)
    told_at = TOLD_AT if told_in else None
    return ListedCommitment(commitment, incident, "alice", MADE_AT, told_at, commitment.is_broken(AS_OF.date()))


def commitment_list(incidents, *, ca="", bug=None, scope="all", text="", page=0, page_count=2, rows=None):
    if rows is None:
        first, second, third, fourth = incidents
        change = DueChange(4, date(2024, 6, 1), date(2024, 6, 10), after_due=False)
        rows = [
            promise(first, f"We will revoke them by 2024-06-10 {first.title}"),
            promise(second, "We will train the clerks by 2024-07-01", date(2024, 7, 1)),
            promise(third, became="late", done_on=date(2024, 6, 12), late_days=2, changes=(change,)),
            promise(fourth, "Deploy the linter", None, "done", firm=False),
        ]
    counts = CommitmentCounts(9, 4, 2, 3, 1, 1)
    owners = (Owner(ca),) if ca else ()
    return CommitmentList(owners, AS_OF, text, scope, bug, counts, tuple(rows), 6 * page_count, 0, page, page_count, 6)
