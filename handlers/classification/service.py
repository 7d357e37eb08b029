"""Assigns sections to incidents: by tag, or by text while an incident has no tag that names a section.

The model is trained on the tagged incidents of this database and on members' corrections, in another process, so that
replies do not wait for it. Before the first training, and with too few tagged incidents, only the rules are used.
"""

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime

from handlers.classification import predictions
from handlers.classification.labels import apply_labels, labels_from_corrections
from handlers.classifier.examples import Instance, TrainingExample
from handlers.classifier.explain import explain
from handlers.classifier.model import RULES_ONLY, Model
from handlers.classifier.serialization import from_bytes
from handlers.parsing.owners import OwnerDirectory
from handlers.parsing.report_forms import report_excerpt
from handlers.parsing.tags import BUILT_IN_SECTIONS
from handlers.results.status import ClassifierStatus
from storage import assignments, comments, corrections, error_log, events, incidents, models, settings
from storage.database import Database, Transaction
from storage.values.incidents import Assignment, Correction, Incident

MODEL = "sections"
REJECTED_MODEL, PROBLEM = "sections refused", "sections problem"  # setting keys
RETRAIN_THRESHOLD = 10  # new labels (tagged incidents or corrections) that make training again worthwhile

BATCH_SIZE = 100  # incidents loaded or classified at a time, so that other work is not held up

# Trains on examples, given the current model; None: the new model is worse.
Trainer = Callable[[list[TrainingExample], bytes | None], Awaitable[bytes | None]]

log = logging.getLogger(__name__)


class TrainingAborted(Exception):
    """Training was aborted; the text gives the reason as part of a sentence."""


class TrainingFailed(Exception):
    """Training failed; the reason is stored and shown in the status."""


