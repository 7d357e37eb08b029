"""Stores what a poll of Bugzilla returned, with its events and deliveries, in one transaction.

A bug is new if it is unknown to us and was created, moved in or made public after the server's time at the first
request of all; anything earlier is backlog and causes no alert. Changes are detected by comparing with the stored
values, never by a bug's presence in a response: polls overlap, and the same bug arrives many times.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.classification.service import SectionClassifier
from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.ingest.interpret import interpret_bug
from handlers.parsing.owners import OwnerDirectory
from handlers.sections.list_requests import mark_request_alerts_stale
from storage import events, incidents, settings, sources
from storage.comments import find_leading_comments, save_comments
from storage.database import Database, Transaction
from storage.values.incidents import Bug, Comment, Incident, IncidentFilter, Visibility
from storage.values.outbox import Event
from storage.values.sources import SourceState


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
        flood_threshold: int,
    ) -> None:
        self._database = database
        self._owners = owners
        self._classifier = classifier
        self._indexes = indexes
        self._flood_threshold = flood_threshold

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
    ) -> IngestCounts:
        """Store bugs with the events and deliveries that follow, and the state of the source; return the counts.

        `comments` holds the comments of the bugs whose comments were fetched completely; `entered_at` holds the times
        (UTC) when old bugs moved in or became public. A bug's own alert is created once, however often the bug is
        fetched.
        """
        async with self._database.transaction() as transaction:
            known = await incidents.find_by_bugs(transaction, [bug.id for bug in bugs])
            interpreted: dict[int, Incident] = {}
            fetched = {bug.id: comments[bug.id] for bug in bugs if bug.id in comments}
            known_fetched = [number for number in fetched if number in known]
            previous_texts = await find_leading_comments(transaction, known_fetched)
            filed_events, stale, counts = [], [], IngestCounts()
            reappeared = [bug.id for bug in bugs if bug.id not in known or known[bug.id].visibility != "here"]
            for bug in bugs:
                previous = known.get(bug.id)
                texts = _leading_comments(comments[bug.id]) if bug.id in comments else None
                incident = interpreted[bug.id] = interpret_bug(bug, self._owners, texts, previous)
                if previous is None:
                    counts += IngestCounts(new=1)
                    if _is_new(bug, entered_at, state.baseline_at):
                        filed_events.append(
                            Event("filed", f"filed:{bug.id}", entered_at.get(bug.id, bug.created), bug=bug.id)
                        )
                    continue
                counts += IngestCounts(changed=int(previous.bug != bug or previous.visibility != "here"))
                if (
                    previous.visibility != "here"
                    or incident.report != previous.report
                    or _quoted_text_changed(previous_texts.get(bug.id), texts)
                ):
                    stale.append(bug.id)
            await incidents.save_incidents(transaction, list(interpreted.values()))
            await self._save_comments_and_sections(transaction, interpreted, fetched)
            await self._classify_without_comments(
                transaction,
                [
                    interpreted[bug.id]
                    for bug in bugs
                    if bug.id not in fetched and (bug.id not in known or known[bug.id].tags != interpreted[bug.id].tags)
                ],
            )
            for number in stale:
                await events.mark_stale(transaction, bug=number)
            await mark_request_alerts_stale(transaction, reappeared)
            await events.record_events(transaction, filed_events, self._flood_threshold, now)
            await sources.save_source(transaction, state)
        await self._indexes.evict(fetched)
        return counts

    async def ingest_comments(self, comments: Mapping[int, Sequence[Comment]]) -> None:
        """Store comments that were fetched after their bugs, and update the incidents from them."""
        async with self._database.transaction() as transaction:
            known = await incidents.find_by_bugs(transaction, comments)
            fetched = {number: texts for number, texts in comments.items() if number in known}
            updated = {
                number: interpret_bug(known[number].bug, self._owners, _leading_comments(texts), known[number])
                for number, texts in fetched.items()
            }
            await incidents.save_incidents(transaction, list(updated.values()))
            await self._save_comments_and_sections(transaction, updated, fetched)
            for number, incident in updated.items():
                if known[number].report is None and incident.report is not None:
                    await events.mark_stale(transaction, bug=number)
        await self._indexes.evict(fetched)

    async def mark_unavailable(self, visibility: Mapping[int, Visibility]) -> None:
        """Record which bugs moved away or became restricted, and have their posted alerts edited."""
        async with self._database.transaction() as transaction:
            for number, new_visibility in visibility.items():
                await incidents.mark_unavailable(transaction, number, new_visibility)
                await events.mark_stale(transaction, bug=number)
            await mark_request_alerts_stale(transaction, visibility)
            if "restricted" in visibility.values():
                await self._classifier.invalidate_model(transaction)
        await self._indexes.evict(visibility)

    async def reparse_titles(self, directory_version: str) -> None:
        """Parse all titles again if the directory of CA owners has changed since the last time."""
        async with self._database.read() as transaction:
            if await settings.find_setting(transaction, "owner table") == directory_version:
                return  # an ordinary start does not wait for a process that writes
        async with self._database.transaction() as transaction:
            known = await incidents.find_incidents(transaction, IncidentFilter())
            reparsed = [interpret_bug(incident.bug, self._owners, None, incident) for incident in known]
            await incidents.save_incidents(transaction, reparsed)
            await settings.save_setting(transaction, "owner table", directory_version)

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
        self, transaction: Transaction, interpreted: Mapping[int, Incident], fetched: Mapping[int, Sequence[Comment]]
    ) -> None:
        """Save comments, and the sections that follow from them."""
        as_of = {number: interpreted[number].bug.changed for number in fetched}
        sections = {
            number: self._classifier.classify(interpreted[number], _leading_comments(fetched[number]))
            for number in fetched
        }
        await save_comments(transaction, fetched, as_of)
        await self._classifier.save(transaction, sections)


def _quoted_text_changed(
    previous_texts: Sequence[tuple[int, str]] | None, texts: Sequence[tuple[int, str]] | None
) -> bool:
    """Return whether the text that an alert quotes was edited or hidden."""
    return bool(previous_texts and texts is not None and texts[:1] != list(previous_texts[:1]))


def _is_new(bug: Bug, entered_at: Mapping[int, datetime], baseline_at: datetime | None) -> bool:
    arrived_at = max(bug.created, entered_at.get(bug.id, bug.created))
    return baseline_at is not None and arrived_at > baseline_at


def _leading_comments(comments: Sequence[Comment]) -> list[tuple[int, str]]:
    return [(comment.number, comment.text) for comment in comments[:8] if comment.text][:4]
