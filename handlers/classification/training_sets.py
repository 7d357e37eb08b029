"""Incidents as the classifier sees them, and how a training set is recognised again."""

import asyncio
import hashlib
from collections.abc import Collection, Mapping, Sequence

from handlers.classification.labels import apply_labels, labels_from_corrections
from handlers.classifier.examples import Instance, TrainingExample
from handlers.parsing.report_forms import extract_report_text
from storage import comments, incidents
from storage.database import Database
from storage.values.incidents import Correction, Incident

BATCH_SIZE = 100  # incidents loaded at a time, so that replies do not wait
Texts = Sequence[tuple[int, str]]  # comments as (number, text)


def to_instance(incident: Incident, texts: Texts) -> Instance:
    """Return an incident as the classifier predicts for it."""
    return Instance(incident.bug.summary, _first_own_text(texts), incident.bug.id)


async def load_training_set(
    database: Database, tagged: Collection[int], corrections: Sequence[Correction], sections: Collection[str]
) -> tuple[dict[int, TrainingExample], str]:
    """Load the training examples, in the order of the bugs, and return them with their fingerprint.

    `tagged` are the incidents whose tags name one of the `sections`.
    """
    labels = labels_from_corrections(corrections, sections)
    labelled_bugs = sorted({*tagged, *labels})
    examples: dict[int, TrainingExample] = {}
    for start in range(0, len(labelled_bugs), BATCH_SIZE):
        batch = labelled_bugs[start : start + BATCH_SIZE]
        async with database.read() as transaction:
            known = await incidents.find_by_bugs(transaction, batch)
            texts = await comments.find_leading_comments(transaction, batch)
        visible = {bug: known[bug] for bug in batch if known[bug].visibility == "here"}
        examples |= await asyncio.to_thread(_to_examples, visible, texts)
    examples |= {bug: apply_labels(examples[bug], labels[bug], sections) for bug in labels if bug in examples}
    return examples, _fingerprint(examples, len(examples.keys() & set(tagged)), len(corrections))


def tag_count(stored: str) -> int:
    """Return the number of tagged incidents in the training set of a fingerprint."""
    return int(stored.partition(":")[0] or 0)


def label_count(stored: str) -> int:
    """Return the number of tagged incidents and corrections in it; older fingerprints lack corrections."""
    return sum(map(int, stored.split(":")[:-1]))


def _to_examples(known: Mapping[int, Incident], texts: Mapping[int, Texts]) -> dict[int, TrainingExample]:
    return {
        bug: TrainingExample(
            incident.bug.summary, _first_own_text(texts.get(bug, [])), incident.tags, incident.bug.created, bug
        )
        for bug, incident in known.items()
    }


def _fingerprint(examples: Mapping[int, TrainingExample], tagged_count: int, correction_count: int) -> str:
    labels = [(bug, example.tags, example.negative_sections) for bug, example in sorted(examples.items())]
    digest = hashlib.sha256(repr(labels).encode()).hexdigest()[:16]
    return f"{tagged_count}:{correction_count}:{digest}"


def _first_own_text(texts: Texts) -> str:
    """Return the first comment with text of its own; later comments do not exist yet when an alert is sent."""
    return next((report_text for _, text in texts if (report_text := extract_report_text(text))), "")
