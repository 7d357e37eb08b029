"""The figures of predicted sections: how often they are right, how many are confident, how well probabilities hold."""

import math
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from handlers.classifier.examples import TrainingExample
from handlers.parsing.tags import BUILT_IN_SECTIONS

BOOTSTRAP_SAMPLES = 1000
BINS = 10
MIN_BIN = 20  # incidents from which on a bin of the reliability counts
SECTIONS = {tag.key for tag in BUILT_IN_SECTIONS}


@dataclass(frozen=True, slots=True)
class Predicted:
    """An incident with its prediction: the likeliest section, its probability, and the confident sections.

    Tags that are no sections (unknown ones) are not part of the truth.
    """

    example: TrainingExample
    likeliest: str
    probability: float
    confident: tuple[str, ...]

    @property
    def correct(self) -> bool:
        return self.likeliest in self.truth

    @property
    def truth(self) -> set[str]:
        return {tag for tag in self.example.tags if tag in SECTIONS}

    @property
    def assigned(self) -> set[str]:
        return set(self.confident) or {self.likeliest}


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan


def likeliest_accuracy(predictions: Sequence[Predicted]) -> float:
    return mean([prediction.correct for prediction in predictions])


def micro_f1(predictions: Sequence[Predicted]) -> float:
    correct = sum(len(prediction.assigned & prediction.truth) for prediction in predictions)
    return 2 * correct / max(1, sum(len(prediction.assigned) + len(prediction.truth) for prediction in predictions))


def confident_share(predictions: Sequence[Predicted]) -> float:
    return mean([bool(prediction.confident) for prediction in predictions])


def confident_precision(predictions: Sequence[Predicted]) -> float:
    return mean([section in prediction.truth for prediction in predictions for section in prediction.confident])


def calibration_error(predictions: Sequence[Predicted]) -> float:
    errors = [
        abs(sum(prediction.probability - prediction.correct for prediction in bin_)) for bin_ in binned(predictions)
    ]
    return sum(errors) / max(1, len(predictions))


def largest_bin_error(predictions: Sequence[Predicted]) -> float:
    """Return by how much mean probability and share of right ones differ in the worst bin of 20 incidents or more."""
    bins = [bin_ for bin_ in binned(predictions) if len(bin_) >= MIN_BIN]
    errors = [abs(mean([prediction.probability for prediction in bin_]) - likeliest_accuracy(bin_)) for bin_ in bins]
    return max(errors, default=0.0)


def binned(predictions: Sequence[Predicted]) -> list[list[Predicted]]:
    return [
        [prediction for prediction in predictions if min(int(prediction.probability * BINS), BINS - 1) == index]
        for index in range(BINS)
    ]


def chance_calibration_error(predictions: Sequence[Predicted], rng: random.Random) -> float:
    """Return the calibration error that exactly true probabilities would show on so few incidents."""
    samples = []
    for _ in range(200):
        errors = [
            abs(sum(prediction.probability - (rng.random() < prediction.probability) for prediction in bin_))
            for bin_ in binned(predictions)
        ]
        samples.append(sum(errors) / max(1, len(predictions)))
    return mean(samples)


MEASURES: tuple[tuple[str, Callable[[Sequence[Predicted]], float]], ...] = (
    ("likeliest right", likeliest_accuracy),
    ("micro-F1", micro_f1),
    ("any confident", confident_share),
    ("right where confident", confident_precision),
    ("calibration error", calibration_error),
    ("worst bin of 20", largest_bin_error),
)


def confidence_interval(
    predictions: Sequence[Predicted], measure: Callable[[Sequence[Predicted]], float]
) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a figure."""
    rng = random.Random(7)
    samples = sorted(measure(rng.choices(predictions, k=len(predictions))) for _ in range(BOOTSTRAP_SAMPLES))
    return samples[BOOTSTRAP_SAMPLES // 40], samples[-BOOTSTRAP_SAMPLES // 40]


def show(method: str, predictions: Sequence[Predicted]) -> None:
    print(f"\n{method}: {len(predictions)} incidents")
    for name, measure in MEASURES:
        low, high = confidence_interval(predictions, measure)
        print(f"  {name:22} {measure(predictions):.3f}  ({low:.3f} to {high:.3f})")
    by_chance = chance_calibration_error(predictions, random.Random(7))
    print(f"  {'':22} exactly true probabilities would show a calibration error of {by_chance:.3f}")


def show_groups(predictions: Sequence[Predicted]) -> None:
    print("\nby quarter (likeliest right, any confident, right where confident)")
    for quarter in sorted({_quarter(prediction) for prediction in predictions}):
        part = [prediction for prediction in predictions if _quarter(prediction) == quarter]
        figures = (likeliest_accuracy(part), confident_share(part), confident_precision(part))
        print(f"  {quarter}  {len(part):3}  " + "  ".join(f"{figure:.3f}" for figure in figures))
    print("by year")
    for year in sorted({prediction.example.opened.year for prediction in predictions}):
        part = [prediction for prediction in predictions if prediction.example.opened.year == year]
        figures = "  ".join(f"{name} {measure(part):.3f}" for name, measure in MEASURES)
        print(f"  {year}  {len(part):3}  {figures}")
    print("by section (incidents; recall; precision; of the confident ones so many right)")
    counts = Counter(section for prediction in predictions for section in prediction.truth)
    for section, count in counts.most_common():
        recall = (
            sum(section in prediction.assigned for prediction in predictions if section in prediction.truth) / count
        )
        assigned = [section in prediction.truth for prediction in predictions if section in prediction.assigned]
        confident = [section in prediction.truth for prediction in predictions if section in prediction.confident]
        correct = f"{sum(confident)} of {len(confident)}"
        print(f"  {section:24} {count:3}  {recall:.2f}  {mean(assigned):.2f}  {correct}")


def show_reliability(predictions: Sequence[Predicted]) -> None:
    print("\nreliability of the likeliest by tenths: predicted (o), observed (x)")
    for part in binned(predictions):
        if part:
            predicted, observed = mean([prediction.probability for prediction in part]), likeliest_accuracy(part)
            line = [" "] * 51
            line[round(50 * predicted)] = "o"
            line[round(50 * observed)] = "x" if round(50 * predicted) != round(50 * observed) else "*"
            print(f"  {len(part):3} |{''.join(line)}| predicted {predicted:.2f}, observed {observed:.2f}")


def show_wrong(predictions: Sequence[Predicted], count: int) -> None:
    print(f"\n{count} wrong predictions, the most confident first")
    wrong = [prediction for prediction in predictions if not prediction.correct]
    for prediction in sorted(wrong, key=lambda prediction: -prediction.probability)[:count]:
        bug, title = prediction.example.bug, prediction.example.title[:90]
        print(f"  {bug} {prediction.probability:.2f} {prediction.likeliest} for {sorted(prediction.truth)}: {title}")


def _quarter(prediction: Predicted) -> str:
    return f"{prediction.example.opened:%Y}-{(prediction.example.opened.month - 1) // 3 * 3 + 1:02}"
