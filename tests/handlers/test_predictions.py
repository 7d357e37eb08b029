"""The running figure: what the text guessed is judged by the tags that staff give later, on both databases."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.chat.render.incidents import render_status
from bot.formatting.phrases import describe
from bot.terminal.json_output import status_document
from bot.terminal.render.incidents import Look, render
from handlers.classification.predictions import guess_after
from handlers.classification.service import Sorter
from handlers.indexes.incident_indexes import IncidentMemory
from handlers.ingest.bugs import Intake
from handlers.parsing.owners import owner_table
from handlers.results import ClassifierStatus
from storage import incidents, predictions
from storage.database import Database
from storage.values.incidents import Assignment, Bug, Comment, Confirmed, Person, SourceState, TextGuess
from tests.support.older_database import take_back_to
from tests.support.replay import replay
from tests.support.small_corpus import FIRST, app_for, invented_bugs, rows, write_corpus

NOON = datetime(2024, 6, 10, 12, tzinfo=UTC)
NOBODY = Person("nobody")
CRL, SURE = "CRL published late", "Late revocation: delayed revocation leaf not revoked within 5 days"


def a_bug(number, title=CRL, *tags):
    whiteboard = " ".join(f"[{tag}]" for tag in ("ca-compliance", *tags))
    return Bug(number, f"Entrust: {title}", whiteboard, "NEW", "", True, NOON, NOON, None, NOBODY, NOBODY, 1)


async def never(examples, current):
    raise AssertionError("nothing was to be learned")


class House:
    """Intake and sorter on one database, with rules alone."""

    def __init__(self, database):
        self.database = database
        owners = owner_table({})
        self.sorter = Sorter(database, owners, never)
        self.memory = IncidentMemory(database, owners)
        self.intake = Intake(database, owners, self.sorter, self.memory, 50)

    async def take(self, *bugs, with_comments=True):
        read = {bug.id: [Comment(bug.id, 0, bug.id, NOBODY, NOON, "It went wrong.")] for bug in bugs}
        state = SourceState("bugzilla", first_asked=NOON)
        await self.intake.take_bugs(bugs, read if with_comments else {}, {}, state, NOON)

    async def guess(self, number=1):
        async with self.database.writing() as connection:
            return (await predictions.find_guesses(self.database, connection, [number])).get(number)

    async def figure(self):
        return (await self.sorter.status()).lately


@pytest.fixture
async def house(database):
    return House(database)


async def test_the_tags_that_staff_give_judge_the_last_guess(house):
    await house.take(a_bug(1), a_bug(2))
    before = await house.guess()
    assert (before.section, before.sure, before.model, before.judged_at) == ("crl-failure", (), None, None)
    assert await house.figure() == Confirmed()
    await house.take(a_bug(1, CRL, "crl-failure"), a_bug(2, CRL, "ocsp-failure"))
    assert await house.figure() == Confirmed(2, 1)
    after = await house.guess()
    assert after.confirmed
    assert after.judged_at
    assert replace(after, judged_at=None, confirmed=False) == before


async def test_tags_judge_a_guess_also_where_the_comments_could_not_be_read(house):
    await house.take(a_bug(1))
    await house.take(a_bug(1, CRL, "crl-failure"), with_comments=False)
    assert await house.figure() == Confirmed(1, 1)


async def test_what_it_was_sure_of_is_counted_apart(house):
    await house.take(a_bug(1, SURE), a_bug(2, SURE), a_bug(3, CRL))
    assert (await house.guess()).sure == ("leaf-revocation-delay",)
    await house.take(
        a_bug(1, SURE, "leaf-revocation-delay"), a_bug(2, SURE, "audit-delay"), a_bug(3, CRL, "crl-failure")
    )
    assert await house.figure() == Confirmed(3, 2, 2, 1)


async def test_a_later_guess_takes_the_place_of_an_earlier_one_until_the_tags_come(house):
    await house.take(a_bug(1, "OCSP responder answered nonsense"))
    assert (await house.guess()).section == "ocsp-failure"
    await house.take(a_bug(1, CRL))
    assert (await house.guess()).section == "crl-failure"
    await house.take(a_bug(1, CRL, "crl-failure"))
    await house.take(a_bug(1, "OCSP responder answered nonsense"))
    assert (await house.guess()).section == "crl-failure"
    assert await house.figure() == Confirmed(1, 1)


async def test_changed_tags_judge_it_again_in_its_place(house):
    await house.take(a_bug(1))
    await house.take(a_bug(1, CRL, "ocsp-failure"))
    first = await house.guess()
    assert await house.figure() == Confirmed(1, 0)
    await house.take(a_bug(1, CRL, "ocsp-failure", "crl-failure"))
    assert await house.figure() == Confirmed(1, 1)
    assert (await house.guess()).judged_at == first.judged_at


async def test_a_bug_that_arrives_tagged_never_counts(house):
    await house.take(a_bug(1, CRL, "crl-failure"), a_bug(2, CRL, "crl-failure"), with_comments=False)
    await house.take(a_bug(1, CRL))
    await house.take(a_bug(1, CRL, "crl-failure"))
    assert (await house.guess()).section is None
    assert await house.figure() == Confirmed()


@pytest.mark.parametrize(("standing", "kept"), [("restricted", False), ("moved", True)])
async def test_a_bug_that_is_withdrawn_does_not_count(house, standing, kept):
    await house.take(a_bug(1), a_bug(2))
    await house.take(a_bug(1, CRL, "crl-failure"), a_bug(2, CRL, "crl-failure"))
    await house.intake.withdraw({1: standing})
    assert await house.figure() == Confirmed(1, 1)
    assert bool(await house.guess()) == kept


async def test_a_bug_that_was_withdrawn_meanwhile_is_not_sorted(house, monkeypatch):
    await house.take(a_bug(1), with_comments=False)
    find = incidents.find_texts

    async def withdrawn(database, bugs):
        found = await find(database, bugs)
        await house.intake.withdraw({1: "restricted"})
        return found

    monkeypatch.setattr(incidents, "find_texts", withdrawn)
    assert await house.sorter.sort_all() == 0
    assert await house.guess() is None
    assert (await incidents.find_by_bugs(house.database, [1]))[1].sections == ()


async def test_the_running_figure_is_that_of_the_last_hundred(house):
    await house.take(*(a_bug(number) for number in range(1, 151)))
    async with house.database.writing() as connection:
        held = await predictions.find_guesses(house.database, connection, range(1, 151))
        judged = [
            replace(one, judged_at=NOON + timedelta(minutes=one.bug), confirmed=one.bug > 80) for one in held.values()
        ]
        await predictions.keep_guesses(house.database, connection, judged)
    status = await house.sorter.status()
    assert (status.lately, status.ever) == (Confirmed(100, 70), Confirmed(150, 70))


def test_several_sure_sections_are_each_right_or_wrong():
    sections = [Assignment("a", "text", 0.9), Assignment("b", "text", 0.95)]
    guess = guess_after(1, sections, None, NOON, NOON)
    assert guess == TextGuess(1, "b", 0.95, ("b", "a"), NOON, NOON)
    tagged = [Assignment("a", "tag", 1.0), Assignment("c", "tag", 1.0)]
    judged = guess_after(1, tagged, guess, NOON, None)
    assert (judged.confirmed, judged.sure_right, judged.sure_wrong) == (False, 1, 1)


def test_what_members_say_judges_nothing():
    guess = guess_after(1, [Assignment("a", "text", 0.9)], None, NOON, None)
    assert guess_after(1, [Assignment("a", "member", 1.0)], guess, NOON, None) == guess


TOLD = ClassifierStatus(NOON, 1203, Confirmed(100, 77, 40, 38), Confirmed(211, 150, 80, 70))


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (ClassifierStatus(), "rules alone: it has not learned from tags yet; no guess has met staff's tags yet."),
        (
            TOLD,
            (
                "learned 2024-06-10 12:00 UTC from 1,203 tagged incidents; staff's tags confirmed 77 of its last 100 "
                "likeliest guesses (77 %), and 38 of 40 (95 %) that it was sure of; 211 judged in all."
            ),
        ),
        (
            replace(TOLD, lately=Confirmed(7, 5), ever=Confirmed(7, 5), refused_from=1215),
            (
                "learned 2024-06-10 12:00 UTC from 1,203 tagged incidents; "
                "staff's tags confirmed 5 of its last 7 likeliest guesses (71 %). A newer one from 1,215 incidents was "
                "worse in its trial and was not taken."
            ),
        ),
        (
            ClassifierStatus(learned_from=12, problem="It broke."),
            "rules alone: 12 tagged incidents are too few to learn from; no guess has met staff's tags yet. It broke.",
        ),
    ],
)
def test_status_says_it_in_plain_sentences(status, said):
    assert describe(status) == said


async def test_the_figure_of_a_whole_program_is_in_status_everywhere(database_url, tmp_path):
    with replay(corpus=write_corpus(tmp_path, invented_bugs())) as server:
        app = app_for(database_url, server.url)
        await app.open()
        await app.poll()
        right, wrong = FIRST + 2, FIRST + 3
        server.control(advance=60, change={"id": right, "whiteboard": "[ca-compliance] [crl-failure]"})
        server.control(advance=60, change={"id": wrong, "whiteboard": "[ca-compliance] [audit-delay]"})
        await app.poll()
        assert (await rows(app, "SELECT count(*) FROM guess"))[0][0] == 12
        status = await app.answers.status()
        await app.close()
    said = "staff's tags confirmed 1 of its last 2 likeliest guesses (50 %)"
    assert said in render(status, Look(str))
    assert said in render_status(status).description.replace("\\", "")
    document = json.loads(json.dumps(status_document(status)))["classifier"]
    counted = {"judged": 2, "confirmed": 1, "sure_judged": 0, "sure_confirmed": 0}
    assert document == {
        "learned": None, "learned_from": 2, "refused_from": None, **counted, "lately": counted,
        "problem": None,
    }  # fmt: skip


async def test_in_a_database_of_before_tagged_bugs_never_count_and_the_others_are_guessed_anew(house, database_url):
    await house.take(a_bug(1, CRL, "crl-failure"), a_bug(2))
    take_back_to(database_url, "0001")
    again = Database(database_url)
    await again.open()
    assert await incidents.find_unclassified(again) == [2]
    assert (await house.guess(1)) == TextGuess(1)
    await House(again).sorter.sort_all()
    assert (await house.guess(2)).section == "crl-failure"
    await again.close()
