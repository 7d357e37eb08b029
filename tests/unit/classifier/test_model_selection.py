from dataclasses import replace
from datetime import timedelta

from tests.unit.classifier.test_classifier import KINDS, examples

from handlers.classifier.model import classify
from handlers.classifier.model_selection import learn_if_not_worse
from handlers.classifier.serialization import from_bytes
from handlers.classifier.training import learn, learn_bytes


def newest(kind_of):
    """Twenty later incidents of the same kinds, tagged as `kind_of` says."""
    last = examples()[-1].opened
    return [
        replace(one, tags=(kind_of(one.tags[0]),), opened=last + timedelta(days=number + 1))
        for number, one in enumerate(examples()[:20])
    ]


def another(kind):
    kinds = list(KINDS)
    return kinds[(kinds.index(kind) + 1) % len(kinds)]


def test_a_new_model_as_good_as_the_old_one_is_taken():
    current = learn_bytes(list(examples()))
    data = learn_if_not_worse([*examples(), *newest(lambda kind: kind)], current)
    assert data is not None
    model = from_bytes(data)
    assert model is not None
    assert model.learned_from == 140


def test_a_model_from_spoilt_tags_does_not_replace_a_good_one():
    current = learn_bytes(list(examples()))
    spoilt = [replace(one, tags=(another(one.tags[0]),)) for one in examples()]
    assert learn_if_not_worse([*spoilt, *newest(lambda kind: kind)], current) is None


def test_what_members_said_does_not_judge_a_new_model():
    current = learn_bytes(list(examples()))
    spoilt = [replace(one, tags=(another(one.tags[0]),)) for one in examples()]
    flattering = [replace(one, by_member=True) for one in newest(another)]
    assert learn_if_not_worse([*spoilt, *flattering, *newest(lambda kind: kind)], current) is None


def test_without_a_readable_model_the_new_one_is_taken():
    for current in (None, b"", b"cut short"):
        assert learn_if_not_worse(list(examples()), current) is not None


def test_what_resembles_an_earlier_incident_is_placed_with_it():
    model = learn(examples())
    asked = examples()[3].question
    alone = replace(model, memory=replace(model.memory, held=((),) * len(model.memory.bugs)))
    assert classify(model, asked).sections[0].confidence > classify(alone, asked).sections[0].confidence
