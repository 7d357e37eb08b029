"""Which sections an incident is in: by its tags, and by its text while it has none that name a section.

The classifier behind it learns from the tagged incidents of this database, and from what members said of sections, in
another process, so that no answer waits for it; until it has learned, and where there are too few tagged incidents,
rules alone decide.
"""

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime

from handlers.classification import predictions
from handlers.classification.labels import lessons_of, taught
from handlers.classifier.examples import Example, Question
from handlers.classifier.explain import explain
from handlers.classifier.model import RULES_ALONE, Model
from handlers.classifier.serialization import from_bytes
from handlers.parsing.owners import OwnerTable
from handlers.parsing.people import filer_of
from handlers.parsing.report_forms import opening_of
from handlers.parsing.tags import CANONICAL
from handlers.results import ClassifierStatus
from storage import assignments, corrections, incidents, settings, sources
from storage.database import Connection, Database
from storage.values.incidents import Assignment, Correction, Filer, Incident

MODEL = "sections"
REFUSED, PROBLEM = "sections refused", "sections problem"  # settings
FEW_NEW_TAGS = 10  # so many incidents tagged anew, or words of members, make it worth learning again

AT_ONCE = 100  # incidents read or sorted before others have their turn

# learns from examples and is given the model so far; None: the new one is worse
Learn = Callable[[list[Example], bytes | None], Awaitable[bytes | None]]

log = logging.getLogger(__name__)


class LearningEnded(Exception):
    """Learning came to no end; the text says why, as a part of a sentence."""


class CouldNotLearn(Exception):
    """Learning failed; why is kept for status."""


