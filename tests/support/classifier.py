"""Invented training examples of five kinds, and a model trained on them."""

from datetime import UTC, datetime, timedelta
from functools import cache

from handlers.classifier.examples import TrainingExample
from handlers.classifier.model import Model
from handlers.classifier.training import train

KINDS = {
    "ocsp-failure": ("OCSP answers were {} for an hour", "The responder sent {} answers to every client."),
    "crl-failure": ("CRL at the {} address is out of date", "The revocation list of the {} issuer was not renewed."),
    "leaf-revocation-delay": ("Delayed revocation of {} certificates", "We could not revoke the {} ones in five days."),
    "ev-misissuance": ("EV certificates with a {} jurisdiction", "The {} jurisdiction stands in the subject."),
    "policy-failure": ("CPS lacks a {} chapter", "Our practice statement left the {} chapter out."),
}
FILLERS = ("wrong", "missing", "stale", "northern", "second", "broken")


@cache
def examples() -> tuple[TrainingExample, ...]:
    """Return 120 examples, nine days apart; every fourth is tagged external."""
    start = datetime(2021, 1, 1, tzinfo=UTC)
    training_examples = []
    for number in range(120):
        kind = list(KINDS)[number % len(KINDS)]
        title, text = (template.format(FILLERS[number % len(FILLERS)]) for template in KINDS[kind])
        is_external = number % 4 == 0
        tags = (kind, "external") if is_external else (kind, "a-tag-of-the-future")
        training_examples.append(
            TrainingExample(
                f"Borealis Trust: {title}",
                f"{text} Case {number}.",
                tags,
                start + timedelta(days=9 * number),
            )
        )
    return tuple(training_examples)


@cache
def trained_model() -> Model:
    """Return a model trained on all examples."""
    return train(examples())
