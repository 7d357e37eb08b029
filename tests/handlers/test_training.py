"""Learning again: beside everything else, the same from the same tags, and taken only where it went well."""

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
from storage import incidents, models
from tests.support.classified import CRL_TITLE, ClassifiedDatabase, build_bug
from tests.support.small_corpus import FIRST_BUG, build_app, invented_bugs, open_app, problems, small_bugzilla
from tests.support.training import FIRST_MODEL, SECOND_MODEL, ScriptedTraining


@pytest.fixture
async def classified(database):
    return ClassifiedDatabase(database)


async def tag(classified, *numbers):
    await classified.ingest(*(build_bug(number, f"{CRL_TITLE}, number {number}", "crl-failure") for number in numbers))


async def killed():
    return await run_with_timeout(os._exit, 9)


async def test_what_is_learned_sorts_the_untagged_again_in_the_same_go(classified):
    await tag(classified, 1)
    await classified.ingest(build_bug(2))
    assert (await classified.prediction(2)).model_trained_at is None
    training = ScriptedTraining(classified.database, FIRST_MODEL)
    assert await training.classifier.retrain_if_due()
    status = await training.classifier.status()
    assert (status.training_size, status.problem) == (60, "")
    assert (await classified.prediction(2)).model_trained_at == status.trained_at
    assert await incidents.find_unclassified(classified.database) == []


async def test_another_program_on_the_database_takes_up_what_was_learned(classified):
    await tag(classified, 1)
    assert (await classified.classifier.status()).trained_at is None
    training = ScriptedTraining(classified.database, FIRST_MODEL)
    await training.classifier.retrain_if_due()
    assert await classified.classifier.status() == await training.classifier.status()
    assert not await classified.classifier.retrain_if_due()


async def test_examples_come_in_the_order_of_the_bugs_however_they_arrived(classified):
    numbers = [5, 250, 3, 120, 7]
    for number in numbers:
        await tag(classified, number)
    training = ScriptedTraining(classified.database, FIRST_MODEL)
    await training.classifier.retrain_if_due()
    examples, current = training.calls[0]
    assert [one.bug for one in examples] == sorted(numbers)
    assert current is None


async def test_a_database_without_tags_learns_nothing_and_is_sure_of_nothing(classified):
    await classified.ingest(build_bug(1), build_bug(2, ""))
    training = ScriptedTraining(classified.database)
    assert not await training.classifier.retrain_if_due()
    assert training.calls == []
    found = await incidents.find_by_bugs(classified.database, [1, 2])
    assert all(one.sections and not any(part.confident for part in one.sections) for one in found.values())


async def test_when_all_tags_are_gone_what_was_learned_from_them_still_answers(classified):
    await tag(classified, 1, 2)
    training = ScriptedTraining(classified.database, FIRST_MODEL)
    await training.classifier.retrain_if_due()
    await classified.ingest(build_bug(1, CRL_TITLE), build_bug(2, CRL_TITLE))
    assert not await training.classifier.retrain_if_due()
    assert (await training.classifier.status()).training_size == 60
    found = await incidents.find_by_bugs(classified.database, [1])
    assert [part.by for part in found[1].sections] == ["text"]


async def test_a_killed_process_is_told_once_and_the_old_model_stays(classified):
    await tag(classified, 1)
    ends = (FIRST_MODEL, killed, killed, SECOND_MODEL)
    training = ScriptedTraining(classified.database, *ends)
    await training.classifier.retrain_if_due()
    before = await training.classifier.status()
    await tag(classified, *range(2, 12))
    for _ in range(2):
        with pytest.raises(TrainingFailed):
            await training.classifier.retrain_if_due()
    status = await training.classifier.status()
    assert status == replace(before, problem=status.problem)
    assert "its process was ended before it was done" in describe_classifier(status)
    assert await training.problems() == [status.problem]
    assert await training.classifier.retrain_if_due()
    after = await training.classifier.status()
    assert (after.training_size, after.problem) == (70, "")


async def test_a_refused_candidate_keeps_the_old_model_and_is_not_tried_again_too_soon(classified):
    await tag(classified, 1)
    training = ScriptedTraining(classified.database, FIRST_MODEL, None, SECOND_MODEL)
    await training.classifier.retrain_if_due()
    before = await training.classifier.status()
    await tag(classified, *range(2, 12))
    assert not await training.classifier.retrain_if_due()
    assert training.calls[1][1] == FIRST_MODEL
    status = await training.classifier.status()
    assert status == replace(before, rejected_size=11)
    assert "A newer model from 11 incidents did worse in validation and was rejected." in describe_classifier(status)
    await tag(classified, *range(12, 21))
    again = ScriptedTraining(classified.database, SECOND_MODEL)
    assert not await again.classifier.retrain_if_due()
    await tag(classified, 21)
    assert await again.classifier.retrain_if_due()
    assert (await again.classifier.status()).rejected_size is None


