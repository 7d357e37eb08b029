from dataclasses import replace
from datetime import timedelta

from handlers.classifier.model import classify
from handlers.classifier.model_selection import train_if_not_worse
from handlers.classifier.serialization import from_bytes
from handlers.classifier.training import train, train_to_bytes
from tests.support.classifier import KINDS, examples


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
    current = train_to_bytes(list(examples()))
    data = train_if_not_worse([*examples(), *newest(lambda kind: kind)], current)
    assert data is not None
    model = from_bytes(data)
    assert model is not None
    assert model.training_size == 140


def test_a_model_from_spoilt_tags_does_not_replace_a_good_one():
    current = train_to_bytes(list(examples()))
    spoilt = [replace(one, tags=(another(one.tags[0]),)) for one in examples()]
    assert train_if_not_worse([*spoilt, *newest(lambda kind: kind)], current) is None


def test_what_members_said_does_not_judge_a_new_model():
    current = train_to_bytes(list(examples()))
    spoilt = [replace(one, tags=(another(one.tags[0]),)) for one in examples()]
    flattering = [replace(one, corrected=True) for one in newest(another)]
    assert train_if_not_worse([*spoilt, *flattering, *newest(lambda kind: kind)], current) is None


def test_without_a_readable_model_the_new_one_is_taken():
    for current in (None, b"", b"cut short"):
        assert train_if_not_worse(list(examples()), current) is not None


def test_what_resembles_an_earlier_incident_is_placed_with_it():
    model = train(examples())
    asked = examples()[3].instance
    alone = replace(
        model, neighbour_index=replace(model.neighbour_index, labels=((),) * len(model.neighbour_index.bugs))
    )
    assert classify(model, asked).sections[0].confidence > classify(alone, asked).sections[0].confidence
