"""The running figure: what the text guessed is judged by the tags that staff give later, on both databases."""

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
from tests.support.classified import CRL_TITLE, NOON, CONFIDENT_TITLE, ClassifiedDatabase, build_bug
from tests.support.older_database import take_back_to
from tests.support.replay import replay
from tests.support.small_corpus import FIRST_BUG, build_app, invented_bugs, rows, write_corpus


@pytest.fixture
async def classified(database):
    return ClassifiedDatabase(database)


async def test_the_tags_that_staff_give_judge_the_last_guess(classified):
    await classified.ingest(build_bug(1), build_bug(2))
    before = await classified.prediction()
    assert (before.section, before.confident_sections, before.model_trained_at, before.evaluated_at) == ("crl-failure", (), None, None)
    assert await classified.recent_accuracy() == Accuracy()
    await classified.ingest(build_bug(1, CRL_TITLE, "crl-failure"), build_bug(2, CRL_TITLE, "ocsp-failure"))
    assert await classified.recent_accuracy() == Accuracy(2, 1)
    after = await classified.prediction()
    assert after.confirmed
    assert after.evaluated_at
    assert replace(after, evaluated_at=None, confirmed=False) == before


async def test_tags_judge_a_guess_also_where_the_comments_could_not_be_read(classified):
    await classified.ingest(build_bug(1))
    await classified.ingest(build_bug(1, CRL_TITLE, "crl-failure"), with_comments=False)
    assert await classified.recent_accuracy() == Accuracy(1, 1)


async def test_what_it_was_sure_of_is_counted_apart(classified):
    await classified.ingest(build_bug(1, CONFIDENT_TITLE), build_bug(2, CONFIDENT_TITLE), build_bug(3, CRL_TITLE))
    assert (await classified.prediction()).confident_sections == ("leaf-revocation-delay",)
    await classified.ingest(
        build_bug(1, CONFIDENT_TITLE, "leaf-revocation-delay"), build_bug(2, CONFIDENT_TITLE, "audit-delay"), build_bug(3, CRL_TITLE, "crl-failure")
    )
    assert await classified.recent_accuracy() == Accuracy(3, 2, 2, 1)


async def test_a_later_guess_takes_the_place_of_an_earlier_one_until_the_tags_come(classified):
    await classified.ingest(build_bug(1, "OCSP responder answered nonsense"))
    assert (await classified.prediction()).section == "ocsp-failure"
    await classified.ingest(build_bug(1, CRL_TITLE))
    assert (await classified.prediction()).section == "crl-failure"
    await classified.ingest(build_bug(1, CRL_TITLE, "crl-failure"))
    await classified.ingest(build_bug(1, "OCSP responder answered nonsense"))
    assert (await classified.prediction()).section == "crl-failure"
    assert await classified.recent_accuracy() == Accuracy(1, 1)


async def test_changed_tags_judge_it_again_in_its_place(classified):
    await classified.ingest(build_bug(1))
    await classified.ingest(build_bug(1, CRL_TITLE, "ocsp-failure"))
    first = await classified.prediction()
    assert await classified.recent_accuracy() == Accuracy(1, 0)
    await classified.ingest(build_bug(1, CRL_TITLE, "ocsp-failure", "crl-failure"))
    assert await classified.recent_accuracy() == Accuracy(1, 1)
    assert (await classified.prediction()).evaluated_at == first.evaluated_at


async def test_a_bug_that_arrives_tagged_never_counts(classified):
    await classified.ingest(build_bug(1, CRL_TITLE, "crl-failure"), build_bug(2, CRL_TITLE, "crl-failure"), with_comments=False)
    await classified.ingest(build_bug(1, CRL_TITLE))
    await classified.ingest(build_bug(1, CRL_TITLE, "crl-failure"))
    assert (await classified.prediction()).section is None
    assert await classified.recent_accuracy() == Accuracy()


@pytest.mark.parametrize(("standing", "kept"), [("restricted", False), ("moved", True)])
async def test_a_bug_that_is_withdrawn_does_not_count(classified, standing, kept):
    await classified.ingest(build_bug(1), build_bug(2))
    await classified.ingest(build_bug(1, CRL_TITLE, "crl-failure"), build_bug(2, CRL_TITLE, "crl-failure"))
    await classified.bug_ingest.mark_unavailable({1: standing})
    assert await classified.recent_accuracy() == Accuracy(1, 1)
    assert bool(await classified.prediction()) == kept


async def test_a_bug_that_was_withdrawn_meanwhile_is_not_sorted(classified, monkeypatch):
    await classified.ingest(build_bug(1), with_comments=False)
    find = comments.find_leading_comments

    async def withdrawn(database, bugs):
        found = await find(database, bugs)
        await classified.bug_ingest.mark_unavailable({1: "restricted"})
        return found

    monkeypatch.setattr(comments, "find_leading_comments", withdrawn)
    assert await classified.classifier.classify_pending() == 0
    assert await classified.prediction() is None
    assert (await incidents.find_by_bugs(classified.database, [1]))[1].sections == ()


