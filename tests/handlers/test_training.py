"""Training runs in the background, is repeatable, and installs only a model that is not worse."""

import asyncio
import multiprocessing
import os
import time
from dataclasses import replace

import pytest

import bot.app
from bot.formatting.phrases import describe_classifier
from bot.jobs.training import TrainingJob, run_with_timeout
from handlers.classification.service import TrainingAborted, TrainingFailed
from handlers.classifier.model import MODEL_VERSION, RULES_ONLY
from handlers.classifier.serialization import to_bytes
from storage import incidents, models
from tests.support.classified import CRL_TITLE, ClassifierFixture, build_bug
from tests.support.database import read
from tests.support.small_corpus import FIRST_BUG, build_app, invented_bugs, open_app, problems, small_bugzilla
from tests.support.training import FIRST_MODEL, SECOND_MODEL, ScriptedTraining


@pytest.fixture
async def classifier_fixture(database):
    return ClassifierFixture(database)


async def ingest_tagged(classifier_fixture, *numbers):
    await classifier_fixture.ingest(
        *(build_bug(number, f"{CRL_TITLE}, number {number}", "crl-failure") for number in numbers)
    )


async def train_in_killed_process():
    return await run_with_timeout(os._exit, 9)


async def test_a_new_model_classifies_the_untagged_again_at_once(classifier_fixture):
    await ingest_tagged(classifier_fixture, 1)
    await classifier_fixture.ingest(build_bug(2))
    assert (await classifier_fixture.prediction(2)).model_trained_at is None
    training = ScriptedTraining(classifier_fixture.database, FIRST_MODEL)
    assert await training.classifier.retrain_if_due()
    status = await read(training.database, training.classifier.status)
    assert (status.training_size, status.problem) == (60, "")
    assert (await classifier_fixture.prediction(2)).model_trained_at == status.trained_at
    assert await read(classifier_fixture.database, incidents.find_unclassified) == []


async def test_another_program_on_the_database_loads_the_new_model(classifier_fixture):
    await ingest_tagged(classifier_fixture, 1)
    assert (await read(classifier_fixture.database, classifier_fixture.classifier.status)).trained_at is None
    training = ScriptedTraining(classifier_fixture.database, FIRST_MODEL)
    await training.classifier.retrain_if_due()
    assert await read(classifier_fixture.database, classifier_fixture.classifier.status) == await read(
        training.database, training.classifier.status
    )
    assert not await classifier_fixture.classifier.retrain_if_due()


async def test_examples_come_in_the_order_of_the_bugs_however_they_arrived(classifier_fixture):
    numbers = [5, 250, 3, 120, 7]
    for number in numbers:
        await ingest_tagged(classifier_fixture, number)
    training = ScriptedTraining(classifier_fixture.database, FIRST_MODEL)
    await training.classifier.retrain_if_due()
    examples, current = training.calls[0]
    assert [example.bug for example in examples] == sorted(numbers)
    assert current is None


async def test_a_database_without_tags_trains_nothing_and_is_confident_of_nothing(classifier_fixture):
    await classifier_fixture.ingest(build_bug(1), build_bug(2, ""))
    training = ScriptedTraining(classifier_fixture.database)
    assert not await training.classifier.retrain_if_due()
    assert training.calls == []
    stored = await read(classifier_fixture.database, incidents.find_by_bugs, [1, 2])
    assert all(
        incident.sections and not any(assignment.confident for assignment in incident.sections)
        for incident in stored.values()
    )


async def test_when_all_tags_are_gone_the_model_trained_on_them_still_predicts(classifier_fixture):
    await ingest_tagged(classifier_fixture, 1, 2)
    training = ScriptedTraining(classifier_fixture.database, FIRST_MODEL)
    await training.classifier.retrain_if_due()
    await classifier_fixture.ingest(build_bug(1, CRL_TITLE), build_bug(2, CRL_TITLE))
    assert not await training.classifier.retrain_if_due()
    assert (await read(training.database, training.classifier.status)).training_size == 60
    stored = await read(classifier_fixture.database, incidents.find_by_bugs, [1])
    assert [assignment.by for assignment in stored[1].sections] == ["text"]


