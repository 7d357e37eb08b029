"""Stores what a poll of Bugzilla returned, with its events and deliveries, in one transaction.

A bug is new if it is unknown to us and was created, moved in or made public after the server's time at the first
request of all; anything earlier is backlog and causes no alert. Changes are detected by comparing with the stored
values, never by a bug's presence in a response: polls overlap, and the same bug arrives many times.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from handlers.alerts.outbox import enqueue_events
from handlers.classification.service import SectionClassifier, moves
from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.ingest.filings import Filings, load_filings
from handlers.ingest.interpret import INTERPRETATION_VERSION, interpret_bug, leading_texts, removes_text
from handlers.parsing.owners import OwnerDirectory
from handlers.sections.list_requests import mark_list_alerts_stale
from storage import events, incidents, posted_answers, settings, sources
from storage.comments import find_comment_texts, save_comments
from storage.database import Database, Transaction
from storage.lives import save_changes
from storage.values.incidents import Bug, Comment, Incident, Visibility
from storage.values.lives import Change
from storage.values.outbox import Event
from storage.values.sources import SourceState

INTERPRETATION = "interpretation"  # the setting that holds the version under which all incidents are stored
REINTERPRETED_AT_ONCE = 100  # incidents, so that other writers do not wait


@dataclass(frozen=True, slots=True)
class IngestCounts:
    """How many bugs were new to us, and how many known ones changed."""

    new: int = 0
    changed: int = 0

    def __add__(self, other: "IngestCounts") -> "IngestCounts":
        """Add the counts of two parts of a poll."""
        return IngestCounts(self.new + other.new, self.changed + other.changed)


class BugIngest:
    """Stores bugs and comments, and what follows from them: sections, events and stale alerts."""

    def __init__(
        self,
        database: Database,
        owners: OwnerDirectory,
        classifier: SectionClassifier,
        indexes: IncidentIndexes,
        flood_bound: int,
    ) -> None:
        self._database = database
        self._owners = owners
        self._classifier = classifier
        self._indexes = indexes
        self._flood_bound = flood_bound

    async def filter_unknown(self, bugs: Sequence[Bug]) -> list[Bug]:
        """Return the bugs that are not stored yet."""
        async with self._database.read() as transaction:
            known = await incidents.find_by_bugs(transaction, [bug.id for bug in bugs])
        return [bug for bug in bugs if bug.id not in known]

    async def ingest_bugs(
        self,
        bugs: Sequence[Bug],
        comments: Mapping[int, Sequence[Comment]],
        entered_at: Mapping[int, datetime],
        state: SourceState,
        now: datetime,
        *,
        histories: Mapping[int, Sequence[Change] | None] | None = None,
    ) -> IngestCounts:
        """Store bugs with the events and deliveries that follow, and the state of the source; return the counts.

        `comments` holds the comments of the bugs whose comments were fetched completely; `entered_at` holds the times
        (UTC) when old bugs moved in or became public. `histories` are those that were fetched, None for one that cannot
        be read. A bug's own alert is created once, however often the bug is fetched.
        """
        fetched = {bug.id: comments[bug.id] for bug in bugs if bug.id in comments}
        async with self._database.transaction() as transaction:
            known = await incidents.find_by_bugs(transaction, [bug.id for bug in bugs])
            filings = await load_filings(transaction, self._owners, bugs)
            interpreted = {
                bug.id: self._interpret(bug, filings, _texts(comments.get(bug.id)), known.get(bug.id)) for bug in bugs
            }
            new = [bug for bug in bugs if bug.id not in known]
            changed = [bug for bug in bugs if bug.id in known and _changed(known[bug.id], bug)]
            # of a known bug anything may be shown somewhere: a posted message is compared as a whole before its edit
            outdated = [number for number, previous in known.items() if _differs(previous, interpreted[number])]
            reappeared = [bug.id for bug in bugs if bug.id not in known or known[bug.id].visibility != "here"]
            await incidents.save_incidents(transaction, list(interpreted.values()))
            losing_text, moved = await self._save_comments_and_sections(
                transaction, interpreted, fetched, state.read_at(now)
            )
            await save_changes(
                transaction, {number: history for number, history in (histories or {}).items() if number in interpreted}
            )
            await self._classify_without_comments(
                transaction,
                [
                    interpreted[bug.id]
                    for bug in bugs
                    if bug.id not in fetched and _sections_may_differ(known.get(bug.id), interpreted[bug.id])
                ],
            )
            await events.mark_incidents_stale(transaction, {*outdated, *moved})
            await self._reinterpret(transaction, filings.later_bugs())
            await _withdraw_answers(transaction, known, {bug.id: bug for bug in bugs}, comments, losing_text)
            await mark_list_alerts_stale(transaction, {*reappeared, *outdated})
            filed_events = [
                Event("filed", f"filed:{bug.id}", entered_at.get(bug.id, bug.created), bug=bug.id)
                for bug in new
                if _is_new(bug, entered_at, state.baseline_at)
            ]
            await enqueue_events(transaction, filed_events, interpreted, self._flood_bound, now)
            await sources.save_source(transaction, state)
        await self._indexes.evict(fetched)
        return IngestCounts(len(new), len(changed))

    async def ingest_comments(self, comments: Mapping[int, Sequence[Comment]]) -> None:
        """Store comments that were fetched after their bugs, and update the incidents from them."""
        async with self._database.transaction() as transaction:
            # meanwhile a bug may have become restricted
            visible = await incidents.lock_incidents(transaction, sorted(comments))
            known = await incidents.find_by_bugs(transaction, visible)
            fetched = {number: comments[number] for number in known}
            filings = await load_filings(transaction, self._owners, [incident.bug for incident in known.values()])
            updated = {
                number: self._interpret(known[number].bug, filings, _texts(texts), known[number])
                for number, texts in fetched.items()
            }
            await incidents.save_incidents(transaction, list(updated.values()))
            state = await sources.find_source(transaction, sources.BUGZILLA)
            losing_text, moved = await self._save_comments_and_sections(
                transaction, updated, fetched, state.read_at(datetime.now(UTC))
            )
            outdated = [number for number in updated if _differs(known[number], updated[number])]
            await events.mark_incidents_stale(transaction, {*outdated, *moved})
            bugs = {number: known[number].bug for number in known}
            await _withdraw_answers(transaction, known, bugs, fetched, losing_text)
        await self._indexes.evict(fetched)

    async def ingest_histories(self, histories: Mapping[int, Sequence[Change] | None]) -> None:
        """Store histories that were fetched after their bugs; None for one that cannot be read."""
        if not histories:
            return
        async with self._database.transaction() as transaction:
            # meanwhile a bug may have become restricted
            visible = await incidents.lock_incidents(transaction, sorted(histories))
            await save_changes(transaction, {number: histories[number] for number in sorted(visible)})

    async def mark_unavailable(self, visibility: Mapping[int, Visibility]) -> None:
        """Record which bugs moved away or became restricted, and have their posted alerts edited."""
        async with self._database.transaction() as transaction:
            for number, new_visibility in visibility.items():
                await incidents.mark_unavailable(transaction, number, new_visibility)
            if restricted := [number for number, value in visibility.items() if value == "restricted"]:
                await self._classifier.withdraw(transaction, restricted)
            await events.mark_incidents_stale(transaction, visibility)
            await mark_list_alerts_stale(transaction, visibility)
        await self._indexes.evict(visibility)

    async def reinterpret_incidents(self) -> None:
        """Interpret all incidents again if the directory of CA owners or the interpretation itself has changed."""
        version = f"{INTERPRETATION_VERSION}:{self._owners.version}"
        async with self._database.read() as transaction:
            if await settings.find_setting(transaction, INTERPRETATION) == version:
                return  # an ordinary start does not wait for a process that writes
            bugs = sorted(await incidents.find_ids(transaction))
        for start in range(0, len(bugs), REINTERPRETED_AT_ONCE):
            async with self._database.transaction() as transaction:
                await self._reinterpret(transaction, bugs[start : start + REINTERPRETED_AT_ONCE])
        async with self._database.transaction() as transaction:
            await settings.save_setting(transaction, INTERPRETATION, version)

    def _interpret(
        self, bug: Bug, filings: Filings, texts: Sequence[tuple[int, str]] | None, previous: Incident | None
    ) -> Incident:
        return interpret_bug(bug, self._owners, texts, previous, cas_filed_on=filings.count_cas(bug))

    async def _reinterpret(self, transaction: Transaction, bugs: Sequence[int]) -> None:
        """Interpret these stored incidents again, as far as they are visible, and have outdated alerts edited."""
        # another process may have withdrawn one of them
        visible = await incidents.lock_incidents(transaction, bugs)
        known = await incidents.find_by_bugs(transaction, visible)
        texts = await find_comment_texts(transaction, sorted(visible))
        filings = await load_filings(transaction, self._owners, [incident.bug for incident in known.values()])
        updated = [
            self._interpret(incident.bug, filings, texts.get(number), incident) for number, incident in known.items()
        ]
        await incidents.save_incidents(transaction, updated)
        outdated = [incident.bug.id for incident in updated if _differs(known[incident.bug.id], incident)]
        await events.mark_incidents_stale(transaction, outdated)

    async def _classify_without_comments(self, transaction: Transaction, without_comments: Sequence[Incident]) -> None:
        """Save the sections of incidents with tags; mark the others to be classified once their comments are stored."""
        tagged = {
            incident.bug.id: sections
            for incident in without_comments
            if (sections := self._classifier.sections_by_tag(incident))
        }
        await self._classifier.save(transaction, tagged)
        pending = [incident.bug.id for incident in without_comments if incident.bug.id not in tagged]
        await incidents.mark_unclassified(transaction, pending)

    async def _save_comments_and_sections(
        self,
        transaction: Transaction,
        interpreted: Mapping[int, Incident],
        fetched: Mapping[int, Sequence[Comment]],
        read_at: datetime,
    ) -> tuple[frozenset[int], frozenset[int]]:
        """Save comments and the sections that follow.

        Return the bugs with a comment that is gone or has lost words, and those that are in other sections now.
        """
        as_of = {number: interpreted[number].bug.changed for number in fetched}
        sections = {
            number: self._classifier.classify(interpreted[number], leading_texts(_texts(fetched[number]) or []))
            for number in fetched
        }
        losing_text = await save_comments(transaction, fetched, as_of, read_at)
        await self._classifier.save(transaction, sections)
        moved = frozenset(number for number in sections if moves(interpreted[number].sections, sections[number]))
        return losing_text, moved


async def _withdraw_answers(
    transaction: Transaction,
    known: Mapping[int, Incident],
    bugs: Mapping[int, Bug],
    comments: Mapping[int, Sequence[Comment]],
    losing_text: Collection[int],
) -> None:
    """Have the answers edited that may quote text which was changed or hidden, and have that text overwritten.

    Answers on clocks and promises quote any comment, so it does not matter which one lost words.
    """
    for number, previous in known.items():
        is_removed = number in losing_text or removes_text(previous, bugs[number], _texts(comments.get(number)))
        if previous.visibility == "here" and is_removed:
            await posted_answers.mark_outdated(transaction, number)
            transaction.purge_after_commit("comment", "incident")


def _sections_may_differ(previous: Incident | None, current: Incident) -> bool:
    """Return whether the sections of an incident may be others now, its comments being the same."""
    return previous is None or (previous.tags, previous.not_incident) != (current.tags, current.not_incident)


def _changed(previous: Incident, bug: Bug) -> bool:
    return previous.bug != bug or previous.visibility != "here"


def _differs(previous: Incident, current: Incident) -> bool:
    """Return whether anything that is shown of an incident has changed: not the time, the flags or the comments."""
    before = previous.bug
    bug = replace(current.bug, changed=before.changed, comment_count=before.comment_count, flags=before.flags)
    return replace(current, comments=previous.comments, bug=bug) != previous


def _is_new(bug: Bug, entered_at: Mapping[int, datetime], baseline_at: datetime | None) -> bool:
    arrived_at = max(bug.created, entered_at.get(bug.id, bug.created))
    return baseline_at is not None and arrived_at > baseline_at


def _texts(comments: Sequence[Comment] | None) -> list[tuple[int, str]] | None:
    """Return (number, text) of comments with text; None if they were not fetched."""
    return None if comments is None else [(comment.number, comment.text) for comment in comments if comment.text]