class Sorter:
    """Sorts incidents into sections and learns how, from the tags that staff gave and the words of members."""

    def __init__(self, database: Database, owners: OwnerTable, learn: Learn) -> None:
        self._database = database
        self._owners = owners
        self._learn = learn
        self._model: Model = RULES_ALONE
        self._learned_from = ""
        self._learned: datetime | None = None
        self._keys = frozenset(tag.key for tag in CANONICAL)

    async def open(self) -> None:
        """Take up the model that is stored; one cut short or of another version is learned anew."""
        kept = await settings.find_model(self._database, MODEL)
        model = await asyncio.to_thread(from_bytes, kept[0]) if kept else None
        if kept and model:
            self._model, self._learned_from, self._learned = model, kept[1], kept[2]
        else:
            self._learned_from = ""

    async def status(self) -> ClassifierStatus:
        """Tell what was learned, and how often staff's tags confirmed the guesses."""
        await self._keep_up()
        lately, ever = await predictions.count_confirmed(self._database)
        refused = await self._refused()
        return ClassifierStatus(
            learned=self._learned if self._model.learned_from else None,
            learned_from=self._model.learned_from or _count(self._learned_from),
            lately=lately,
            ever=ever,
            refused_from=_count(refused) if refused else None,
            problem=await settings.find_setting(self._database, PROBLEM) or "",
        )

    async def forget(self, connection: Connection) -> None:
        """Learn anew at the next occasion: an incident that it learned from is no longer public."""
        self._learned_from = ""
        await settings.forget_model(self._database, connection, MODEL)

    async def keep(self, connection: Connection, sorted_: Mapping[int, Sequence[Assignment]]) -> None:
        """Store sections, with what the text guessed, or with what staff's tags say of the guess before them."""
        await assignments.keep_sections(self._database, connection, sorted_)
        model = self._learned if self._model.learned_from else None
        await predictions.follow(self._database, connection, sorted_, datetime.now(UTC), model)

    def sections_of(self, incident: Incident, texts: Sequence[tuple[int, str]]) -> tuple[Assignment, ...]:
        """Sort one incident: by tag where a tag names a section, else by text."""
        if tagged := self.sections_by_tag(incident):
            return tagged
        return explain(self._model, self._question(incident, texts)).sections

    def sections_by_tag(self, incident: Incident) -> tuple[Assignment, ...]:
        """Give the sections that an incident's tags name."""
        return tuple(Assignment(tag, "tag", 1.0) for tag in incident.tags if tag in self._keys)

    async def learn_if_due(self) -> bool:
        """Learn again where tags and words have changed enough, and sort what has no tag again; tells whether it did.

        Raises CouldNotLearn, once status knows of it; what was learned before stays.
        """
        await self._keep_up()
        tags = await incidents.find_tags(self._database)
        tagged = {bug for bug, given in tags.items() if self._keys.intersection(given)}
        words = await corrections.find_all_corrections(self._database)
        if not (tagged or words) or not await self._worth_it(len(tagged) + len(words)):
            return False
        examples, fingerprint = await self._examples(tagged, words)
        if not examples:
            return False
        kept = await settings.find_model(self._database, MODEL) if self._learned_from else None
        try:
            data = await self._learn(list(examples.values()), kept[0] if kept else None)
            model = await asyncio.to_thread(from_bytes, data) if data is not None else None
            if data is not None and model is None:
                raise ValueError("what was learned cannot be read")
        except Exception as error:
            log.exception("learning from tags failed")
            await self._note_failure(error)
            raise CouldNotLearn from error
        if data is None or model is None:
            note = json.dumps({"from": fingerprint, "than": self._learned_from})
            await settings.keep_setting(self._database, REFUSED, note)
        elif not await self._take(model, data, fingerprint, examples):
            return False
        await settings.keep_setting(self._database, PROBLEM, "")
        if model is not None:
            await self.sort_all()
        return model is not None

    async def sort_all(self) -> int:
        """Sort every incident that waits for it; gives how many."""
        waiting = await incidents.find_unclassified(self._database)
        done = 0
        for start in range(0, len(waiting), AT_ONCE):
            chunk = waiting[start : start + AT_ONCE]
            found = await incidents.find_by_bugs(self._database, chunk)
            texts = await incidents.find_texts(self._database, chunk)
            sorted_ = await asyncio.to_thread(self._sort, found, texts)
            async with self._database.writing() as connection:
                # meanwhile a poll may have brought tags, or a bug may have been withdrawn
                held = await incidents.hold_incidents(self._database, connection, chunk, unclassified=True)
                await self.keep(connection, {bug: sections for bug, sections in sorted_.items() if bug in held})
            done += len(held)
        return done

    async def _keep_up(self) -> None:
        """Take up what another process has learned."""
        if await settings.find_learned(self._database, MODEL) != (self._learned if self._learned_from else None):
            await self.open()

    async def _take(self, model: Model, data: bytes, fingerprint: str, examples: Mapping[int, Example]) -> bool:
        """Put a new model in the place of the old one, unless what it learned from is no longer public."""
        now = datetime.now(UTC)
        tags = await incidents.find_tags(self._database)
        untagged = [bug for bug, given in tags.items() if not self._keys.intersection(given)]
        async with self._database.writing() as connection:
            held = await incidents.hold_incidents(self._database, connection, list(examples))
            if len(held) < len(examples):
                return False
            await settings.keep_model(self._database, connection, MODEL, data, fingerprint, now)
            await incidents.mark_unclassified(self._database, connection, untagged)
        self._model, self._learned_from, self._learned = model, fingerprint, now
        return True

    async def _examples(self, tagged: Collection[int], words: Sequence[Correction]) -> tuple[dict[int, Example], str]:
        """Read what is to be learned from, in the order of the bugs, and name it; no part of it holds up an answer."""
        lessons = lessons_of(words, self._keys)
        known = sorted({*tagged, *lessons})
        examples: dict[int, Example] = {}
        for start in range(0, len(known), AT_ONCE):
            chunk = known[start : start + AT_ONCE]
            found = await incidents.find_by_bugs(self._database, chunk)
            texts = await incidents.find_texts(self._database, chunk)
            here = {bug: found[bug] for bug in chunk if found[bug].standing == "here"}
            examples |= await asyncio.to_thread(self._examples_of, here, texts)
        examples |= {bug: taught(examples[bug], lessons[bug], self._keys) for bug in lessons if bug in examples}
        return examples, _fingerprint(examples, len(examples.keys() & tagged), len(words))

    async def _worth_it(self, told: int) -> bool:
        """Tell whether enough was told, by tag or by word, since a model was learned last, or a newer one refused."""
        before = await self._refused() or self._learned_from
        return not before or abs(told - _told(before)) >= FEW_NEW_TAGS

    async def _refused(self) -> str | None:
        """Name what a newer model was learned from that was no better than this one; None if there was none."""
        note = json.loads(await settings.find_setting(self._database, REFUSED) or "{}")
        return note["from"] if note and note["than"] == self._learned_from else None

    async def _note_failure(self, error: Exception) -> None:
        """Tell once that learning fails, and keep it in sight until it works again."""
        why = str(error) if isinstance(error, LearningEnded) else f"it failed inside Rootwatch ({type(error).__name__})"
        sentence = f"The classifier could not learn again: {why}. What it learned before stays; it tries again."
        if not await settings.find_setting(self._database, PROBLEM):
            await sources.note_problem(self._database, sentence, datetime.now(UTC))
        await settings.keep_setting(self._database, PROBLEM, sentence)

    def _examples_of(
        self, found: Mapping[int, Incident], texts: Mapping[int, Sequence[tuple[int, str]]]
    ) -> dict[int, Example]:
        return {bug: self._example(one, texts.get(bug, [])) for bug, one in found.items()}

    def _sort(
        self, found: Mapping[int, Incident], texts: Mapping[int, Sequence[tuple[int, str]]]
    ) -> dict[int, tuple[Assignment, ...]]:
        return {bug: self.sections_of(one, texts.get(bug, [])) for bug, one in found.items()}

    def _question(self, incident: Incident, texts: Sequence[tuple[int, str]]) -> Question:
        return Question(incident.bug.summary, _text_for(texts), self._filer(incident))

    def _example(self, incident: Incident, texts: Sequence[tuple[int, str]]) -> Example:
        bug = incident.bug
        return Example(bug.summary, _text_for(texts), self._filer(incident), incident.tags, bug.created, bug.id)

    def _filer(self, incident: Incident) -> Filer:
        return filer_of(incident.bug.creator, incident.bug.assignee, incident.ca, self._owners)


def _text_for(texts: Sequence[tuple[int, str]]) -> str:
    """Give the first comment that says more than a form's own words: only what is there in the hour of an alert."""
    for _, text in texts:
        if said := opening_of(text):
            return said
    return ""


def _count(fingerprint: str) -> int:
    """Count the tagged incidents that a model was learned from."""
    return int(fingerprint.partition(":")[0] or 0)


def _told(fingerprint: str) -> int:
    """Count the tagged incidents and the words that a model was learned from; older ones knew no words."""
    counts = fingerprint.split(":")[:-1]
    return sum(map(int, counts))


def _fingerprint(examples: Mapping[int, Example], tagged: int, words: int) -> str:
    told = [(bug, one.tags, one.against) for bug, one in sorted(examples.items())]
    digest = hashlib.sha256(repr(told).encode()).hexdigest()[:16]
    return f"{tagged}:{words}:{digest}"
