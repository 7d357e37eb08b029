from dataclasses import replace
from datetime import timedelta

from handlers.classifier.model import classify
from handlers.classifier.model_selection import train_if_not_worse
from handlers.classifier.serialization import from_bytes
from handlers.classifier.training import train, train_to_bytes
from tests.support.classifier import KINDS, examples


def later_examples(tag_for):
    """Twenty later incidents of the same kinds, with the tags that `tag_for` returns."""
    last_opened = examples()[-1].opened
    return [
        replace(example, tags=(tag_for(example.tags[0]),), opened=last_opened + timedelta(days=number + 1))
        for number, example in enumerate(examples()[:20])
    ]


def next_kind(kind):
    kinds = list(KINDS)
    return kinds[(kinds.index(kind) + 1) % len(kinds)]


def test_a_new_model_as_good_as_the_old_one_is_accepted():
    current = train_to_bytes(list(examples()))
    data = train_if_not_worse([*examples(), *later_examples(lambda kind: kind)], current)
    assert data is not None
    model = from_bytes(data)
    assert model is not None
    assert model.training_size == 140


def test_a_model_from_spoilt_tags_does_not_replace_a_good_one():
    current = train_to_bytes(list(examples()))
    mislabelled = [replace(example, tags=(next_kind(example.tags[0]),)) for example in examples()]
    assert train_if_not_worse([*mislabelled, *later_examples(lambda kind: kind)], current) is None


def test_what_members_corrected_does_not_evaluate_a_new_model():
    current = train_to_bytes(list(examples()))
    mislabelled = [replace(example, tags=(next_kind(example.tags[0]),)) for example in examples()]
    corrected = [replace(example, corrected=True) for example in later_examples(next_kind)]
    assert train_if_not_worse([*mislabelled, *corrected, *later_examples(lambda kind: kind)], current) is None


def test_without_a_readable_model_the_new_one_is_accepted():
    for current in (None, b"", b"cut short"):
        assert train_if_not_worse(list(examples()), current) is not None


def test_what_resembles_an_earlier_incident_is_placed_with_it():
    model = train(examples())
    instance = examples()[3].instance
    without_neighbours = replace(
        model, neighbour_index=replace(model.neighbour_index, labels=((),) * len(model.neighbour_index.bugs))
    )
    assert (
        classify(model, instance).assignments[0].confidence
        > classify(without_neighbours, instance).assignments[0].confidence
    )
