"""From counted features to the numbers that a model multiplies: one place, so that learning and asking agree."""

from collections.abc import Mapping, Sequence
from math import exp, log, sqrt

from handlers.classifier.features import FILER, PART, RULE, TEXT, TITLE, family

# Each family's numbers have this length together, however long the text: a title counts more than its report.
FAMILY_LENGTH: Mapping[str, float] = {TITLE: 1.0, TEXT: 0.8, PART: 0.6}
# These are taken as they are.
FAMILY_FACTOR: Mapping[str, float] = {RULE: 1.2, FILER: 0.3}


def weigh(counts: Mapping[str, float], vocabulary: Mapping[str, int], idf: Sequence[float]) -> dict[int, float]:
    """Turn counts into column -> number: damped counts, rare features up, each family to its own length."""
    squares = dict.fromkeys(FAMILY_LENGTH, 0.0)
    raw: list[tuple[int, float, str]] = []
    for feature, count in counts.items():
        column = vocabulary.get(feature)
        if column is None:
            continue
        kind = family(feature)
        if kind in squares:
            number = (1.0 + log(count)) * idf[column]
            squares[kind] += number * number
        else:
            number = count * FAMILY_FACTOR.get(kind, 1.0)
        raw.append((column, number, kind))
    scale = {kind: FAMILY_LENGTH[kind] / sqrt(square) if square else 0.0 for kind, square in squares.items()}
    return {column: number * scale.get(kind, 1.0) for column, number, kind in raw}


def likelihood(score: float) -> float:
    """The logistic curve, safe at both ends."""
    if score < -30.0:
        return 0.0
    return 1.0 if score > 30.0 else 1.0 / (1.0 + exp(-score))
