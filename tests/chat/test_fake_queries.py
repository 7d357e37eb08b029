"""The fake queries have the methods and parameters of the real ones."""

import inspect

from handlers.queries.service import Queries
from tests.support.fake_queries import FakeQueries


def test_the_fake_has_the_signatures_of_the_real_queries():
    for name, method in inspect.getmembers(FakeQueries, inspect.isfunction):
        if not name.startswith("_"):
            real = inspect.signature(getattr(Queries, name)).parameters
            fake = inspect.signature(method).parameters
            assert [(p.name, p.kind) for p in fake.values()][1:] == [(p.name, p.kind) for p in real.values()][1:], name
