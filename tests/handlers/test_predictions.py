"""The classifier's accuracy: later tags of staff evaluate its predictions, on both databases."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.render.status import render_status
from bot.formatting.phrases import describe_classifier
from bot.terminal.json_output import status_document
from bot.terminal.layout import OutputStyle
from bot.terminal.render.dispatch import render
from handlers.classification.predictions import updated_prediction
from handlers.results.status import ClassifierStatus
from storage import comments, incidents, predictions
from storage.database import Database
from storage.values.incidents import Accuracy, Assignment, PredictionRecord
from tests.support.classified import CONFIDENT_TITLE, CRL_TITLE, NOON, ClassifierFixture, build_bug
from tests.support.database import read
from tests.support.older_database import take_back_to
from tests.support.replay import replay
from tests.support.small_corpus import FIRST_BUG, build_app, invented_bugs, rows, write_corpus


@pytest.fixture
async def classifier_fixture(database):
    return ClassifierFixture(database)


async def test_the_tags_that_staff_give_evaluate_the_last_prediction(classifier_fixture):
    await classifier_fixture.ingest(build_bug(1), build_bug(2))
    before = await classifier_fixture.prediction()
    assert (before.section, before.confident_sections, before.model_trained_at, before.evaluated_at) == (
        "crl-failure",
        (),
        None,
        None,
    )
    assert await classifier_fixture.recent_accuracy() == Accuracy()
    await classifier_fixture.ingest(build_bug(1, CRL_TITLE, "crl-failure"), build_bug(2, CRL_TITLE, "ocsp-failure"))
    assert await classifier_fixture.recent_accuracy() == Accuracy(2, 1)
    after = await classifier_fixture.prediction()
    assert after.confirmed
    assert after.evaluated_at
    assert replace(after, evaluated_at=None, confirmed=False) == before


async def test_tags_evaluate_a_prediction_also_where_the_comments_could_not_be_read(classifier_fixture):
    await classifier_fixture.ingest(build_bug(1))
    await classifier_fixture.ingest(build_bug(1, CRL_TITLE, "crl-failure"), with_comments=False)
    assert await classifier_fixture.recent_accuracy() == Accuracy(1, 1)


async def test_confident_predictions_are_counted_apart(classifier_fixture):
    await classifier_fixture.ingest(
        build_bug(1, CONFIDENT_TITLE), build_bug(2, CONFIDENT_TITLE), build_bug(3, CRL_TITLE)
    )
    assert (await classifier_fixture.prediction()).confident_sections == ("leaf-revocation-delay",)
    await classifier_fixture.ingest(
        build_bug(1, CONFIDENT_TITLE, "leaf-revocation-delay"),
        build_bug(2, CONFIDENT_TITLE, "audit-delay"),
        build_bug(3, CRL_TITLE, "crl-failure"),
    )
    assert await classifier_fixture.recent_accuracy() == Accuracy(3, 2, 2, 1)


async def test_a_later_prediction_replaces_an_earlier_one_until_the_tags_come(classifier_fixture):
    await classifier_fixture.ingest(build_bug(1, "OCSP responder answered nonsense"))
    assert (await classifier_fixture.prediction()).section == "ocsp-failure"
    await classifier_fixture.ingest(build_bug(1, CRL_TITLE))
    assert (await classifier_fixture.prediction()).section == "crl-failure"
    await classifier_fixture.ingest(build_bug(1, CRL_TITLE, "crl-failure"))
    await classifier_fixture.ingest(build_bug(1, "OCSP responder answered nonsense"))
    assert (await classifier_fixture.prediction()).section == "crl-failure"
    assert await classifier_fixture.recent_accuracy() == Accuracy(1, 1)


async def test_changed_tags_evaluate_a_prediction_again_in_its_place(classifier_fixture):
    await classifier_fixture.ingest(build_bug(1))
    await classifier_fixture.ingest(build_bug(1, CRL_TITLE, "ocsp-failure"))
    first = await classifier_fixture.prediction()
    assert await classifier_fixture.recent_accuracy() == Accuracy(1, 0)
    await classifier_fixture.ingest(build_bug(1, CRL_TITLE, "ocsp-failure", "crl-failure"))
    assert await classifier_fixture.recent_accuracy() == Accuracy(1, 1)
    assert (await classifier_fixture.prediction()).evaluated_at == first.evaluated_at


async def test_a_bug_that_arrives_tagged_never_counts(classifier_fixture):
    await classifier_fixture.ingest(
        build_bug(1, CRL_TITLE, "crl-failure"), build_bug(2, CRL_TITLE, "crl-failure"), with_comments=False
    )
    await classifier_fixture.ingest(build_bug(1, CRL_TITLE))
    await classifier_fixture.ingest(build_bug(1, CRL_TITLE, "crl-failure"))
    assert (await classifier_fixture.prediction()).section is None
    assert await classifier_fixture.recent_accuracy() == Accuracy()


@pytest.mark.parametrize(("visibility", "remains"), [("restricted", False), ("moved", True)])
async def test_a_bug_that_becomes_unavailable_does_not_count(classifier_fixture, visibility, remains):
    await classifier_fixture.ingest(build_bug(1), build_bug(2))
    await classifier_fixture.ingest(build_bug(1, CRL_TITLE, "crl-failure"), build_bug(2, CRL_TITLE, "crl-failure"))
    await classifier_fixture.bug_ingest.mark_unavailable({1: visibility})
    assert await classifier_fixture.recent_accuracy() == Accuracy(1, 1)
    assert bool(await classifier_fixture.prediction()) == remains


async def test_a_bug_that_became_unavailable_meanwhile_is_not_classified(classifier_fixture, monkeypatch):
    await classifier_fixture.ingest(build_bug(1), with_comments=False)
    find = comments.find_leading_comments

    async def restrict_after_reading(database, bugs):
        texts = await find(database, bugs)
        await classifier_fixture.bug_ingest.mark_unavailable({1: "restricted"})
        return texts

    monkeypatch.setattr(comments, "find_leading_comments", restrict_after_reading)
    assert await classifier_fixture.classifier.classify_pending() == 0
    assert await classifier_fixture.prediction() is None
    assert (await read(classifier_fixture.database, incidents.find_by_bugs, [1]))[1].sections == ()


async def test_the_recent_accuracy_is_that_of_the_last_hundred(classifier_fixture):
    await classifier_fixture.ingest(*(build_bug(number) for number in range(1, 151)))
    async with classifier_fixture.database.transaction() as transaction:
        stored = await predictions.find_predictions(transaction, range(1, 151))
        evaluated = [
            replace(record, evaluated_at=NOON + timedelta(minutes=record.bug), confirmed=record.bug > 80)
            for record in stored.values()
        ]
        await predictions.save_predictions(transaction, evaluated)
    status = await read(classifier_fixture.database, classifier_fixture.classifier.status)
    assert (status.recent, status.all_time) == (Accuracy(100, 70), Accuracy(150, 70))


def test_several_confident_sections_are_each_right_or_wrong():
    sections = [Assignment("a", "text", 0.9), Assignment("b", "text", 0.95)]
    prediction = updated_prediction(1, sections, None, NOON, NOON)
    assert prediction == PredictionRecord(1, "b", 0.95, ("b", "a"), NOON, NOON)
    tagged = [Assignment("a", "tag", 1.0), Assignment("c", "tag", 1.0)]
    evaluated = updated_prediction(1, tagged, prediction, NOON, None)
    assert (evaluated.confirmed, evaluated.confident_correct, evaluated.confident_wrong) == (False, 1, 1)


def test_members_corrections_evaluate_nothing():
    prediction = updated_prediction(1, [Assignment("a", "text", 0.9)], None, NOON, None)
    assert updated_prediction(1, [Assignment("a", "member", 1.0)], prediction, NOON, None) == prediction


TRAINED_STATUS = ClassifierStatus(NOON, 1203, Accuracy(100, 77, 40, 38), Accuracy(211, 150, 80, 70))


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (
            ClassifierStatus(),
            "rules alone: it has not learned from tags yet; no prediction has been compared with staff's tags yet.",
        ),
        (
            TRAINED_STATUS,
            (
                "learned on 10 June 2024 from 1,203 tagged incidents; staff's tags confirmed 77 of the last 100 "
                "likeliest sections (77 %), and 38 of 40 (95 %) that were shown as certain; 211 compared in all."
            ),
        ),
        (
            replace(TRAINED_STATUS, recent=Accuracy(7, 5), all_time=Accuracy(7, 5), rejected_size=1215),
            (
                "learned on 10 June 2024 from 1,203 tagged incidents; "
                "staff's tags confirmed 5 of the last 7 likeliest sections (71 %). A newer model from 1,215 incidents "
                "did worse in validation and was rejected."
            ),
        ),
        (
            ClassifierStatus(training_size=12, problem="It broke."),
            (
                "rules alone: 12 tagged incidents are too few to learn from; "
                "no prediction has been compared with staff's tags yet. It broke."
            ),
        ),
    ],
)
def test_status_says_it_in_plain_sentences(status, sentence):
    assert describe_classifier(status) == sentence


async def test_the_accuracy_of_a_whole_program_is_in_status_everywhere(database_url, tmp_path):
    with replay(corpus=write_corpus(tmp_path, invented_bugs())) as server:
        app = build_app(database_url, server.url)
        await app.open()
        await app.poll()
        confirmed_bug, refuted_bug = FIRST_BUG + 2, FIRST_BUG + 3
        server.control(advance=60, change={"id": confirmed_bug, "whiteboard": "[ca-compliance] [crl-failure]"})
        server.control(advance=60, change={"id": refuted_bug, "whiteboard": "[ca-compliance] [audit-delay]"})
        await app.poll()
        assert (await rows(app, "SELECT count(*) FROM prediction"))[0][0] == 12
        status = await app.use_cases.status.status()
        await app.close()
    sentence = "staff's tags confirmed 1 of the last 2 likeliest sections (50 %)"
    assert sentence in render(status, OutputStyle(str))
    assert sentence in render_status(status, detailed=True).embed.description.replace("\\", "")
    document = json.loads(json.dumps(status_document(status)))["classifier"]
    counts = {"judged": 2, "confirmed": 1, "sure_judged": 0, "sure_confirmed": 0}
    assert document == {
        "learned": None, "learned_from": 2, "refused_from": None, **counts, "lately": counts,
        "problem": None,
    }  # fmt: skip


async def test_in_an_older_database_tagged_bugs_never_count_and_the_others_are_predicted_anew(
    classifier_fixture, database_url
):
    await classifier_fixture.ingest(build_bug(1, CRL_TITLE, "crl-failure"), build_bug(2))
    take_back_to(database_url, "0001")
    migrated = Database(database_url)
    await migrated.open()
    assert await read(migrated, incidents.find_unclassified) == [2]
    assert (await classifier_fixture.prediction(1)) == PredictionRecord(1)
    await ClassifierFixture(migrated).classifier.classify_pending()
    assert (await classifier_fixture.prediction(2)).section == "crl-failure"
    await migrated.close()
