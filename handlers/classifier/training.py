"""Train a model: one logistic regression per section, calibrated on incidents later than those it was fitted on.

scikit-learn is imported within functions, since it takes a second and 100 MB: run `train_to_bytes` in a worker process.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from math import log, sqrt
from typing import Any

from handlers.classifier.examples import TrainingExample
from handlers.classifier.features import RULE_NAMESPACE, extract_features, namespace
from handlers.classifier.model import MAX_SUGGESTIONS, MODEL_VERSION, RULES_ONLY, Model, encode, section_scores
from handlers.classifier.neighbours import build_index
from handlers.classifier.rules import TEXT_SECTIONS
from handlers.classifier.serialization import to_bytes
from handlers.classifier.vectorize import sigmoid, vectorize

MIN_EXAMPLES = 50
MIN_EXAMPLES_PER_SECTION = 4
MIN_DOCUMENT_FREQUENCY = 3
MAX_FEATURES = 30_000
INVERSE_REGULARIZATION = 4.0
# For the calibration: fit on the examples up to a share of the time line, predict the next tenth.
TIME_SPLITS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
TARGET_PRECISION = 0.95
MIN_CONFIDENT = 20

FeatureCounts = dict[str, float]
# For each validation example the score (or probability) of each section, and the indices of its true sections.
ValidationScores = list[tuple[list[float], frozenset[int]]]


def train_to_bytes(examples: list[TrainingExample]) -> bytes:
    """Train a model and serialize it: the task of a worker process."""
    return to_bytes(train(examples))


def train(examples: Sequence[TrainingExample]) -> Model:
    """Train a model; the same examples give the same model. Too few examples give `RULES_ONLY`."""
    labelled = sorted(
        (example for example in examples if example.tags),
        key=lambda example: (example.opened, example.title, example.text, example.tags),
    )
    sections = tuple(
        section
        for section in TEXT_SECTIONS
        if sum(section in example.tags for example in labelled) >= MIN_EXAMPLES_PER_SECTION
    )
    if len(labelled) < MIN_EXAMPLES or len(sections) < 2:
        return RULES_ONLY
    counted = [extract_features(example.instance) for example in labelled]
    scores: ValidationScores = []
    for start in TIME_SPLITS:
        cut, stop = int(start * len(labelled)), int((start + 0.1) * len(labelled))
        trial_model = _fit(labelled[:cut], counted[:cut], sections, (1.0, 0.0), (1.0, 1.0))
        for example, counts in zip(labelled[cut:stop], counted[cut:stop], strict=True):
            if example.corrected:
                continue  # the calibration relies on staff's tags alone
            truth = frozenset(index for index, section in enumerate(sections) if section in example.tags)
            scores.append((section_scores(trial_model, encode(trial_model, counts)), truth))
    slope, offset = _calibrate(scores)
    probabilities = [([sigmoid(slope * score + offset) for score in row], truth) for row, truth in scores]
    thresholds = (_confident_threshold(probabilities), _suggestion_threshold(probabilities))
    negatives = sorted(
        (example for example in examples if example.negative_sections and not example.tags),
        key=lambda example: (example.opened, example.bug),
    )
    return _fit(labelled, counted, sections, (slope, offset), thresholds, negatives)


def _fit(
    labelled: Sequence[TrainingExample],
    counted: Sequence[FeatureCounts],
    sections: tuple[str, ...],
    calibration: tuple[float, float],
    thresholds: tuple[float, float],
    negatives: Sequence[TrainingExample] = (),
) -> Model:
    """Fit weights and build the neighbour index.

    `calibration` is (slope, offset), `thresholds` (confident, suggestion). `negatives` are untagged incidents known
    not to be in some sections.
    """
    from sklearn.linear_model import LogisticRegression

    vocabulary, idf = _build_vocabulary(counted)
    rows = [vectorize(counts, vocabulary, idf) for counts in counted]
    negative_rows = [vectorize(extract_features(example.instance), vocabulary, idf) for example in negatives]
    matrix = _sparse_matrix([*rows, *negative_rows], len(vocabulary))
    weights: list[array[float]] = []
    intercepts: list[float] = []
    for section in sections:
        truth = [int(section in example.tags) for example in labelled]
        negative_indices = [
            len(labelled) + number for number, example in enumerate(negatives) if section in example.negative_sections
        ]
        if len(set(truth)) == 1:
            # An early split may have no example of a section: it is then as unlikely as one with very few.
            intercepts.append(6.0 if truth[0] else -6.0)
            weights.append(array("f", bytes(4 * len(vocabulary))))
            continue
        regression: Any = LogisticRegression(C=INVERSE_REGULARIZATION, solver="liblinear", random_state=0)
        regression.fit(
            matrix[[*range(len(labelled)), *negative_indices]] if negatives else matrix,
            truth + [0] * len(negative_indices),
        )
        intercepts.append(float(regression.intercept_[0]))
        weights.append(array("f", regression.coef_[0].tolist()))
    labels = [tuple(index for index, section in enumerate(sections) if section in example.tags) for example in labelled]
    return Model(
        version=MODEL_VERSION,
        training_size=len(labelled),
        trained_until=labelled[-1].opened,
        section_keys=sections,
        vocabulary=vocabulary,
        idf=idf,
        weights=tuple(weights),
        intercepts=tuple(intercepts),
        slope=calibration[0],
        offset=calibration[1],
        confident_threshold=thresholds[0],
        suggestion_threshold=thresholds[1],
        neighbour_index=build_index(rows, list(vocabulary), [example.bug for example in labelled], labels),
    )


def _sparse_matrix(rows: Sequence[Mapping[int, float]], width: int) -> Any:
    from scipy.sparse import csr_matrix

    starts = [0]
    for row in rows:
        starts.append(starts[-1] + len(row))
    values = [value for row in rows for value in row.values()]
    return csr_matrix((values, [column for row in rows for column in row], starts), shape=(len(rows), width))


def _build_vocabulary(counted: Sequence[FeatureCounts]) -> tuple[dict[str, int], array[float]]:
    """Return the column of each feature that is frequent enough, and the inverse document frequency of each column."""
    frequencies = Counter(feature for counts in counted for feature in counts)
    frequent = [
        name
        for name, frequency in frequencies.items()
        if frequency >= MIN_DOCUMENT_FREQUENCY or namespace(name) == RULE_NAMESPACE
    ]
    names = sorted(sorted(frequent, key=lambda name: (-frequencies[name], name))[:MAX_FEATURES])
    total = len(counted)
    # Single precision from the start: a stored model predicts exactly as the trained one.
    idf = array("f", [log((1 + total) / (1 + frequencies[name])) + 1.0 for name in names])
    return {name: column for column, name in enumerate(names)}, idf


def _calibrate(scores: ValidationScores) -> tuple[float, float]:
    """Fit a logistic function from the likeliest section's score to how often it was right: (slope, offset)."""
    from sklearn.linear_model import LogisticRegression

    # Only the likeliest sections are shown; the many unlikely ones would dominate the fit.
    likeliest = [max(range(len(row)), key=lambda index: (row[index], -index)) for row, _ in scores]
    top_scores = [row[index] for (row, _), index in zip(scores, likeliest, strict=True)]
    correct = [int(index in truth) for (_, truth), index in zip(scores, likeliest, strict=True)]
    if len(set(correct)) < 2:
        return 1.0, 0.0
    mean = sum(top_scores) / len(top_scores)
    deviation = sqrt(sum((score - mean) ** 2 for score in top_scores) / len(top_scores)) or 1.0
    # Regularised a little: later incidents are less like the training examples than these are.
    regression: Any = LogisticRegression(C=1.0)
    regression.fit([[(score - mean) / deviation] for score in top_scores], correct)
    slope = float(regression.coef_[0][0]) / deviation
    return slope, float(regression.intercept_[0]) - slope * mean


