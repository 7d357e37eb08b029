"""Which incidents are selected for labelling, and when text may assign sections by itself."""

import pytest

from handlers.similarity.active_learning import LabelledScore, calibrate_threshold, select_for_labelling
from handlers.similarity.ranking import Match, Ranking, rank
from tests.support.similarity import bugs_of_kind, build_index


def labelled_scores(*labels: tuple[float, bool]) -> list[LabelledScore]:
    return [LabelledScore(score, belongs) for score, belongs in labels]


def build_ranking(*scores: float) -> Ranking:
    return Ranking(tuple(Match(n, score, (f"word {n % 3}",)) for n, score in enumerate(scores)), 0, 1.0)


def test_a_batch_holds_the_best_and_the_most_doubtful():
    scores = [0.99 - n / 100 for n in range(99)]
    batch = select_for_labelling(build_ranking(*scores).matches)
    assert [match.bug for match in batch[:5]] == [0, 1, 2, 3, 4]
    assert len(batch) == 10
    assert all(abs(match.score - 0.5) < 0.05 for match in batch[5:])


def test_doubtful_ones_differ_in_what_decided_as_far_as_they_can():
    batch = select_for_labelling(build_ranking(*[0.9] * 5, *[0.5] * 20).matches, size=8)
    assert {match.reasons for match in batch[5:]} == {("word 0",), ("word 1",), ("word 2",)}


def test_what_was_labelled_is_not_selected_again():
    ranking = rank(build_index(), bugs_of_kind("crl")[:5])
    first_batch = select_for_labelling(ranking.matches)
    second_batch = select_for_labelling(ranking.matches, seen={match.bug for match in first_batch})
    assert not {match.bug for match in first_batch} & {match.bug for match in second_batch}


@pytest.mark.parametrize("count", [0, 1, 3, 10])
def test_where_few_are_left_all_of_them_are_shown_once(count):
    batch = select_for_labelling(build_ranking(*[0.5] * count).matches, size=10)
    assert sorted(match.bug for match in batch) == list(range(count))


def test_one_batch_sets_no_threshold_however_good():
    assert calibrate_threshold([labelled_scores(*[(0.9, True)] * 20)]) is None
    assert calibrate_threshold([labelled_scores(*[(0.9, True)] * 20), []]) is None


def test_the_threshold_stands_where_labels_begin_to_differ():
    first_batch = labelled_scores(
        *[(0.95, True)] * 5, (0.55, False), (0.5, True), (0.45, False), (0.4, False), (0.3, False)
    )
    second_batch = labelled_scores(*[(0.9, True)] * 4, (0.8, True), (0.6, False), (0.5, False), (0.45, False))
    assert calibrate_threshold([first_batch, second_batch]) == 0.8


def test_labels_that_differ_everywhere_set_no_threshold():
    mixed = labelled_scores(*[(0.9, True), (0.9, False)] * 5)
    assert calibrate_threshold([mixed, mixed]) is None


def test_a_few_good_labels_set_no_threshold():
    assert calibrate_threshold([labelled_scores(*[(0.9, True)] * 3), labelled_scores(*[(0.9, True)] * 3)]) is None


def test_equal_scores_stand_or_fall_together():
    batch = labelled_scores(*[(0.9, True)] * 9)
    level = labelled_scores(*[(0.6, True)] * 4, *[(0.6, False)] * 4)
    assert calibrate_threshold([batch, level]) == 0.9
