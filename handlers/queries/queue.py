"""Answers to moderators: which open incidents need a word today, what waits longest first."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from handlers.actor import Actor
from handlers.deadlines.values import Deadline
from handlers.errors import UserError
from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.lives.clock_life import ClockLife
from handlers.lives.one_by_one import read_one_by_one
from handlers.lives.waiting import Waiting, find_waiting
from handlers.parsing.owners import OwnerDirectory
from handlers.parsing.tags import BASE_TAG
from handlers.permissions import require_moderator
from handlers.results.queue import WHYS, Queue, QueueEntry, QueueReason
from storage import incidents
from storage.database import Database
from storage.lives import find_opened
from storage.values.incidents import GLOBAL_COMMUNITY, Incident, IncidentFilter

PAGE_SIZE = 6


class QueueQueries:
    """Answers about the queue. Raises UserError if the actor may not see it."""

    def __init__(self, database: Database, owners: OwnerDirectory, indexes: IncidentIndexes) -> None:
        self._database = database
        self._owners = owners
        self._indexes = indexes

    async def list(self, actor: Actor, page: int | None = None) -> Queue:
        """Return the incidents that need a word, in pages of six if `page` is given.

        Only who may moderate is answered. Readings are made in a thread.
        """
        require_queue(actor)
        now = datetime.now(UTC)
        async with self._database.read() as transaction:
            bugs = list(await find_opened(transaction, IncidentFilter(state="open")))
        lives = await self._indexes.lives.current(bugs)
        component = await self._indexes.lives.component()
        async with self._database.read() as transaction:
            # loaded after the readings: of what was withdrawn meanwhile nothing may be shown
            known = await incidents.find_by_bugs(transaction, bugs, actor.community)
        shown = [incident for incident in known.values() if incident.visibility == "here" and incident.bug.is_open]
        entries = await asyncio.to_thread(self._entries, shown, lives, component, now)
        counts = Counter(reason.why for entry in entries for reason in entry.reasons)
        page_count = 1 if page is None else max(1, -(-len(entries) // PAGE_SIZE))
        number = min(page or 0, page_count - 1)
        on_page = entries if page is None else entries[number * PAGE_SIZE : (number + 1) * PAGE_SIZE]
        return Queue(
            now,
            tuple((why, counts[why]) for why in WHYS if counts[why]),
            tuple(on_page),
            len(entries),
            sum(incident.bug.id not in lives for incident in shown),
            number,
            page_count,
            PAGE_SIZE,
        )

    def _entries(
        self, shown: Iterable[Incident], lives: Mapping[int, ClockLife], component: str, now: datetime
    ) -> Sequence[QueueEntry]:
        def look_at(life: ClockLife) -> tuple[Waiting, Sequence[Deadline]]:
            return find_waiting(life, self._owners, now), life.deadlines(now, component)

        begun = {bug: life for bug, life in lives.items() if life.life.created <= now}
        looked_at = read_one_by_one(begun, look_at)
        entries = []
        for incident in shown:
            waiting, deadlines = looked_at.get(incident.bug.id, (None, ()))
            reasons = [*_table_reasons(incident, waiting.close_on_set if waiting else None)]
            if waiting:
                reasons += _life_reasons(incident, begun[incident.bug.id], waiting, deadlines)
            if reasons:
                reasons.sort(key=lambda reason: (reason.waits_since, WHYS.index(reason.why), reason.comment or 0))
                entries.append(QueueEntry(incident, tuple(reasons)))
        entries.sort(key=lambda entry: (entry.reasons[0].waits_since, entry.incident.bug.id))
        return entries


def require_queue(actor: Actor) -> None:
    """Require somebody who may moderate a server, or the operator."""
    if actor.community == GLOBAL_COMMUNITY and not actor.is_operator:
        raise UserError(
            "The queue is for those who may moderate a server (Manage Messages): ask for it in one of its channels."
        )
    require_moderator(actor, "see what waits for a moderator")


def _table_reasons(incident: Incident, close_on_set: datetime | None) -> Iterable[QueueReason]:
    """Yield what the whiteboard alone tells."""
    if not any(tag != BASE_TAG for tag in incident.tags):
        yield QueueReason("no-tags", incident.bug.created, 0)
    if incident.close_on is not None:
        yield QueueReason("last-call", close_on_set or incident.bug.created, until=incident.close_on)


def _life_reasons(
    incident: Incident, life: ClockLife, waiting: Waiting, deadlines: Iterable[Deadline]
) -> Iterable[QueueReason]:
    """Yield what only comments and changes tell."""
    if waiting.closure_asked:
        yield QueueReason("closure-asked", waiting.closure_asked, waiting.closure_comment)
    yield from _questions(life, deadlines)
    if not waiting.looked_at:
        yield QueueReason("not-looked-at", incident.bug.created, 0)


def _questions(life: ClockLife, deadlines: Iterable[Deadline]) -> Iterable[QueueReason]:
    """Yield the questions whose time for an answer is over, those of one comment together."""
    by_comment: dict[str, list[Deadline]] = {}
    for deadline in deadlines:
        if deadline.rule.kind == "question" and deadline.state == "overdue":
            by_comment.setdefault(deadline.because[0], []).append(deadline)
    for reference, group in by_comment.items():
        first, comment = group[0], int(reference[1:])
        posted = life.posted(comment)
        due = first.due.date() if isinstance(first.due, datetime) else first.due
        if posted:
            subject = life.subjects.get(first.of or "", "")
            yield QueueReason("question", posted, comment, due, len(group), subject)
