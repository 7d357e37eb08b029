"""The fake use cases have the methods and parameters of the real ones."""

import inspect
from typing import get_type_hints

from handlers.use_cases import UseCases
from tests.support.fake_use_cases import FakeUseCases


def test_the_fakes_have_the_signatures_of_the_real_use_cases():
    for subject, real_class in get_type_hints(UseCases).items():
        fake = getattr(FakeUseCases(), subject, None)
        if not inspect.isclass(real_class) or fake is None:
            continue
        for name, method in inspect.getmembers(type(fake), inspect.isfunction):
            if not name.startswith("_"):
                real_parameters = inspect.signature(getattr(real_class, name)).parameters.values()
                parameters = inspect.signature(method).parameters.values()
                assert [(p.name, p.kind) for p in parameters] == [(p.name, p.kind) for p in real_parameters], name
