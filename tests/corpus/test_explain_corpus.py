"""The reasons given for real incidents are what their predictions depend on, where the corpus is there to be read."""

from datetime import UTC, datetime

import pytest

from bench.corpus import CORPUS, read_examples
from handlers.classifier.explain import explain
from handlers.classifier.training import train
from tests.support.explanations import changes


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not part of the project")
def test_reasons_are_true_and_short_for_real_incidents():
    start = datetime(2024, 7, 1, tzinfo=UTC)
    model = train([example for example in read_examples() if example.opened < start])
    instances = [example.instance for example in read_examples() if example.opened >= start]
    results = [changes(model, instance) for instance in instances]
    assert all(all(result) for result in results)
    # Where no reason would tell a reader anything, none is given.
    assert sum(bool(result) for result in results) >= 0.7 * len(instances)
    reason_counts = sorted(len(explain(model, instance).assignments[0].reasons) for instance in instances)
    assert reason_counts[len(reason_counts) * 9 // 10] <= 3