class SectionClassifier:
    """Assigns sections to incidents, with a model trained on the staff's tags and members' corrections."""

    def __init__(self, database: Database, owners: OwnerDirectory, train: Trainer) -> None:
        self._database = database
        self._owners = owners
        self._train = train
        self._model: Model = RULES_ONLY
        self._fingerprint = ""
        self._trained_at: datetime | None = None
        self._keys = frozenset(tag.key for tag in BUILT_IN_SECTIONS)

    async def load_model(self) -> None:
        """Load the stored model; if it is truncated or of another version, a new one will be trained."""
        async with self._database.read() as transaction:
            stored = await models.find_model(transaction, MODEL)
        model = await asyncio.to_thread(from_bytes, stored[0]) if stored else None
        if stored and model:
            self._model, self._fingerprint, self._trained_at = model, stored[1], stored[2]
        else:
            self._fingerprint = ""

    async def status(self, transaction: Transaction) -> ClassifierStatus:
        """Return the state of the model, and how often the staff's tags confirmed its predictions."""
        await self._reload_if_newer(transaction)
        recent, all_time = await predictions.accuracy(transaction)
        stored = await settings.find_settings(transaction, (REJECTED_MODEL, PROBLEM))
        rejected = self._rejected_fingerprint(stored.get(REJECTED_MODEL))
        return ClassifierStatus(
            trained_at=self._trained_at if self._model.training_size else None,
            training_size=self._model.training_size or _tag_count(self._fingerprint),
            recent=recent,
            all_time=all_time,
            rejected_size=_tag_count(rejected) if rejected else None,
            problem=stored.get(PROBLEM, ""),
        )

    async def invalidate_model(self, transaction: Transaction) -> None:
        """Delete the stored model and have a new one trained: an incident in its training set is no longer public."""
        self._fingerprint = ""
        await models.delete_model(transaction, MODEL)

    async def save(self, transaction: Transaction, sections_by_bug: Mapping[int, Sequence[Assignment]]) -> None:
        """Save sections; record predictions from text, and evaluate earlier ones by the tags."""
        await assignments.save_assignments(transaction, sections_by_bug)
        trained_at = self._trained_at if self._model.training_size else None
        await predictions.record_predictions(transaction, sections_by_bug, datetime.now(UTC), trained_at)

    def classify(self, incident: Incident, texts: Sequence[tuple[int, str]]) -> tuple[Assignment, ...]:
        """Return the sections of an incident: by its tags if one names a section, else by its text."""
        if by_tag := self.sections_by_tag(incident):
            return by_tag
        return explain(self._model, self._instance(incident, texts)).assignments

    def sections_by_tag(self, incident: Incident) -> tuple[Assignment, ...]:
        """Return the sections that an incident's tags name."""
        return tuple(Assignment(tag, "tag", 1.0) for tag in incident.tags if tag in self._keys)

    async def retrain_if_due(self) -> bool:
        """Train and install a new model if enough labels changed, and classify untagged incidents again.

        Returns whether a new model was installed. Raises TrainingFailed once the failure is recorded for the status;
        the previous model stays in use.
        """
        async with self._database.read() as transaction:
            await self._reload_if_newer(transaction)
            tags = await incidents.find_tags(transaction)
            all_corrections = await corrections.find_all_corrections(transaction)
            rejected = self._rejected_fingerprint(await settings.find_setting(transaction, REJECTED_MODEL))
        tagged = {bug for bug, bug_tags in tags.items() if self._keys.intersection(bug_tags)}
        label_count = len(tagged) + len(all_corrections)
        if not label_count or not self._enough_new_labels(label_count, rejected):
            return False
        examples, fingerprint = await self._training_set(tagged, all_corrections)
        if not examples:
            return False
        async with self._database.read() as transaction:
            # read after the examples: a withdrawal in the meantime has deleted the model
            stored = await models.find_model(transaction, MODEL) if self._fingerprint else None
        try:
            data = await self._train(list(examples.values()), stored[0] if stored else None)
            model = await asyncio.to_thread(from_bytes, data) if data is not None else None
            if data is not None and model is None:
                raise ValueError("the trained model cannot be read")
        except Exception as error:
            log.exception("training the classifier failed")
            await self._record_failure(error)
            raise TrainingFailed from error
        if data is None or model is None:
            await self._record_rejection(fingerprint)
            return False
        if not await self._install_model(model, data, fingerprint, examples):
            return False
        await self.classify_pending()
        return True

    async def classify_pending(self) -> int:
        """Classify every incident marked as unclassified; return how many."""
        async with self._database.read() as transaction:
            pending = await incidents.find_unclassified(transaction)
        count = 0
        for start in range(0, len(pending), BATCH_SIZE):
            batch = pending[start : start + BATCH_SIZE]
            async with self._database.read() as transaction:
                known = await incidents.find_by_bugs(transaction, batch)
                texts = await comments.find_leading_comments(transaction, batch)
            sections = await asyncio.to_thread(self._classify_many, known, texts)
            async with self._database.transaction() as transaction:
                # a poll may have stored tags or withdrawn a bug in the meantime
                locked = await incidents.lock_incidents(transaction, batch, unclassified=True)
                await self.save(transaction, {bug: sections[bug] for bug in sections if bug in locked})
                moved = [bug for bug in locked if _membership(sections[bug]) != _membership(known[bug].sections)]
                await events.mark_incidents_stale(transaction, moved)
            count += len(locked)
        return count

    async def _reload_if_newer(self, transaction: Transaction) -> None:
        """Load the stored model if another process has trained a newer one."""
        stored_at = await models.find_trained_at(transaction, MODEL)
        if stored_at != (self._trained_at if self._fingerprint else None):
            await self.load_model()

    async def _install_model(
        self, model: Model, data: bytes, fingerprint: str, examples: Mapping[int, TrainingExample]
    ) -> bool:
        """Store and use a new model; return False if an incident in its training set is no longer public."""
        now = datetime.now(UTC)
        async with self._database.transaction() as transaction:
            locked = await incidents.lock_incidents(transaction, list(examples))
            if len(locked) < len(examples):
                return False
            tags = await incidents.find_tags(transaction)
            untagged = [bug for bug, bug_tags in tags.items() if not self._keys.intersection(bug_tags)]
            await models.save_model(transaction, MODEL, data, fingerprint, now)
            await incidents.mark_unclassified(transaction, untagged)
            await settings.save_setting(transaction, PROBLEM, "")
        self._model, self._fingerprint, self._trained_at = model, fingerprint, now
        return True

    async def _training_set(
        self, tagged: Collection[int], all_corrections: Sequence[Correction]
    ) -> tuple[dict[int, TrainingExample], str]:
        """Load the training examples, in the order of the bugs, and return them with their fingerprint.

        They are loaded in batches, so that replies do not wait.
        """
        labels = labels_from_corrections(all_corrections, self._keys)
        labelled_bugs = sorted({*tagged, *labels})
        examples: dict[int, TrainingExample] = {}
        for start in range(0, len(labelled_bugs), BATCH_SIZE):
            batch = labelled_bugs[start : start + BATCH_SIZE]
            async with self._database.read() as transaction:
                known = await incidents.find_by_bugs(transaction, batch)
                texts = await comments.find_leading_comments(transaction, batch)
            visible = {bug: known[bug] for bug in batch if known[bug].visibility == "here"}
            examples |= await asyncio.to_thread(self._to_examples, visible, texts)
        examples |= {bug: apply_labels(examples[bug], labels[bug], self._keys) for bug in labels if bug in examples}
        return examples, _fingerprint(examples, len(examples.keys() & tagged), len(all_corrections))

    def _enough_new_labels(self, label_count: int, rejected: str | None) -> bool:
        """Return whether enough labels are new since the last training or rejected model."""
        last_fingerprint = rejected or self._fingerprint
        return not last_fingerprint or abs(label_count - _label_count(last_fingerprint)) >= RETRAIN_THRESHOLD

    def _rejected_fingerprint(self, stored: str | None) -> str | None:
        """Return the fingerprint of a newer model that was rejected in favour of the current one, if any."""
        rejected = json.loads(stored or "{}")
        return rejected["from"] if rejected and rejected["than"] == self._fingerprint else None

    async def _record_rejection(self, fingerprint: str) -> None:
        """Record that a new model is worse than the current one; the training itself succeeded."""
        rejected = json.dumps({"from": fingerprint, "than": self._fingerprint})
        async with self._database.transaction() as transaction:
            await settings.save_setting(transaction, REJECTED_MODEL, rejected)
            await settings.save_setting(transaction, PROBLEM, "")

    async def _record_failure(self, error: Exception) -> None:
        """Record the first failure of a series as a problem, and show it in the status until training succeeds."""
        if isinstance(error, TrainingAborted):
            reason = str(error)
        else:
            reason = f"it failed inside Rootwatch ({type(error).__name__})"
        sentence = (
            f"Training the classifier failed: {reason}. The previous model stays in use; Rootwatch will try again."
        )
        async with self._database.transaction() as transaction:
            if not await settings.find_setting(transaction, PROBLEM):
                await error_log.record_problem(transaction, sentence, datetime.now(UTC))
            await settings.save_setting(transaction, PROBLEM, sentence)

    def _to_examples(
        self, known: Mapping[int, Incident], texts: Mapping[int, Sequence[tuple[int, str]]]
    ) -> dict[int, TrainingExample]:
        return {bug: self._to_example(incident, texts.get(bug, [])) for bug, incident in known.items()}

    def _classify_many(
        self, known: Mapping[int, Incident], texts: Mapping[int, Sequence[tuple[int, str]]]
    ) -> dict[int, tuple[Assignment, ...]]:
        return {bug: self.classify(incident, texts.get(bug, [])) for bug, incident in known.items()}

    def _instance(self, incident: Incident, texts: Sequence[tuple[int, str]]) -> Instance:
        return Instance(incident.bug.summary, _first_own_text(texts), incident.reporter)

    def _to_example(self, incident: Incident, texts: Sequence[tuple[int, str]]) -> TrainingExample:
        bug = incident.bug
        text, role = _first_own_text(texts), incident.reporter
        return TrainingExample(bug.summary, text, role, incident.tags, bug.created, bug.id)


def _first_own_text(texts: Sequence[tuple[int, str]]) -> str:
    """Return the first comment with text of its own; later comments do not exist yet when an alert is sent."""
    for _, text in texts:
        if excerpt := report_excerpt(text):
            return excerpt
    return ""


def _membership(sections: Sequence[Assignment]) -> set[tuple[str, bool]]:
    """Return in which sections an incident is by tag or text; a confidence alone is not worth an edit of an alert."""
    return {(assignment.section, assignment.confident) for assignment in sections if assignment.by != "member"}


def _tag_count(fingerprint: str) -> int:
    """Return the number of tagged incidents in a training set."""
    return int(fingerprint.partition(":")[0] or 0)


def _label_count(fingerprint: str) -> int:
    """Return the number of tagged incidents and corrections in a training set; older fingerprints lack corrections."""
    counts = fingerprint.split(":")[:-1]
    return sum(map(int, counts))


def _fingerprint(examples: Mapping[int, TrainingExample], tag_count: int, correction_count: int) -> str:
    labels = [(bug, example.tags, example.negative_sections) for bug, example in sorted(examples.items())]
    digest = hashlib.sha256(repr(labels).encode()).hexdigest()[:16]
    return f"{tag_count}:{correction_count}:{digest}"
