"""Measures how well sections are predicted: trains up to each quarter's start, tests on it.

The quarters from 2021-07 to 2024-12 are split: one of each two successive ones, drawn by a seed, is final. The final
ones are for a last look at a method that was chosen on the others.
"""

import argparse
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from math import log
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.corpus import CORPUS, read_examples
from bench.section_figures import SECTIONS, Predicted, show, show_groups, show_reliability, show_wrong
from handlers.classifier import model, training
from handlers.classifier.examples import Instance, TrainingExample
from handlers.classifier.explain import explain
from handlers.classifier.features import RULE_NAMESPACE, TEXT, TITLE, extract_features, namespace
from handlers.classifier.rules import TEXT_SECTIONS
from handlers.classifier.vectorize import sigmoid
from storage.values.incidents import Assignment

# drawn by random.Random(14).choice from each two successive quarters, before anything was measured on this split
FINAL_QUARTERS = ("2021-07", "2022-01", "2022-10", "2023-04", "2023-10", "2024-01", "2024-10")


Method = Callable[[TrainingExample], Predicted]


def _to_predicted(example: TrainingExample, sections: Sequence[Assignment]) -> Predicted:
    confident = tuple(assignment.section for assignment in sections if assignment.confident)
    return Predicted(example, sections[0].section, sections[0].confidence, confident)


def rootwatch(training_set: Sequence[TrainingExample]) -> Method:
    trained = training.train(training_set)

    def predict(example: TrainingExample) -> Predicted:
        return _to_predicted(example, model.classify(trained, example.instance).assignments)

    return predict


def ablated(*left_out: str, neighbour_weight: float = model.NEIGHBOUR_WEIGHT) -> Callable[..., Method]:
    """Return the method without the features of these namespaces, and with another weight of the neighbours."""

    def remaining_features(instance: Instance) -> dict[str, float]:
        counts = extract_features(instance)
        return {feature: count for feature, count in counts.items() if namespace(feature) not in left_out}

    def method(training_set: Sequence[TrainingExample]) -> Method:
        def patched() -> tuple[Any, ...]:
            return (
                patch.object(training, "extract_features", remaining_features),
                patch.object(model, "extract_features", remaining_features),
                patch.object(model, "NEIGHBOUR_WEIGHT", neighbour_weight),
            )

        with ExitStack() as stack:
            for change in patched():
                stack.enter_context(change)
            predict = rootwatch(training_set)

        def predict_patched(example: TrainingExample) -> Predicted:
            with ExitStack() as stack:
                for change in patched():
                    stack.enter_context(change)
                return predict(example)

        return predict_patched

    return method


def rules_only(_training_set: Sequence[TrainingExample]) -> Method:
    def predict(example: TrainingExample) -> Predicted:
        return _to_predicted(example, model.classify(model.RULES_ONLY, example.instance).assignments)

    return predict


def most_frequent(training_set: Sequence[TrainingExample]) -> Method:
    counts = Counter(tag for example in training_set for tag in example.tags if tag in SECTIONS)
    section, count = counts.most_common(1)[0]
    return lambda example: Predicted(example, section, count / len(training_set), ())


