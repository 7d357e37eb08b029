"""Answers about promises: what CAs said they would do, by when, and what became of it."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from handlers.actor import Actor
from handlers.acts.values import Commitment
from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.lives.promises import BugPromises
from handlers.parsing.owners import OwnerDirectory
from handlers.queries.commitment_filters import CommitmentQuery
from handlers.queries.owner_search import require_owner
from handlers.results.commitments import CommitmentCounts, CommitmentList, ListedCommitment
from handlers.results.incidents import Owner
from handlers.visible_incidents import BugUrl, require_incident
from storage import incidents
from storage.database import Database, Transaction
from storage.lives import find_opened
from storage.values.incidents import Incident, IncidentFilter

PAGE_SIZE = 6
# After those that are open: what is past its date first, then what is due next.
_ENDED_ORDER = ("never", "late", "unknown", "done", "canceled")


class CommitmentQueries:
    """Answers about promises. Raises UserError if a request cannot be fulfilled."""

    def __init__(self, database: Database, owners: OwnerDirectory, indexes: IncidentIndexes, bug_url: BugUrl) -> None:
        self._database = database
        self._owners = owners
        self._indexes = indexes
        self._bug_url = bug_url

    async def list(self, actor: Actor, query: CommitmentQuery, page: int | None = None) -> CommitmentList:
        """Return the promises that a query asks for, what is most pressing first.

        They come in pages of six if the query names a page or `page` is given, which the query's own overrides. The
        first answer about all CAs reads the lives of all incidents, which can take a minute; that is done in a thread.
        """
        as_of = query.as_of or datetime.now(UTC)
        async with self._database.read() as transaction:
            owners, bugs = await self._select(transaction, actor, query, as_of)
        promises = await self._indexes.promises.read(bugs, query.as_of)
        others = await self._read_mentioned(promises, query)
        async with self._database.read() as transaction:
            # loaded after the readings: of what was withdrawn meanwhile nothing may be shown
            known = await incidents.find_by_bugs(transaction, sorted({*promises, *others}), actor.community)
        known = {bug: incident for bug, incident in known.items() if incident.visibility != "restricted"}
        listed = await asyncio.to_thread(lambda: _ordered(_list(promises, others, known, as_of.date())))
        wanted = [row for row in listed if _is_wanted(row, query)]
        number = page if query.page is None else query.page
        page_count = 1 if number is None else max(1, -(-len(wanted) // PAGE_SIZE))
        shown = min(number or 0, page_count - 1)
        rows = wanted if number is None else wanted[shown * PAGE_SIZE : (shown + 1) * PAGE_SIZE]
        return CommitmentList(
            owners,
            as_of,
            replace(query, ca=owners[0].name if owners else "").as_text,
            query.scope,
            query.bug,
            _count(listed),
            tuple(rows),
            len(wanted),
            len(bugs) - len(promises) if query.as_of is None else 0,
            shown,
            page_count,
            PAGE_SIZE,
        )

    async def _select(
        self, transaction: Transaction, actor: Actor, query: CommitmentQuery, as_of: datetime
    ) -> tuple[tuple[Owner, ...], Sequence[int]]:
        """Return the CA owner that a query names, and the bugs that were open or closed at the moment."""
        if query.bug is not None:
            await require_incident(transaction, query.bug, actor.community, self._bug_url)
            return (), [query.bug]
        owners = (await require_owner(transaction, self._owners, query.ca, "commitments"),) if query.ca else ()
        opened = await find_opened(transaction, IncidentFilter(tuple(owner.name for owner in owners)))
        return owners, [bug for bug, when in opened.items() if when <= as_of]

    async def _read_mentioned(
        self, promises: Mapping[int, BugPromises], query: CommitmentQuery
    ) -> Mapping[int, BugPromises]:
        """Return the bugs that may tell the end of a revocation promised in these."""
        mentioned = sorted({bug for entry in promises.values() for bug in entry.mentioned if bug not in promises})
        return await self._indexes.promises.read(mentioned, query.as_of) if mentioned else {}


def _list(
    promises: Mapping[int, BugPromises],
    others: Mapping[int, BugPromises],
    known: Mapping[int, Incident],
    day: date,
) -> Iterable[ListedCommitment]:
    everything = {**promises, **others}
    for bug, entry in promises.items():
        if bug not in known:
            continue
        # only the CA's own bugs tell what it did
        same_ca = {
            other: everything[other]
            for other in entry.mentioned
            if other in everything and other in known and known[other].ca == known[bug].ca
        }
        for commitment in entry.resolved(same_ca):
            origin, told_at = entry.origins[commitment.comment], None
            if commitment.told_in is not None and commitment.told_in in entry.origins:
                told_at = entry.origins[commitment.told_in].posted
            yield ListedCommitment(
                commitment, known[bug], origin.author, origin.posted, told_at, is_broken=commitment.is_broken(day)
            )


def _is_wanted(row: ListedCommitment, query: CommitmentQuery) -> bool:
    if query.scope == "open":
        return row.is_pending
    return row.is_broken if query.scope == "broken" else True


def _ordered(rows: Iterable[ListedCommitment]) -> list[ListedCommitment]:
    """Return what is past its date first, longest first; then what is due, by date; then what ended, newest first."""
    by_age = sorted(rows, key=lambda row: (row.made_at, row.commitment.bug, row.commitment.comment), reverse=True)
    return sorted(by_age, key=_urgency)


def _urgency(row: ListedCommitment) -> tuple[int, date]:
    commitment: Commitment = row.commitment
    if row.is_pending:
        return (0 if row.is_broken else 1, commitment.last_due or date.max)
    return (2 + _ENDED_ORDER.index(commitment.became), date.min)


def _count(rows: Sequence[ListedCommitment]) -> CommitmentCounts:
    became = Counter(row.commitment.became for row in rows)
    return CommitmentCounts(
        len(rows),
        became["open"],
        sum(row.is_pending and row.is_broken for row in rows),
        became["done"],
        became["late"],
        became["never"],
        became["canceled"],
        became["unknown"],
    )