async def test_the_running_figure_is_that_of_the_last_hundred(classified):
    await classified.ingest(*(build_bug(number) for number in range(1, 151)))
    async with classified.database.transaction() as connection:
        held = await predictions.find_predictions(classified.database, connection, range(1, 151))
        judged = [
            replace(one, evaluated_at=NOON + timedelta(minutes=one.bug), confirmed=one.bug > 80) for one in held.values()
        ]
        await predictions.save_predictions(classified.database, connection, judged)
    status = await classified.classifier.status()
    assert (status.recent, status.all_time) == (Accuracy(100, 70), Accuracy(150, 70))


def test_several_sure_sections_are_each_right_or_wrong():
    sections = [Assignment("a", "text", 0.9), Assignment("b", "text", 0.95)]
    guess = updated_prediction(1, sections, None, NOON, NOON)
    assert guess == PredictionRecord(1, "b", 0.95, ("b", "a"), NOON, NOON)
    tagged = [Assignment("a", "tag", 1.0), Assignment("c", "tag", 1.0)]
    judged = updated_prediction(1, tagged, guess, NOON, None)
    assert (judged.confirmed, judged.confident_correct, judged.confident_wrong) == (False, 1, 1)


def test_what_members_say_judges_nothing():
    guess = updated_prediction(1, [Assignment("a", "text", 0.9)], None, NOON, None)
    assert updated_prediction(1, [Assignment("a", "member", 1.0)], guess, NOON, None) == guess


TOLD = ClassifierStatus(NOON, 1203, Accuracy(100, 77, 40, 38), Accuracy(211, 150, 80, 70))


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (ClassifierStatus(), "rules alone: it has not learned from tags yet; no guess has been compared with staff's tags yet."),
        (
            TOLD,
            (
                "learned 2024-06-10 12:00 UTC from 1,203 tagged incidents; staff's tags confirmed 77 of its last 100 "
                "likeliest guesses (77 %), and 38 of 40 (95 %) that it was sure of; 211 judged in all."
            ),
        ),
        (
            replace(TOLD, recent=Accuracy(7, 5), all_time=Accuracy(7, 5), rejected_size=1215),
            (
                "learned 2024-06-10 12:00 UTC from 1,203 tagged incidents; "
                "staff's tags confirmed 5 of its last 7 likeliest guesses (71 %). A newer model from 1,215 incidents did "
                "worse in validation and was rejected."
            ),
        ),
        (
            ClassifierStatus(training_size=12, problem="It broke."),
            "rules alone: 12 tagged incidents are too few to learn from; no guess has been compared with staff's tags yet. It broke.",
        ),
    ],
)
def test_status_says_it_in_plain_sentences(status, said):
    assert describe_classifier(status) == said


async def test_the_figure_of_a_whole_program_is_in_status_everywhere(database_url, tmp_path):
    with replay(corpus=write_corpus(tmp_path, invented_bugs())) as server:
        app = build_app(database_url, server.url)
        await app.open()
        await app.poll()
        right, wrong = FIRST_BUG + 2, FIRST_BUG + 3
        server.control(advance=60, change={"id": right, "whiteboard": "[ca-compliance] [crl-failure]"})
        server.control(advance=60, change={"id": wrong, "whiteboard": "[ca-compliance] [audit-delay]"})
        await app.poll()
        assert (await rows(app, "SELECT count(*) FROM prediction"))[0][0] == 12
        status = await app.queries.status()
        await app.close()
    said = "staff's tags confirmed 1 of its last 2 likeliest guesses (50 %)"
    assert said in render(status, OutputStyle(str))
    assert said in render_status(status).description.replace("\\", "")
    document = json.loads(json.dumps(status_document(status)))["classifier"]
    counted = {"judged": 2, "confirmed": 1, "sure_judged": 0, "sure_confirmed": 0}
    assert document == {
        "learned": None, "learned_from": 2, "refused_from": None, **counted, "lately": counted,
        "problem": None,
    }  # fmt: skip


async def test_in_a_database_of_before_tagged_bugs_never_count_and_the_others_are_guessed_anew(classified, database_url):
    await classified.ingest(build_bug(1, CRL_TITLE, "crl-failure"), build_bug(2))
    take_back_to(database_url, "0001")
    again = Database(database_url)
    await again.open()
    assert await incidents.find_unclassified(again) == [2]
    assert (await classified.prediction(1)) == PredictionRecord(1)
    await ClassifiedDatabase(again).classifier.classify_pending()
    assert (await classified.prediction(2)).section == "crl-failure"
    await again.close()
