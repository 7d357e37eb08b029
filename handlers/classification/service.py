"""Assigns sections to incidents: by tag, or by text while an incident has no tag that names a section.

The model is trained on the tagged incidents of this database and on members' corrections, in another process, so that
replies do not wait for it. Before the first training, and with too few tagged incidents, only the rules are used.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from handlers.classification import predictions
from handlers.classification.field_hints import with_field_hints
from handlers.classification.siblings import filed_with, first_filed, load_siblings, with_sibling_tags
from handlers.classification.training_record import (
    PROBLEM,
    REJECTED_MODEL,
    TrainingAborted,
    record_failure,
    record_rejection,
    rejected_fingerprint,
)
from handlers.classification.training_sets import (
    Texts,
    label_count,
    load_training_set,
    tag_count,
    to_instance,
)
from handlers.classifier.examples import TrainingExample
from handlers.classifier.explain import explain
from handlers.classifier.model import RULES_ONLY, Model, classify, without_bugs
from handlers.classifier.serialization import from_bytes
from handlers.parsing.owners import OwnerDirectory
from handlers.parsing.tags import BUILT_IN_SECTIONS
from handlers.results.status import ClassifierStatus
from storage import assignments, comments, corrections, events, incidents, models, settings
from storage.database import Database, Transaction
from storage.values.incidents import Assignment, Incident

MODEL = "sections"
RETRAIN_THRESHOLD = 10  # new labels (tagged incidents or corrections) that make training again worthwhile

# Why staff closed a bug of which nobody needs a guess: it reports nothing, or what another one reports.
NOT_CLASSIFIED = frozenset(("invalid", "duplicate"))
MAX_GROUP = 5  # siblings that are predicted together, the first that were filed
MAX_ATTEMPTS = 3  # at classifying a batch while the model is being replaced
BATCH_SIZE = 100  # incidents loaded or classified at a time, so that other work is not held up

# Trains on examples, given the current model; None: the new model is worse.
Trainer = Callable[[list[TrainingExample], bytes | None], Awaitable[bytes | None]]

log = logging.getLogger(__name__)

__all__ = ["SectionClassifier", "TrainingAborted", "TrainingFailed"]


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
            # It may have been deleted for an incident in its training set.
            self._model, self._fingerprint = RULES_ONLY, ""

    async def status(self, transaction: Transaction) -> ClassifierStatus:
        """Return the state of the model, and how often the staff's tags confirmed its predictions."""
        await self._reload_if_newer(transaction)
        recent, all_time = await predictions.accuracy(transaction)
        stored = await settings.find_settings(transaction, (REJECTED_MODEL, PROBLEM))
        rejected = rejected_fingerprint(stored.get(REJECTED_MODEL), self._fingerprint)
        return ClassifierStatus(
            trained_at=self._trained_at if self._model.training_size else None,
            training_size=self._model.training_size or tag_count(self._fingerprint),
            recent=recent,
            all_time=all_time,
            rejected_size=tag_count(rejected) if rejected else None,
            problem=stored.get(PROBLEM, ""),
        )

    async def withdraw(self, transaction: Transaction, bugs: Collection[int]) -> None:
        """Forget incidents that are no longer public: the stored model is deleted, and a new one will be trained.

        Until then the current one does without them as neighbours. No reason names them any more; the words of
        reasons are always an incident's own.
        """
        self._fingerprint = ""
        self._model = without_bugs(self._model, bugs)
        await models.delete_model(transaction, MODEL)
        tags = await incidents.find_tags(transaction)
        untagged = [bug for bug in tags if not self._keys.intersection(tags[bug])]
        numbers = [str(bug) for bug in bugs]
        known = await incidents.find_by_bugs(transaction, untagged)
        naming = [
            bug
            for bug, incident in known.items()
            if any(number in reason for entry in incident.sections for reason in entry.reasons for number in numbers)
        ]
        if naming:
            _, sections = await self._predict(transaction, naming)
            await self._save(transaction, sections)
            await events.mark_incidents_stale(transaction, naming)

    async def save(self, transaction: Transaction, sections_by_bug: Mapping[int, Sequence[Assignment]]) -> None:
        """Save sections; record predictions from text, and evaluate earlier ones by the tags.

        Siblings whose sections may follow from these are marked as unclassified.
        """
        evaluated = await self._save(transaction, sections_by_bug)
        by_text = {bug for bug in sections_by_bug if any(entry.by == "text" for entry in sections_by_bug[bug])}
        known = await incidents.find_by_bugs(transaction, sorted(evaluated | by_text))
        siblings = await load_siblings(transaction, known.values())
        groups = ((known[bug], *group) for bug, group in siblings.items() if group)
        affected = {each.bug.id for group in groups for each in group if not self.sections_by_tag(each)}
        await incidents.mark_unclassified(transaction, sorted(affected))

    def classify(
        self, incident: Incident, texts: Texts, siblings: Sequence[tuple[Incident, Texts]] = ()
    ) -> tuple[Assignment, ...]:
        """Return the sections of an incident: by its tags if one names a section, else by its text.

        `siblings` are the incidents that were filed with it, with their texts. Those without tags are predicted
        together with it, and the tags of the others become suggestions. What staff closed as invalid or as a duplicate
        has no sections by text.
        """
        if by_tag := self.sections_by_tag(incident):
            return by_tag
        if incident.not_incident in NOT_CLASSIFIED:
            return ()
        untagged = [each for each in siblings if self._is_classified_by_text(each[0])]
        group = first_filed([(incident, texts), *untagged], MAX_GROUP)
        others = [to_instance(*each) for each in group if each[0].bug.id != incident.bug.id]
        if len(others) < len(group):
            predicted = explain(self._model, to_instance(incident, texts), others).assignments
        else:
            predicted = classify(self._model, others[0], siblings=others[1:]).assignments
            reasons = (filed_with(group[0][0].bug.id),)
            predicted = tuple(replace(assignment, reasons=reasons) for assignment in predicted)
        predicted = with_field_hints(predicted, incident.bug.summary, texts, incident.bug.created)
        return with_sibling_tags(predicted, [sibling for sibling, _ in siblings], self._keys)

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
            stored_rejection = await settings.find_setting(transaction, REJECTED_MODEL)
        rejected = rejected_fingerprint(stored_rejection, self._fingerprint)
        tagged = {bug for bug, bug_tags in tags.items() if self._keys.intersection(bug_tags)}
        labels, trained_on = len(tagged) + len(all_corrections), rejected or self._fingerprint
        if not labels or (trained_on and abs(labels - label_count(trained_on)) < RETRAIN_THRESHOLD):
            return False
        examples, fingerprint = await load_training_set(self._database, tagged, all_corrections, self._keys)
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
            await record_failure(self._database, error)
            raise TrainingFailed from error
        if data is None or model is None:
            await record_rejection(self._database, fingerprint, self._fingerprint)
            return False
        if not await self._install_model(model, data, fingerprint, examples):
            return False
        await self.classify_pending()
        return True

    async def classify_pending(self) -> int:
        """Classify every incident marked as unclassified; return how many."""
        async with self._database.read() as transaction:
            pending = await incidents.find_unclassified(transaction)
            if pending:
                await self._reload_if_newer(transaction)
        count = 0
        for start in range(0, len(pending), BATCH_SIZE):
            batch = pending[start : start + BATCH_SIZE]
            # where the model is replaced again and again, the rest waits for the next poll
            for _ in range(MAX_ATTEMPTS):
                if (classified := await self._classify_batch(batch)) is not None:
                    count += classified
                    break
        return count

    async def _classify_batch(self, batch: Sequence[int]) -> int | None:
        """Classify these incidents and return how many; None if the model was replaced meanwhile: nothing is saved."""
        model = self._model
        async with self._database.read() as transaction:
            known, sections = await self._predict(transaction, batch)
        async with self._database.transaction() as transaction:
            if self._model is not model:
                return None  # a reason may name an incident that was withdrawn from the model
            # a poll may have stored tags or withdrawn a bug in the meantime
            locked = await incidents.lock_incidents(transaction, batch, unclassified=True)
            await self._save(transaction, {bug: sections[bug] for bug in sections if bug in locked})
            moved = [bug for bug in locked if moves(known[bug].sections, sections[bug])]
            await events.mark_incidents_stale(transaction, moved)
        return len(locked)

    async def _predict(
        self, transaction: Transaction, bugs: Sequence[int]
    ) -> tuple[dict[int, Incident], dict[int, tuple[Assignment, ...]]]:
        """Return these incidents as they are stored, and the sections that follow from them and their siblings."""
        known = await incidents.find_by_bugs(transaction, bugs)
        by_text = [incident for incident in known.values() if self._is_classified_by_text(incident)]
        siblings = await load_siblings(transaction, by_text)
        related = {sibling.bug.id for group in siblings.values() for sibling in group}
        texts = await comments.find_leading_comments(transaction, sorted({*bugs, *related}))

        def classify_all() -> dict[int, tuple[Assignment, ...]]:
            return {
                bug: self.classify(
                    incident,
                    texts.get(bug, []),
                    [(sibling, texts.get(sibling.bug.id, [])) for sibling in siblings.get(bug, ())],
                )
                for bug, incident in known.items()
            }

        return known, await asyncio.to_thread(classify_all)

    def _is_classified_by_text(self, incident: Incident) -> bool:
        return not self.sections_by_tag(incident) and incident.not_incident not in NOT_CLASSIFIED

    async def _save(self, transaction: Transaction, sections_by_bug: Mapping[int, Sequence[Assignment]]) -> set[int]:
        """Save sections and predictions; return the incidents whose earlier prediction the tags evaluate now."""
        await assignments.save_assignments(transaction, sections_by_bug)
        trained_at = self._trained_at if self._model.training_size else None
        return await predictions.record_predictions(transaction, sections_by_bug, datetime.now(UTC), trained_at)

    async def _reload_if_newer(self, transaction: Transaction) -> None:
        """Load the stored model if another process has trained a newer one."""
        stored_at = await models.find_trained_at(transaction, MODEL)
        if stored_at != (self._trained_at if self._fingerprint else None):
            await self.load_model()

    async def _install_model(
        self, model: Model, data: bytes, stored: str, examples: Mapping[int, TrainingExample]
    ) -> bool:
        """Store and use a new model; return False if an incident in its training set is no longer public."""
        now = datetime.now(UTC)
        async with self._database.transaction() as transaction:
            locked = await incidents.lock_incidents(transaction, list(examples))
            if len(locked) < len(examples):
                return False
            tags = await incidents.find_tags(transaction)
            untagged = [bug for bug, bug_tags in tags.items() if not self._keys.intersection(bug_tags)]
            await models.save_model(transaction, MODEL, data, stored, now)
            await incidents.mark_unclassified(transaction, untagged)
            await settings.save_setting(transaction, PROBLEM, "")
        self._model, self._fingerprint, self._trained_at = model, stored, now
        return True


def moves(before: Sequence[Assignment], after: Sequence[Assignment]) -> bool:
    """Return whether an incident is in other sections by tag or text than before, or in one of them more surely."""
    return _membership(before) != _membership(after)


def _membership(sections: Sequence[Assignment]) -> set[tuple[str, bool]]:
    """Return in which sections an incident is by tag or text; a confidence alone is not worth an edit of an alert."""
    return {(assignment.section, assignment.confident) for assignment in sections if assignment.by != "member"}