def _confident_threshold(probabilities: ValidationScores) -> float:
    """Return the lowest probability from which on `TARGET_PRECISION` of the validation assignments were right."""
    pairs = sorted(
        ((probability, index in truth) for row, truth in probabilities for index, probability in enumerate(row)),
        reverse=True,
    )
    threshold, right = 1.0, 0
    for count, (probability, correct) in enumerate(pairs, 1):
        right += correct
        if count >= MIN_CONFIDENT and right / count >= TARGET_PRECISION:
            threshold = probability
    # However good the validation was, what is wrong more than one time in three is not confident.
    return max(threshold, 2 / 3)


def _suggestion_threshold(probabilities: ValidationScores) -> float:
    """Return the threshold for sections beside the likeliest that gave the best micro-F1 in the validation."""
    best = (-1.0, 1.0)
    for step in range(4, 20):
        threshold = step * 0.05
        correct = predicted = actual = 0
        for row, truth in probabilities:
            ranked = sorted(range(len(row)), key=lambda index: (-row[index], index))[:MAX_SUGGESTIONS]
            sections = {index for rank, index in enumerate(ranked) if rank == 0 or row[index] >= threshold}
            correct += len(sections & truth)
            predicted += len(sections)
            actual += len(truth)
        best = max(best, (2 * correct / max(predicted + actual, 1), threshold))
    return best[1]
