"""Lives by authors who saw no code, which the readers were worked with afterwards: what is read stays as right."""

from pathlib import Path

import pytest

from bench.lives import AnsweredLives, LifeScore, score_lives

LABELS = Path(__file__).resolve().parents[3] / "bench" / "labels"


@pytest.mark.parametrize(
    ("name", "questions", "answers", "promises", "clocks"),
    [
        ("lives_fresh", 0.96, 0.91, 0.92, 0.95),
        ("lives_blind", 0.98, 0.92, 0.88, 0.97),
        ("lives_blind2", 0.97, 0.84, 0.88, 0.92),
        ("lives_blind3", 0.97, 0.83, 0.90, 0.90),
        ("lives_blind4", 0.96, 0.79, 0.93, 0.93),
    ],
)
def test_the_lives_worked_with_are_read_as_well_as_before(name, questions, answers, promises, clocks):
    answered = AnsweredLives(LABELS / name)
    score = LifeScore()
    for each in score_lives(answered, list(answered.lives)).values():
        score.add(each)
    assert score.roles[0] == score.roles[1], score.problems
    assert score.f1("questions") >= questions, score.problems
    assert score.f1("answers") >= answers, score.problems
    assert score.f1("promises") >= promises, score.problems
    assert score.clocks.right >= clocks * score.clocks.total, score.clocks.problems
    assert score.clocks.false_overdue <= 0.03 * score.clocks.running, score.clocks.problems
