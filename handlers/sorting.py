"""Which sections an incident is in: by its tags, and by its text while it has none that name a section.

The classifier behind it learns from the tagged incidents of this database, in another process, so that no answer
waits for it; until it has learned, and where there are too few tagged incidents, rules alone decide.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from handlers.classifier.examples import Example, Question
from handlers.classifier.model import RULES_ALONE, Model, classify
from handlers.classifier.stored import from_bytes
from handlers.reading.ca_owners import OwnerTable
from handlers.reading.people import filer_of
from handlers.reading.report_forms import opening_of
from handlers.reading.tags import CANONICAL
from storage import incidents, settings
from storage.database import Connection, Database
from storage.values import Assignment, Incident, IncidentFilter

MODEL = "sections"
FEW_NEW_TAGS = 10  # so many incidents tagged anew make it worth learning again

Learn = Callable[[list[Example]], Awaitable[bytes]]


class Sorter:
    """Sorts incidents into sections and learns how, from the tags that staff gave."""

    def __init__(self, database: Database, owners: OwnerTable, learn: Learn) -> None:
        self._database = database
        self._owners = owners
        self._learn = learn
        self._model: Model = RULES_ALONE
        self._learned_from = ""
        self._learned: datetime | None = None
        self._keys = frozenset(tag.key for tag in CANONICAL)

    @property
    def description(self) -> str:
        """Say what the classifier learned from and when, in words."""
        if self._learned is None:
            return "rules alone: it has not learned from tags yet"
        count = self._learned_from.split(":")[0]
        return f"learned from {count} tagged incidents on {self._learned:%Y-%m-%d %H:%M} UTC"

    async def open(self) -> None:
        """Take up the model of an earlier run; one cut short or of another version is learned anew."""
        kept = await settings.find_model(self._database, MODEL)
        model = from_bytes(kept[0]) if kept else None
        if kept and model:
            self._model, self._learned_from, self._learned = model, kept[1], kept[2]

    async def forget(self, connection: Connection) -> None:
        """Learn anew at the next occasion: an incident that it learned from is no longer public."""
        self._learned_from = ""
        await settings.forget_model(self._database, connection, MODEL)

    def sections_of(self, incident: Incident, texts: Sequence[tuple[int, str]]) -> tuple[Assignment, ...]:
        """Sort one incident: by tag where a tag names a section, else by text."""
        if tagged := self.sections_by_tag(incident):
            return tagged
        return classify(self._model, self._question(incident, texts)).sections

    def sections_by_tag(self, incident: Incident) -> tuple[Assignment, ...]:
        """Give the sections that an incident's tags name."""
        return tuple(Assignment(tag, "tag", 1.0) for tag in incident.tags if tag in self._keys)

    async def learn_if_due(self) -> bool:
        """Learn again where the tags have changed enough; tells whether it did."""
        tags = await incidents.find_tags(self._database)
        known = {bug: given for bug, given in tags.items() if self._keys.intersection(given)}
        fingerprint = _fingerprint(known)
        if not known or fingerprint == self._learned_from or not self._worth_it(len(known)):
            return False
        found = await incidents.find_incidents(self._database, IncidentFilter())
        tagged = [one for one in found if one.bug.id in known]
        texts = await incidents.find_texts(self._database)
        data = await self._learn([self._example(one, texts.get(one.bug.id, [])) for one in tagged])
        model = from_bytes(data)
        if model is None:
            return False
        now = datetime.now(UTC)
        await settings.keep_model(self._database, MODEL, data, fingerprint, now)
        self._model, self._learned_from, self._learned = model, fingerprint, now
        untagged = [one.bug.id for one in found if one.bug.id not in known]
        async with self._database.writing() as connection:
            await incidents.mark_unclassified(self._database, connection, untagged)
        return True

    async def sort_all(self) -> int:
        """Sort every incident that waits for it; gives how many."""
        waiting = await incidents.find_unclassified(self._database)
        for start in range(0, len(waiting), 200):
            chunk = waiting[start : start + 200]
            found = await incidents.find_by_bugs(self._database, chunk)
            texts = await incidents.find_texts(self._database, chunk)
            sorted_ = {bug: self.sections_of(one, texts.get(bug, [])) for bug, one in found.items()}
            async with self._database.writing() as connection:
                await incidents.keep_sections(self._database, connection, sorted_)
        return len(waiting)

    def _worth_it(self, tagged: int) -> bool:
        if not self._learned_from:
            return True
        return abs(tagged - int(self._learned_from.split(":")[0])) >= FEW_NEW_TAGS

    def _question(self, incident: Incident, texts: Sequence[tuple[int, str]]) -> Question:
        filer = filer_of(incident.bug.creator, incident.bug.assignee, incident.ca, self._owners)
        return Question(incident.bug.summary, _text_for(texts), filer)

    def _example(self, incident: Incident, texts: Sequence[tuple[int, str]]) -> Example:
        asked = self._question(replace(incident, tags=()), texts)
        return Example(asked.title, asked.text, asked.filer, incident.tags, incident.bug.created, incident.bug.id)


def _text_for(texts: Sequence[tuple[int, str]]) -> str:
    """Give the first comment that says more than a form's own words: only what is there in the hour of an alert."""
    for _, text in texts:
        if said := opening_of(text):
            return said
    return ""


def _fingerprint(tagged: Mapping[int, tuple[str, ...]]) -> str:
    digest = hashlib.sha256(repr(sorted(tagged.items())).encode()).hexdigest()[:16]
    return f"{len(tagged)}:{digest}"
