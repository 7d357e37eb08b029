"""What is shown to be judged, and when text may assign alone."""

import pytest

from handlers.similarity.active_learning import LabelledScore, calibrate_threshold, select_for_labelling
from handlers.similarity.ranking import Match, SimilarityRanking, rank
from tests.support.similarity import build_index, bugs_of_kind


def verdicts(*judged: tuple[float, bool]) -> list[LabelledScore]:
    return [LabelledScore(score, belongs) for score, belongs in judged]


def ranking_of(*scores: float) -> SimilarityRanking:
    return SimilarityRanking(tuple(Match(n, score, (f"word {n % 3}",)) for n, score in enumerate(scores)), 0, 1.0)


def test_a_batch_holds_the_best_and_the_most_doubtful():
    scores = [0.99 - n / 100 for n in range(99)]
    batch = select_for_labelling(ranking_of(*scores).matches)
    assert [match.bug for match in batch[:5]] == [0, 1, 2, 3, 4]
    assert len(batch) == 10
    assert all(abs(match.score - 0.5) < 0.05 for match in batch[5:])


def test_doubtful_ones_differ_in_what_decided_as_far_as_they_can():
    batch = select_for_labelling(ranking_of(*[0.9] * 5, *[0.5] * 20).matches, size=8)
    assert {match.reasons for match in batch[5:]} == {("word 0",), ("word 1",), ("word 2",)}


def test_what_was_judged_is_not_asked_again():
    ranking = rank(build_index(), bugs_of_kind("crl")[:5])
    first = select_for_labelling(ranking.matches)
    second = select_for_labelling(ranking.matches, seen={match.bug for match in first})
    assert not {match.bug for match in first} & {match.bug for match in second}


@pytest.mark.parametrize("left", [0, 1, 3, 10])
def test_where_few_are_left_all_of_them_are_shown_once(left):
    batch = select_for_labelling(ranking_of(*[0.5] * left).matches, size=10)
    assert sorted(match.bug for match in batch) == list(range(left))


def test_one_batch_sets_no_bound_however_good():
    assert calibrate_threshold([verdicts(*[(0.9, True)] * 20)]) is None
    assert calibrate_threshold([verdicts(*[(0.9, True)] * 20), []]) is None


def test_the_bound_stands_where_verdicts_begin_to_differ():
    first = verdicts(*[(0.95, True)] * 5, (0.55, False), (0.5, True), (0.45, False), (0.4, False), (0.3, False))
    second = verdicts(*[(0.9, True)] * 4, (0.8, True), (0.6, False), (0.5, False), (0.45, False))
    assert calibrate_threshold([first, second]) == 0.8


def test_verdicts_that_differ_everywhere_set_no_bound():
    mixed = verdicts(*[(0.9, True), (0.9, False)] * 5)
    assert calibrate_threshold([mixed, mixed]) is None


def test_a_few_good_verdicts_set_no_bound():
    assert calibrate_threshold([verdicts(*[(0.9, True)] * 3), verdicts(*[(0.9, True)] * 3)]) is None


def test_equal_scores_stand_or_fall_together():
    batch = verdicts(*[(0.9, True)] * 9)
    level = verdicts(*[(0.6, True)] * 4, *[(0.6, False)] * 4)
    assert calibrate_threshold([batch, level]) == 0.9