async def test_a_killed_process_is_reported_once_and_the_old_model_stays(classifier_fixture):
    await ingest_tagged(classifier_fixture, 1)
    results = (FIRST_MODEL, train_in_killed_process, train_in_killed_process, SECOND_MODEL)
    training = ScriptedTraining(classifier_fixture.database, *results)
    await training.classifier.retrain_if_due()
    before = await read(training.database, training.classifier.status)
    await ingest_tagged(classifier_fixture, *range(2, 12))
    for _ in range(2):
        with pytest.raises(TrainingFailed):
            await training.classifier.retrain_if_due()
    status = await read(training.database, training.classifier.status)
    assert status == replace(before, problem=status.problem)
    assert "its process was ended before it was done" in describe_classifier(status)
    assert await training.problems() == [status.problem]
    assert await training.classifier.retrain_if_due()
    after = await read(training.database, training.classifier.status)
    assert (after.training_size, after.problem) == (70, "")


async def test_a_rejected_candidate_leaves_the_old_model_and_is_not_tried_again_too_soon(classifier_fixture):
    await ingest_tagged(classifier_fixture, 1)
    training = ScriptedTraining(classifier_fixture.database, FIRST_MODEL, None, SECOND_MODEL)
    await training.classifier.retrain_if_due()
    before = await read(training.database, training.classifier.status)
    await ingest_tagged(classifier_fixture, *range(2, 12))
    assert not await training.classifier.retrain_if_due()
    assert training.calls[1][1] == FIRST_MODEL
    status = await read(training.database, training.classifier.status)
    assert status == replace(before, rejected_size=11)
    assert "A newer model from 11 incidents did worse in validation and was rejected." in describe_classifier(status)
    await ingest_tagged(classifier_fixture, *range(12, 21))
    second_training = ScriptedTraining(classifier_fixture.database, SECOND_MODEL)
    assert not await second_training.classifier.retrain_if_due()
    await ingest_tagged(classifier_fixture, 21)
    assert await second_training.classifier.retrain_if_due()
    assert (await read(second_training.database, second_training.classifier.status)).rejected_size is None


async def test_a_model_that_cannot_be_read_is_not_installed(classifier_fixture):
    await ingest_tagged(classifier_fixture, 1)
    training = ScriptedTraining(classifier_fixture.database, b"garbage")
    with pytest.raises(TrainingFailed):
        await training.classifier.retrain_if_due()
    assert "failed inside Rootwatch (ValueError)" in (await read(training.database, training.classifier.status)).problem
    assert await read(classifier_fixture.database, models.find_model, "sections") is None


async def test_a_model_of_an_earlier_version_is_not_used_and_trained_again_at_the_next_start(classifier_fixture):
    await ingest_tagged(classifier_fixture, 1)
    database = classifier_fixture.database
    await ScriptedTraining(database, FIRST_MODEL).classifier.retrain_if_due()
    older_model = to_bytes(replace(RULES_ONLY, training_size=60, version=MODEL_VERSION - 1))
    async with database.transaction() as transaction:
        _, fingerprint, trained_at = await models.find_model(transaction, "sections")
        await models.save_model(transaction, "sections", older_model, fingerprint, trained_at)
    after_update = ScriptedTraining(database, SECOND_MODEL)
    await after_update.classifier.load_model()
    assert (await read(database, after_update.classifier.status)).trained_at is None
    assert await after_update.classifier.retrain_if_due()
    assert (await read(database, after_update.classifier.status)).training_size == 70


async def test_a_model_trained_on_a_bug_that_is_restricted_by_now_is_dropped(classifier_fixture):
    await ingest_tagged(classifier_fixture, 1, 2)

    async def restrict_during_training():
        await classifier_fixture.bug_ingest.mark_unavailable({2: "restricted"})
        return FIRST_MODEL

    training = ScriptedTraining(classifier_fixture.database, restrict_during_training, SECOND_MODEL)
    assert not await training.classifier.retrain_if_due()
    assert await read(classifier_fixture.database, models.find_model, "sections") is None
    assert await training.classifier.retrain_if_due()
    assert len(training.calls[1][0]) == 1


