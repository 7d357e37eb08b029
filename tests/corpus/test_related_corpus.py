"""Earlier incidents that bugs of the corpus name are found again without their numbers, where it is there."""

import pytest

from bench.echoes import read_corpus, without_references
from handlers.parsing.owners import build_owner_directory
from handlers.related.find import find_echoes
from handlers.related.index import EchoIndex
from handlers.related.words import build_ca_name_index
from tests.support.shared import CORPUS

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not part of the project")


@pytest.fixture(scope="module")
def places():
    """Replay the corpus in order; give the place of each named incident among the echoes, by the bug that names it."""
    index, found = EchoIndex(build_ca_name_index(build_owner_directory())), {}
    for subject in read_corpus(CORPUS):
        named = {bug for bug in subject.references if bug in index}
        if subject.bug == 1897630:
            named = {1802916, 1867130, 1696227}
        if named and subject.opened.year <= 2024:
            echoes = [echo.bug for echo in find_echoes(index, without_references(subject), 10)]
            found[subject.bug] = {bug: echoes.index(bug) if bug in echoes else None for bug in named}
        index.add(subject)
    return found


def test_the_jurisdiction_bug_of_2024_brings_up_its_three_predecessors(places):
    assert None not in places[1897630].values()


def test_nine_in_ten_of_the_named_incidents_are_among_ten_and_three_quarters_among_three(places):
    flat = [place for bug, each in places.items() if bug != 1897630 for place in each.values()]
    assert len(flat) == 274
    assert sum(place is not None for place in flat) / len(flat) >= 0.92
    assert sum(place is not None and place < 3 for place in flat) / len(flat) >= 0.75
