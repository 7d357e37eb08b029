"""Earlier incidents that bugs of the corpus name are found again without their numbers, where it is there."""

import pytest

from bench.echoes import read_corpus, without_references
from handlers.parsing.owners import build_owner_directory
from handlers.related.echoes import find_echoes
from handlers.related.index import RelatedIndex
from tests.support.shared import CORPUS

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not part of the project")


@pytest.fixture(scope="module")
def echo_positions():
    """Replay the corpus in order; return by bug the position of each incident it names among its echoes."""
    index, positions = RelatedIndex(build_owner_directory()), {}
    for document in read_corpus(CORPUS):
        named = {bug for bug in document.references if bug in index}
        if document.bug == 1897630:
            named = {1802916, 1867130, 1696227}
        if named and document.opened.year <= 2024:
            echoes = [echo.bug for echo in find_echoes(index, without_references(document), 10)]
            positions[document.bug] = {bug: echoes.index(bug) if bug in echoes else None for bug in named}
        index.add(document)
    return positions


def test_the_jurisdiction_bug_of_2024_brings_up_its_three_predecessors(echo_positions):
    assert None not in echo_positions[1897630].values()


def test_nine_in_ten_of_the_named_incidents_are_among_ten_and_three_quarters_among_three(echo_positions):
    all_positions = [
        position for bug, positions in echo_positions.items() if bug != 1897630 for position in positions.values()
    ]
    assert len(all_positions) == 274
    assert sum(position is not None for position in all_positions) / len(all_positions) >= 0.92
    assert sum(position is not None and position < 3 for position in all_positions) / len(all_positions) >= 0.75
