"""Learning again, and whether what was learned may take the place of the model there is."""

from collections.abc import Sequence

from handlers.classifier.examples import Example
from handlers.classifier.model import Model, classify
from handlers.classifier.serialization import from_bytes
from handlers.classifier.training import learn, learn_bytes

MOST_TRIED = 100
FEWEST_TRIED = 10
# So many more of a hundred may be wrong before it is called worse: one in twenty is chance.
FORGIVEN = 0.05


def learn_if_not_worse(examples: list[Example], current: bytes | None) -> bytes | None:
    """Learn from all examples and give the model as bytes, or None where it is worse than the `current` one.

    Both are tried on the newest incidents that staff tagged, at most a hundred, from which neither has learned: the
    new one is learned without them for the trial. Where there is no current model, or too few such incidents, nothing
    is tried.
    """
    before = from_bytes(current) if current else None
    if before is not None and before.learned_until is not None:
        newest = sorted(
            (one for one in examples if one.tags and not one.by_member and one.opened > before.learned_until),
            key=lambda one: one.opened,
        )[-MOST_TRIED:]
        if len(newest) >= FEWEST_TRIED:
            left_out = set(newest)
            trial = learn([one for one in examples if one not in left_out])
            if _right(trial, newest) < _right(before, newest) - FORGIVEN * len(newest):
                return None
    return learn_bytes(examples)


def _right(model: Model, tried: Sequence[Example]) -> int:
    """Count the incidents whose likeliest section is among their tags."""
    return sum(classify(model, one.question).sections[0].section in one.tags for one in tried)
