"""Incidents that two readers judged to be the same kind of failure are said to be alike, and others are not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bench.echoes import read_corpus
from bench.same_kind import read_labels
from handlers.parsing.owners import build_owner_directory
from handlers.related.alike import find_alike
from handlers.related.index import RelatedIndex
from tests.support.shared import CORPUS

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not part of the project")

JURISDICTION = 1897630


def read_work_labels():
    return read_labels("same_kind.csv", "adjudicated", "work")


@pytest.fixture(scope="module")
def documents():
    return {document.bug: document for document in read_corpus(CORPUS)}


@pytest.fixture(scope="module")
def index(documents):
    return RelatedIndex(build_owner_directory(), documents.values())


@pytest.fixture(scope="module")
def judged(index):
    """Return for each judged bug what is alike: the labels of those that are judged, by rank."""
    pairs = read_work_labels()
    alike = {bug: [related for related in find_alike(index, bug) if related.copy_of is None] for bug in pairs}
    return {
        bug: [(related, pairs[bug][related.bug][0]) for related in alike[bug] if related.bug in pairs[bug]]
        for bug in pairs
    }


def test_the_first_three_are_the_same_kind_of_failure(judged):
    first = [rows[0][1] for rows in judged.values() if rows]
    first_three = [label for rows in judged.values() for _, label in rows[:3]]
    assert len(first) >= 28
    assert sum(first) / len(first) >= 0.9
    assert sum(first_three) / len(first_three) >= 0.8


def test_a_score_is_a_probability(index):
    pairs = (
        read_labels("same_kind.csv", "adjudicated")
        | read_labels("same_kind_shown.csv", "label")
        | read_labels("same_kind_fresh.csv", "reader_a")
    )
    rows = [
        (related.score, pairs[bug][related.bug][0])
        for bug in pairs
        for related in find_alike(index, bug)
        if related.bug in pairs[bug]
    ]
    for low, high in ((0.5, 0.75), (0.75, 1.01)):
        scores = [(score, label) for score, label in rows if low <= score < high]
        mean_score = sum(score for score, _ in scores) / len(scores)
        assert mean_score == pytest.approx(sum(label for _, label in scores) / len(scores), abs=0.1)


def test_most_of_the_same_kind_within_two_years_are_in_the_table(judged):
    expected = sum(
        label for rows in read_work_labels().values() for label, within_two_years in rows.values() if within_two_years
    )
    listed = sum(label and related.within_two_years for rows in judged.values() for related, label in rows)
    assert listed / expected >= 0.7


def test_the_jurisdiction_bug_of_2024_is_like_its_predecessors_at_entrust_and_elsewhere(index):
    alike = [related.bug for related in find_alike(index, JURISDICTION)]
    assert {1802916, 1867130, 1675314, 1756261} <= set(alike[:8])


def test_a_hundred_near_copies_do_not_hide_the_others(documents, index):
    before = [related.bug for related in find_alike(index, JURISDICTION)]
    query = documents[JURISDICTION]
    for number in range(100):
        title = f"Jurisdiction issue in {number} EV certificates"
        opened = query.opened - timedelta(days=number + 1)
        index.add(replace(query, bug=number + 1, title=title, ca="Telia", opened=opened))
    try:
        alike = find_alike(index, JURISDICTION)
    finally:
        for number in range(100):
            index.remove(number + 1)
    shown = [related.bug for related in alike if related.copy_of is None]
    assert len([bug for bug in shown if bug <= 100]) == 1
    assert set(before[:4]) <= set(shown)
    assert [related.bug for related in find_alike(index, JURISDICTION)] == before
