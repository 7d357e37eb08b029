"""What is read from ten invented lives, end to end, is what a person who had not seen the code read from them."""

from pathlib import Path

import pytest

from bench.lives import COUNTED, AnsweredLives, LifeScore, score_lives

FOLDER = Path(__file__).resolve().parents[2] / "data" / "lives"
ODD = (3900001, 3900003, 3900005, 3900007, 3900009)


@pytest.fixture(scope="module")
def scores():
    answered = AnsweredLives(FOLDER)
    return score_lives(answered, list(answered.lives))


def total(scores, *, odd):
    result = LifeScore()
    for bug, score in scores.items():
        if (bug in ODD) == odd:
            result.add(score)
    return result


@pytest.mark.parametrize("bug", ODD)
def test_roles_reports_questions_and_promises_of_the_lives_worked_with_are_right(scores, bug):
    score = scores[bug]
    assert score.roles[0] == score.roles[1], score.problems
    for kind in COUNTED:
        assert score.f1(kind) == 1.0, score.problems


@pytest.mark.parametrize("bug", ODD)
def test_clocks_of_the_lives_worked_with_are_right(scores, bug):
    clocks = scores[bug].clocks
    # words of the CA since then were read rightly as no end here, but are not trusted in general
    wrong = [problem for problem in clocks.problems if " unexpected " in problem]
    assert all("'unknown'" in problem for problem in wrong), clocks.problems
    assert clocks.right >= clocks.total - len(wrong), clocks.problems
    assert clocks.false_overdue == 0, clocks.problems
    assert clocks.trapped == 0, clocks.problems


def test_what_became_of_the_promises_of_the_lives_worked_with_is_right(scores):
    score = total(scores, odd=True)
    assert score.fates[0] == score.fates[1], score.problems


def test_the_lives_that_were_worked_with_last_are_read_nearly_as_well(scores):
    score = total(scores, odd=False)
    clocks = score.clocks
    assert score.roles[0] >= 0.98 * score.roles[1], score.problems
    assert clocks.right >= 0.96 * clocks.total, clocks.problems
    assert clocks.running_right >= 0.93 * clocks.running, clocks.problems
    assert clocks.false_overdue == 0, clocks.problems
    assert min(score.f1(kind) for kind in ("questions", "forms", "promises")) >= 0.97, score.problems
    assert score.f1("answers") >= 0.93, score.problems
