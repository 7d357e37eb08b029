"""Measures how well sections are predicted: trains up to each quarter's start, tests on it, 2023-07 to 2024-12."""

import argparse
import math
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.corpus import CORPUS, read_examples
from handlers.classifier.examples import TrainingExample
from handlers.classifier.explain import explain
from handlers.classifier.model import RULES_ONLY, classify
from handlers.classifier.rules import TEXT_SECTIONS
from handlers.classifier.training import train
from handlers.parsing.tags import BUILT_IN_SECTIONS
from storage.values.incidents import Assignment

BOOTSTRAP_SAMPLES = 1000
BINS = 10
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
)


def confidence_interval(
    predictions: Sequence[Predicted], measure: Callable[[Sequence[Predicted]], float]
) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a figure."""
    rng = random.Random(7)
    samples = sorted(measure(rng.choices(predictions, k=len(predictions))) for _ in range(BOOTSTRAP_SAMPLES))
    return samples[BOOTSTRAP_SAMPLES // 40], samples[-BOOTSTRAP_SAMPLES // 40]


def _to_predicted(example: TrainingExample, sections: Sequence[Assignment]) -> Predicted:
    confident = tuple(assignment.section for assignment in sections if assignment.confident)
    return Predicted(example, sections[0].section, sections[0].confidence, confident)


def trained_model(training_set: Sequence[TrainingExample]) -> Callable[[TrainingExample], Predicted]:
    model = train(training_set)

    def predict(example: TrainingExample) -> Predicted:
        return _to_predicted(example, classify(model, example.instance).assignments)

    return predict


def rules_only(_training_set: Sequence[TrainingExample]) -> Callable[[TrainingExample], Predicted]:
    def predict(example: TrainingExample) -> Predicted:
        return _to_predicted(example, classify(RULES_ONLY, example.instance).assignments)

    return predict


def scikit_learn(training_set: Sequence[TrainingExample]) -> Callable[[TrainingExample], Predicted]:
    """A baseline of twenty lines of scikit-learn on the same texts; confident from .8 on."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.preprocessing import MultiLabelBinarizer

    word_ngrams = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    char_ngrams = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=3, sublinear_tf=True)
    binarizer = MultiLabelBinarizer(classes=list(TEXT_SECTIONS))
    truth = binarizer.fit_transform([[tag for tag in example.tags if tag in TEXT_SECTIONS] for example in training_set])
    pipeline = make_pipeline(make_union(word_ngrams, char_ngrams), OneVsRestClassifier(LogisticRegression(C=10)))
    pipeline.fit([f"{example.title}\n{example.text}" for example in training_set], truth)

    def predict(example: TrainingExample) -> Predicted:
        probabilities = dict(
            zip(TEXT_SECTIONS, pipeline.predict_proba([f"{example.title}\n{example.text}"])[0], strict=True)
        )
        best = max(probabilities, key=probabilities.__getitem__)
        return Predicted(
            example,
            best,
            float(probabilities[best]),
            tuple(name for name in probabilities if probabilities[name] >= 0.8),
        )

    return predict


METHODS = {"Rootwatch": trained_model, "rules alone": rules_only, "scikit-learn": scikit_learn}


def quarters(since: str, until: str) -> list[tuple[datetime, datetime]]:
    year, month = (int(part) for part in since.split("-"))
    periods = []
    while f"{year}-{month:02}" < until:
        start = f"{year}-{month:02}"
        year, month = (year, month + 3) if month < 10 else (year + 1, month - 9)
        months = (start, f"{year}-{month:02}")
        begin, end = (datetime.fromisoformat(f"{first_month}-01T00:00:00Z") for first_month in months)
        periods.append((begin, end))
    return periods


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--since", default="2023-07", help="month of the first quarter; tune on earlier years only")
    parser.add_argument("--until", default="2025-01")
    parser.add_argument("--wrong", type=int, default=0, metavar="N", help="show N wrong predictions")
    args = parser.parse_args()
    examples = read_examples(args.corpus)
    predictions: dict[str, list[Predicted]] = {name: [] for name in METHODS}
    training_seconds, milliseconds = [], []
    for start, end in quarters(args.since, args.until):
        training_set = [example for example in examples if example.opened < start]
        tests = [example for example in examples if start <= example.opened < end]
        for name, method in METHODS.items():
            started = time.perf_counter()
            predict = method(training_set)
            trained = time.perf_counter()
            predictions[name] += [predict(example) for example in tests]
            if name == "Rootwatch" and tests:
                training_seconds.append(trained - started)
                milliseconds.append((time.perf_counter() - trained) / len(tests) * 1000)
    for name in METHODS:
        show(name, predictions[name])
    show_groups(predictions["Rootwatch"])
    show_reliability(predictions["Rootwatch"])
    model, last = train(training_set), tests or examples[-50:]
    started = time.perf_counter()
    for example in last:
        explain(model, example.instance)
    explain_milliseconds = (time.perf_counter() - started) / len(last) * 1000
    print(
        f"\ntraining {min(training_seconds):.1f} to {max(training_seconds):.1f} s; "
        f"from all {len(training_set)}: {len(model.vocabulary)} features"
    )
    print(
        f"{min(milliseconds):.2f} ms a bug (the best quarter; median {statistics.median_high(milliseconds):.2f}), ",
        end="",
    )
    print(f"with reasons {explain_milliseconds:.1f} ms")
    show_wrong(predictions["Rootwatch"], args.wrong)


if __name__ == "__main__":
    main()