async def test_tags_that_come_during_training_are_not_lost(classifier_fixture):
    await ingest_tagged(classifier_fixture, 1)
    await classifier_fixture.ingest(build_bug(2))

    async def tag_during_training():
        await ingest_tagged(classifier_fixture, 2)
        return FIRST_MODEL

    await ScriptedTraining(classifier_fixture.database, tag_during_training).classifier.retrain_if_due()
    incident = (await read(classifier_fixture.database, incidents.find_by_bugs, [2]))[2]
    assert [(assignment.section, assignment.by) for assignment in incident.sections] == [("crl-failure", "tag")]
    assert (await classifier_fixture.prediction(2)).confirmed


async def test_after_a_kill_the_next_start_trains_again(classifier_fixture):
    await ingest_tagged(classifier_fixture, 1)
    training = ScriptedTraining(classifier_fixture.database, asyncio.Event().wait)
    task = asyncio.create_task(training.classifier.retrain_if_due())
    while not training.calls:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait({task})
    second_training = ScriptedTraining(classifier_fixture.database, FIRST_MODEL)
    await second_training.classifier.load_model()
    assert await second_training.classifier.retrain_if_due()
    assert second_training.calls == training.calls


async def test_after_a_failure_it_does_not_try_by_itself_in_a_tight_loop(classifier_fixture):
    await ingest_tagged(classifier_fixture, 1)
    training = ScriptedTraining(classifier_fixture.database, train_in_killed_process, FIRST_MODEL)
    job = TrainingJob(training.classifier, lambda sentence: asyncio.sleep(0))
    for _ in range(3):
        job.trigger()
        await job.wait_idle()
    assert len(training.calls) == 1
    await job.run_pending()
    assert len(training.calls) == 2


async def test_no_poll_waits_for_training_and_stopping_ends_it(database_url, monkeypatch):
    started, ended = asyncio.Event(), asyncio.Event()

    async def train_forever(examples, current):
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    monkeypatch.setattr(bot.app, "train_in_subprocess", train_forever)
    async with small_bugzilla(invented_bugs(whiteboard="[ca-compliance] [crl-failure]")) as (bugzilla, url):
        app = await open_app(build_app(database_url, url, BUGZILLA__POLL_SECONDS="1"))
        await app.start_schedule()
        await asyncio.wait_for(started.wait(), 60)
        new_bug = bugzilla.file_bug("Entrust: While it learns", "It went wrong.")
        async with asyncio.timeout(60):
            while new_bug not in await read(app.database, incidents.find_ids):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        assert not ended.is_set()
        await app.stop()
        assert ended.is_set()
        assert await problems(app) == []
        await app.close()


async def test_sync_waits_for_training_and_a_failure_is_seen_in_status(database_url, monkeypatch):
    async def fail_training(examples, current):
        raise RuntimeError("what was read stays unsaid")

    monkeypatch.setattr(bot.app, "train_in_subprocess", fail_training)
    async with small_bugzilla(invented_bugs(whiteboard="[ca-compliance] [crl-failure]")) as (_, url):
        app = await open_app(build_app(database_url, url))
        assert not (await app.poll()).failed
        status = await app.use_cases.status.status()
        assert "Training the classifier failed: it failed inside Rootwatch (RuntimeError)" in (
            status.classifier.problem
        )
        assert [sentence for _, sentence in status.errors] == [status.classifier.problem]
        assert (await read(app.database, incidents.find_by_bugs, [FIRST_BUG]))[FIRST_BUG].sections
        await app.close()


async def test_a_training_without_end_is_ended_with_its_process():
    with pytest.raises(TrainingAborted, match="took longer than"):
        await run_with_timeout(time.sleep, 60, timeout_seconds=1)
    async with asyncio.timeout(60):
        while multiprocessing.active_children():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