def scikit_learn(training_set: Sequence[TrainingExample]) -> Method:
    """Twenty lines of scikit-learn on the same texts, calibrated on the newest fifth; confident from .9 on."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.preprocessing import MultiLabelBinarizer

    def fit(examples: Sequence[TrainingExample]) -> Callable[[TrainingExample], tuple[float, str]]:
        words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
        parts = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=3, sublinear_tf=True)
        binarizer = MultiLabelBinarizer(classes=list(TEXT_SECTIONS))
        truth = binarizer.fit_transform([[tag for tag in e.tags if tag in TEXT_SECTIONS] for e in examples])
        pipeline = make_pipeline(make_union(words, parts), OneVsRestClassifier(LogisticRegression(C=10)))
        pipeline.fit([f"{example.title}\n{example.text}" for example in examples], truth)

        def score(example: TrainingExample) -> tuple[float, str]:
            probabilities = pipeline.predict_proba([f"{example.title}\n{example.text}"])[0]
            probability, section = max(zip(map(float, probabilities), TEXT_SECTIONS, strict=True))
            return log(max(probability, 1e-9) / max(1 - probability, 1e-9)), section

        return score

    cut = len(training_set) * 4 // 5
    earlier, best = fit(training_set[:cut]), fit(training_set)
    top = [(earlier(example), example.tags) for example in training_set[cut:]]
    curve = LogisticRegression().fit(
        [[score] for (score, _), _ in top], [section in tags for (_, section), tags in top]
    )
    slope, offset = float(curve.coef_[0][0]), float(curve.intercept_[0])

    def predict(example: TrainingExample) -> Predicted:
        score, section = best(example)
        probability = sigmoid(slope * score + offset)
        return Predicted(example, section, probability, (section,) if probability >= 0.9 else ())

    return predict


METHODS: Mapping[str, Callable[[Sequence[TrainingExample]], Method]] = {
    "Rootwatch": rootwatch,
    "rules alone": rules_only,
    "scikit-learn": scikit_learn,
    "most frequent": most_frequent,
}
ABLATIONS: Mapping[str, Callable[[Sequence[TrainingExample]], Method]] = {
    "without rules": ablated(RULE_NAMESPACE),
    "without words of the title": ablated(TITLE),
    "without words of the text": ablated(TEXT),
    "without neighbours": ablated(neighbour_weight=0.0),
    "neighbours alone": ablated(neighbour_weight=1.0),
}


def quarters(since: str, until: str, *, final: bool) -> list[tuple[datetime, datetime]]:
    """Return the start and end of each final quarter from a month up to another, or of each that is not final."""
    year, month = (int(part) for part in since.split("-"))
    periods = []
    while f"{year}-{month:02}" < until:
        start = f"{year}-{month:02}"
        year, month = (year, month + 3) if month < 10 else (year + 1, month - 9)
        months = (start, f"{year}-{month:02}")
        begin, end = (datetime.fromisoformat(f"{first_month}-01T00:00:00Z") for first_month in months)
        if (start in FINAL_QUARTERS) == final:
            periods.append((begin, end))
    return periods


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--since", default="2021-07", help="month of the first quarter")
    parser.add_argument("--until", default="2025-01")
    parser.add_argument("--final", action="store_true", help="the quarters kept for the end: look at them once")
    parser.add_argument("--wrong", type=int, default=0, metavar="N", help="show N wrong predictions")
    parser.add_argument("--ablation", action="store_true", help="also without each part of the method")
    args = parser.parse_args()
    methods = {**METHODS, **(ABLATIONS if args.ablation else {})}
    predictions: dict[str, list[Predicted]] = {name: [] for name in methods}
    examples = read_examples(args.corpus)
    training_seconds, milliseconds = [], []
    for start, end in quarters(args.since, args.until, final=args.final):
        training_set = [example for example in examples if example.opened < start]
        tests = [example for example in examples if start <= example.opened < end]
        for name, method in methods.items():
            started = time.perf_counter()
            predict = method(training_set)
            trained = time.perf_counter()
            predictions[name] += [predict(example) for example in tests]
            if name == "Rootwatch" and tests:
                training_seconds.append(trained - started)
                milliseconds.append((time.perf_counter() - trained) / len(tests) * 1000)
    for name in methods:
        show(name, predictions[name])
    show_groups(predictions["Rootwatch"])
    show_reliability(predictions["Rootwatch"])
    last_model, last = training.train(training_set), tests or examples[-50:]
    started = time.perf_counter()
    for example in last:
        explain(last_model, example.instance)
    explain_milliseconds = (time.perf_counter() - started) / len(last) * 1000
    print(
        f"\ntraining {min(training_seconds):.1f} to {max(training_seconds):.1f} s; "
        f"from all {len(training_set)}: {len(last_model.vocabulary)} features"
    )
    print(
        f"{min(milliseconds):.2f} ms a bug (the best quarter; median {statistics.median_high(milliseconds):.2f}), "
        f"with reasons {explain_milliseconds:.1f} ms"
    )
    show_wrong(predictions["Rootwatch"], args.wrong)


if __name__ == "__main__":
    main()
