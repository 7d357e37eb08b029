"""Who does what in the comments of the invented lives is what a person read from them."""

import pytest

from bench.acts import read_all_acts, score_lives, score_naive_rules
from handlers.acts.documents import question_json
from tests.support.lives import LIVES, read_lives

pytestmark = pytest.mark.skipif(not LIVES.exists(), reason="the invented lives are not part of the project")


@pytest.fixture(scope="module")
def score():
    return score_lives(list(read_lives()))


@pytest.mark.parametrize(
    ("kind", "least"),
    [
        ("role", 0.98),
        ("question", 0.95),
        ("answer", 0.93),
        ("item change", 0.93),
        ("first word", 0.95),
        ("figure", 0.95),
        ("promise", 0.93),
    ],
)
def test_comments_of_the_lives_are_read_as_a_person_reads_them(score, kind, least):
    assert score.f1(kind) >= least, score.problems


def test_what_became_of_the_promises_is_right(score):
    right, total = score.fates
    assert right >= 0.93 * total, score.problems


def test_reading_is_better_than_question_marks(score):
    naive = score_naive_rules(list(read_lives()))
    assert score.f1("question") > naive.f1("question")
    assert score.f1("answer") > naive.f1("answer")


def test_every_answer_stands_after_its_question():
    for acts in read_all_acts().values():
        for question in question_json(acts):
            assert all(answer["comment"] > question["comment"] for answer in question["answers"])
