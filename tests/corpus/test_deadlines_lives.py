"""The clocks of the invented lives are those that a person read from them."""

import pytest

from bench.deadlines import score_cases
from bench.lives import AnsweredLives, LifeScore, score_lives
from tests.support.hand_made_acts import read_cases
from tests.support.lives import LIVES


@pytest.mark.skipif(not LIVES.exists(), reason="the invented lives are not part of the project")
def test_clocks_of_the_lives_are_right():
    score = score_cases(read_cases())
    assert score.right >= 0.97 * score.total, score.problems
    assert score.running_right >= 0.95 * score.running, score.problems
    assert score.false_overdue <= 0.02 * score.shown_overdue, score.problems
    assert score.trapped == 0, score.problems


@pytest.mark.skipif(not LIVES.exists(), reason="the invented lives are not part of the project")
def test_clocks_read_from_the_texts_of_the_lives_are_right():
    answered, total = AnsweredLives(LIVES), LifeScore()
    for life_score in score_lives(answered, answered.lives).values():
        total.add(life_score)
    score = total.clocks
    assert score.right >= 0.97 * score.total, score.problems
    assert score.running_right >= 0.95 * score.running, score.problems
    assert score.false_overdue <= 0.02 * score.shown_overdue, score.problems
    assert score.trapped == 0, score.problems