async def test_what_cannot_be_read_is_not_taken(classified):
    await tag(classified, 1)
    training = ScriptedTraining(classified.database, b"garbage")
    with pytest.raises(TrainingFailed):
        await training.classifier.retrain_if_due()
    assert "failed inside Rootwatch (ValueError)" in (await training.classifier.status()).problem
    assert await models.find_model(classified.database, "sections") is None


async def test_what_was_learned_from_a_bug_that_is_restricted_by_now_is_dropped(classified):
    await tag(classified, 1, 2)

    async def meanwhile():
        await classified.bug_ingest.mark_unavailable({2: "restricted"})
        return FIRST_MODEL

    training = ScriptedTraining(classified.database, meanwhile, SECOND_MODEL)
    assert not await training.classifier.retrain_if_due()
    assert await models.find_model(classified.database, "sections") is None
    assert await training.classifier.retrain_if_due()
    assert len(training.calls[1][0]) == 1


async def test_tags_that_come_while_it_learns_are_not_lost(classified):
    await tag(classified, 1)
    await classified.ingest(build_bug(2))

    async def meanwhile():
        await tag(classified, 2)
        return FIRST_MODEL

    await ScriptedTraining(classified.database, meanwhile).classifier.retrain_if_due()
    found = (await incidents.find_by_bugs(classified.database, [2]))[2]
    assert [(one.section, one.by) for one in found.sections] == [("crl-failure", "tag")]
    assert (await classified.prediction(2)).confirmed


async def test_after_a_kill_the_next_start_learns_again(classified):
    await tag(classified, 1)
    training = ScriptedTraining(classified.database, asyncio.Event().wait)
    lesson = asyncio.create_task(training.classifier.retrain_if_due())
    while not training.calls:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    lesson.cancel()
    await asyncio.wait({lesson})
    next_start = ScriptedTraining(classified.database, FIRST_MODEL)
    await next_start.classifier.open()
    assert await next_start.classifier.retrain_if_due()
    assert next_start.calls == training.calls


async def test_after_a_failure_it_does_not_try_by_itself_in_a_tight_loop(classified):
    await tag(classified, 1)
    training = ScriptedTraining(classified.database, killed, FIRST_MODEL)
    learning = TrainingJob(training.classifier, lambda sentence: asyncio.sleep(0))
    for _ in range(3):
        learning.trigger()
        await learning.wait_idle()
    assert len(training.calls) == 1
    await learning.run_pending()
    assert len(training.calls) == 2


async def test_no_poll_waits_for_learning_and_stopping_ends_it(database_url, monkeypatch):
    started, ended = asyncio.Event(), asyncio.Event()

    async def endless(examples, current):
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    monkeypatch.setattr(bot.app, "train_in_subprocess", endless)
    async with small_bugzilla(invented_bugs(whiteboard="[ca-compliance] [crl-failure]")) as (small, url):
        app = await open_app(build_app(database_url, url, BUGZILLA__POLL_SECONDS="1"))
        await app.start_schedule()
        await asyncio.wait_for(started.wait(), 20)
        new = small.file_bug("Entrust: While it learns", "It went wrong.")
        async with asyncio.timeout(20):
            while new not in await incidents.find_ids(app.database):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        assert not ended.is_set()
        await app.stop()
        assert ended.is_set()
        assert await problems(app) == []
        await app.close()


async def test_sync_waits_for_learning_and_a_failure_is_seen_in_status(database_url, monkeypatch):
    async def fails(examples, current):
        raise RuntimeError("what was read stays unsaid")

    monkeypatch.setattr(bot.app, "train_in_subprocess", fails)
    async with small_bugzilla(invented_bugs(whiteboard="[ca-compliance] [crl-failure]")) as (_, url):
        app = await open_app(build_app(database_url, url))
        assert not (await app.poll()).failed
        status = await app.queries.status()
        assert "Training the classifier failed: it failed inside Rootwatch (RuntimeError)" in (
            status.classifier.problem
        )
        assert [sentence for _, sentence in status.errors] == [status.classifier.problem]
        assert (await incidents.find_by_bugs(app.database, [FIRST_BUG]))[FIRST_BUG].sections
        await app.close()


async def test_a_lesson_without_end_is_ended_with_its_process():
    with pytest.raises(TrainingAborted, match="took longer than"):
        await run_with_timeout(time.sleep, 60, timeout_seconds=1)
    async with asyncio.timeout(10):
        while multiprocessing.active_children():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
