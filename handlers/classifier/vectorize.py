"""Turn counted features into the vector that a model multiplies, for training and prediction alike."""

from collections.abc import Mapping, Sequence
from math import exp, log, sqrt

from handlers.classifier.features import TEXT, TITLE, namespace

# The Euclidean norm of each namespace's part of a vector, however long the text: a title counts more than its report.
NAMESPACE_NORM: Mapping[str, float] = {TITLE: 1.0, TEXT: 0.8}
# A rule's feature is multiplied by a constant instead.
RULE_FACTOR = 1.2


def vectorize(counts: Mapping[str, float], vocabulary: Mapping[str, int], idf: Sequence[float]) -> dict[int, float]:
    """Return a sparse vector (column to value): sublinear TF-IDF, with each namespace scaled to its norm."""
    squares = dict.fromkeys(NAMESPACE_NORM, 0.0)
    unscaled: list[tuple[int, float, str]] = []
    for feature, count in counts.items():
        column = vocabulary.get(feature)
        if column is None:
            continue
        prefix = namespace(feature)
        if prefix in squares:
            value = (1.0 + log(count)) * idf[column]
            squares[prefix] += value * value
        else:
            value = count * RULE_FACTOR
        unscaled.append((column, value, prefix))
    scale = {prefix: NAMESPACE_NORM[prefix] / sqrt(square) if square else 0.0 for prefix, square in squares.items()}
    return {column: value * scale.get(prefix, 1.0) for column, value, prefix in unscaled}


def sigmoid(score: float) -> float:
    """Return the logistic function of a score, without overflow at either end."""
    if score < -30.0:
        return 0.0
    return 1.0 if score > 30.0 else 1.0 / (1.0 + exp(-score))
