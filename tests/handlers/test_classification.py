"""What the stored sections of an incident follow from beside its text: siblings, resolutions, withdrawn incidents."""

import asyncio
import threading
from dataclasses import replace

import pytest

from handlers.classification.service import BATCH_SIZE, SectionClassifier
from handlers.classifier.serialization import to_bytes
from handlers.classifier.training import train
from storage import incidents
from tests.support.classified import CRL_TITLE, ClassifierFixture, build_bug
from tests.support.classifier import KINDS, examples
from tests.support.database import read
from tests.support.training import ScriptedTraining

FINDING = "Finding {} of our assessment"


@pytest.fixture
async def classifier_fixture(database):
    return ClassifierFixture(database)


async def sections_of(fixture, number):
    """Return (section, confident, reasons) of an incident's sections."""
    stored = await read(fixture.database, incidents.find_by_bugs, [number])
    return [(entry.section, entry.confident, entry.reasons) for entry in stored[number].sections]


async def test_a_tag_is_the_first_suggestion_of_what_was_filed_with_it(classifier_fixture):
    await classifier_fixture.ingest(build_bug(1, FINDING.format(1)), build_bug(2, FINDING.format(2)))
    before = await sections_of(classifier_fixture, 2)
    await classifier_fixture.ingest(build_bug(1, FINDING.format(1), "policy-failure"))
    await classifier_fixture.classifier.classify_pending()
    after = await sections_of(classifier_fixture, 2)
    assert before[0][0] != "policy-failure"
    assert after[0] == ("policy-failure", False, ("like bug 1, filed with it",))
    await classifier_fixture.ingest(build_bug(1, FINDING.format(1)))
    await classifier_fixture.classifier.classify_pending()
    assert await sections_of(classifier_fixture, 2) == before


async def test_a_hundred_near_copies_get_one_prediction(classifier_fixture):
    await classifier_fixture.ingest(*(build_bug(number, f"{CRL_TITLE}, part {number}") for number in range(1, 101)))
    assert await classifier_fixture.classifier.classify_pending() == BATCH_SIZE
    predictions = {
        tuple(entry[:2] for entry in await sections_of(classifier_fixture, number)) for number in (1, 50, 100)
    }
    assert len(predictions) == 1
    assert await classifier_fixture.classifier.classify_pending() == 0


@pytest.mark.parametrize("resolution", ["INVALID", "DUPLICATE"])
@pytest.mark.parametrize("with_comments", [True, False])
async def test_nobody_guesses_what_staff_closed_as_no_incident_until_it_is_reopened(
    classifier_fixture, resolution, with_comments
):
    await classifier_fixture.ingest(build_bug(1))
    before = await sections_of(classifier_fixture, 1)
    closed = replace(build_bug(1), status="RESOLVED", resolution=resolution, is_open=False)
    await classifier_fixture.ingest(closed, with_comments=with_comments)
    await classifier_fixture.classifier.classify_pending()
    assert await sections_of(classifier_fixture, 1) == []
    await classifier_fixture.ingest(build_bug(1), with_comments=with_comments)
    await classifier_fixture.classifier.classify_pending()
    assert await sections_of(classifier_fixture, 1) == before


async def test_what_staff_closed_as_a_duplicate_keeps_its_tags(classifier_fixture):
    closed = replace(build_bug(1, CRL_TITLE, "crl-failure"), status="RESOLVED", resolution="DUPLICATE", is_open=False)
    await classifier_fixture.ingest(closed)
    assert await sections_of(classifier_fixture, 1) == [("crl-failure", True, ())]


async def test_no_reason_names_a_restricted_incident_from_then_on(classifier_fixture):
    numbered = [replace(example, bug=1_700_000 + number) for number, example in enumerate(examples())]
    model = train(numbered)
    neighbours_alone = replace(model, weights=tuple(type(row)("f", bytes(4 * len(row))) for row in model.weights))
    training = ScriptedTraining(classifier_fixture.database, to_bytes(neighbours_alone))
    title = KINDS["crl-failure"][0].format("stale")
    bug_ingest = classifier_fixture.bug_ingest
    bug_ingest._classifier = training.classifier
    await classifier_fixture.ingest(build_bug(1, CRL_TITLE, "crl-failure"), build_bug(2, title))
    assert await training.classifier.retrain_if_due()
    reason = (await sections_of(classifier_fixture, 2))[0][2][0]
    named = int(reason.split()[2].strip(","))
    await bug_ingest.mark_unavailable({named: "restricted"})
    assert all(
        str(named) not in reason for _, _, reasons in await sections_of(classifier_fixture, 2) for reason in reasons
    )
    await training.classifier.classify_pending()
    assert str(named) not in repr(await sections_of(classifier_fixture, 2))


class PausedClassifier(SectionClassifier):
    """A classifier that pauses after its first prediction from a trained model until `resume` is set."""

    def __init__(self, *args):
        super().__init__(*args)
        self.predicted, self.resume = threading.Event(), threading.Event()

    def classify(self, *args):
        """Classify as usual, then wait."""
        sections = super().classify(*args)
        if self._model.neighbour_index.bugs:
            self.predicted.set()
            self.resume.wait(10)
        return sections


async def test_no_reason_names_an_incident_that_is_restricted_during_classification(classifier_fixture):
    numbered = [replace(example, bug=1_700_000 + number) for number, example in enumerate(examples())]
    model = train(numbered)
    data = to_bytes(replace(model, weights=tuple(type(row)("f", bytes(4 * len(row))) for row in model.weights)))

    async def trainer(_examples, _current):
        return data

    classifier = PausedClassifier(classifier_fixture.database, classifier_fixture.classifier._owners, trainer)
    classifier_fixture.bug_ingest._classifier = classifier
    title = KINDS["crl-failure"][0].format("stale")
    await classifier_fixture.ingest(build_bug(1, CRL_TITLE, "crl-failure"), build_bug(2, title))
    training = asyncio.create_task(classifier.retrain_if_due())
    await asyncio.to_thread(classifier.predicted.wait, 10)
    await classifier_fixture.bug_ingest.mark_unavailable({example.bug: "restricted" for example in numbered})
    classifier.resume.set()
    assert await training
    stored = await sections_of(classifier_fixture, 2)
    assert stored
    assert "like bug" not in repr(stored)
