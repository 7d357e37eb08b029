"""Train a new model, and decide whether it may replace the current one."""

from collections.abc import Sequence

from handlers.classifier.examples import TrainingExample
from handlers.classifier.model import Model, classify
from handlers.classifier.serialization import from_bytes
from handlers.classifier.training import train, train_to_bytes

MAX_VALIDATION = 100
MIN_VALIDATION = 10
# By this share of the validation examples the new model may be worse: one in twenty is chance.
TOLERANCE = 0.05


def train_if_not_worse(examples: list[TrainingExample], current: bytes | None) -> bytes | None:
    """Train on all examples and return the model as bytes, or None if it is worse than the `current` one.

    Both are validated on the newest incidents that staff tagged, at most a hundred, none of which the current model
    has seen; a model trained without them stands in for the new one. Without a current model, or with too few such
    incidents, nothing is validated.
    """
    current_model = from_bytes(current) if current else None
    if current_model is not None and current_model.trained_until is not None:
        unseen = (example for example in examples if example.opened > current_model.trained_until)
        newest = sorted(
            (example for example in unseen if example.tags and not example.corrected),
            key=lambda example: example.opened,
        )[-MAX_VALIDATION:]
        if len(newest) >= MIN_VALIDATION:
            excluded = set(newest)
            candidate = train([example for example in examples if example not in excluded])
            if _count_correct(candidate, newest) < _count_correct(current_model, newest) - TOLERANCE * len(newest):
                return None
    return train_to_bytes(examples)


def _count_correct(model: Model, examples: Sequence[TrainingExample]) -> int:
    """Count the incidents whose likeliest section is among their tags."""
    return sum(classify(model, example.instance).assignments[0].section in example.tags for example in examples)
