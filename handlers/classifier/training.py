"""Learning from tagged incidents: one logistic regression for each section, tried on later ones before it is trusted.

scikit-learn is imported inside, since it costs a second and 100 MB: run `learn_bytes` in a worker process.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from math import log, sqrt
from typing import Any

from handlers.classifier.examples import Example
from handlers.classifier.features import FILER, RULE, family, features_of
from handlers.classifier.model import MOST_GUESSES, RULES_ALONE, VERSION, Model, scores, view
from handlers.classifier.neighbours import remember
from handlers.classifier.rules import TEXT_SECTIONS
from handlers.classifier.serialization import to_bytes
from handlers.classifier.vectorize import likelihood, weigh

FEWEST_EXAMPLES = 50
FEWEST_OF_A_SECTION = 4
HALF_LIFE_DAYS = 3 * 365.25
RAREST_FEATURE = 3
MOST_FEATURES = 30_000
REGULARITY = 4.0
# Learn up to the first share of the time line, try on what follows up to the second.
TRIALS = ((0.7, 0.8), (0.8, 0.9), (0.9, 1.0))
WANTED_PRECISION = 0.96
FEWEST_SURE = 20
EXTERNAL = "external"

Features = dict[str, float]
Tried = list[tuple[list[float], frozenset[int]]]


def learn_bytes(examples: list[Example]) -> bytes:
    """Learn, and write the model down: what a worker process is asked for."""
    return to_bytes(learn(examples))


def learn(examples: Sequence[Example]) -> Model:
    """Learn sections from tagged incidents; the same examples give the same model, too few give the rules alone."""
    known = sorted(
        (one for one in examples if one.tags), key=lambda one: (one.opened, one.title, one.text, one.filer, one.tags)
    )
    wanted = {section for section in TEXT_SECTIONS if sum(section in one.tags for one in known) >= FEWEST_OF_A_SECTION}
    if len(known) < FEWEST_EXAMPLES or len(wanted) < 2:
        return RULES_ALONE
    sections = tuple(section for section in TEXT_SECTIONS if section in wanted)
    counted = [features_of(one.question) for one in known]
    tried: Tried = []
    for start, end in TRIALS:
        cut, stop = int(start * len(known)), int(end * len(known))
        trial = _fit(known[:cut], counted[:cut], sections, (1.0, 0.0), (1.0, 1.0))
        for one, counts in zip(known[cut:stop], counted[cut:stop], strict=True):
            if one.by_member:
                continue  # how far to trust the text is told by staff's tags alone
            truth = frozenset(place for place, section in enumerate(sections) if section in one.tags)
            tried.append((scores(trial, view(trial, counts)), truth))
    curve = _calibrate(tried)
    chances = [([likelihood(curve[0] * score + curve[1]) for score in found], truth) for found, truth in tried]
    denied = sorted((one for one in examples if one.against and not one.tags), key=lambda one: (one.opened, one.bug))
    return _fit(known, counted, sections, curve, (_sure_bound(chances), _perhaps_bound(chances)), denied)


def _fit(
    known: Sequence[Example],
    counted: Sequence[Features],
    sections: tuple[str, ...],
    curve: tuple[float, float],
    bounds: tuple[float, float],
    denied: Sequence[Example] = (),
) -> Model:
    """Fit weights and memory; `denied` are incidents of which only is known what they are not."""
    from sklearn.linear_model import LogisticRegression

    vocabulary, idf = _vocabulary(counted)
    rows = [weigh(counts, vocabulary, idf) for counts in counted]
    more = [weigh(features_of(one.question), vocabulary, idf) for one in denied]
    matrix = _matrix([*rows, *more], len(vocabulary))
    importance = _importance(known)
    weights: list[array[float]] = []
    intercepts: list[float] = []
    for section in sections:
        truth = [int(section in one.tags) for one in known]
        others = [len(known) + number for number, one in enumerate(denied) if section in one.against]
        if len(set(truth)) == 1:
            # An early trial may hold none of a section: then it is as unlikely as a few in all.
            intercepts.append(6.0 if truth[0] else -6.0)
            weights.append(array("f", bytes(4 * len(vocabulary))))
            continue
        learner: Any = LogisticRegression(C=REGULARITY, solver="liblinear", random_state=0)
        chosen = matrix[[*range(len(known)), *others]] if denied else matrix
        learner.fit(chosen, truth + [0] * len(others), sample_weight=importance + [1.0] * len(others))
        intercepts.append(float(learner.intercept_[0]))
        weights.append(array("f", learner.coef_[0].tolist()))
    held = [tuple(place for place, section in enumerate(sections) if section in one.tags) for one in known]
    # In single precision, as they are stored: a stored model answers exactly as the one that was learned.
    recency = array("f", [log(one) for one in importance])
    return Model(
        version=VERSION,
        learned_from=len(known),
        learned_until=known[-1].opened,
        sections=sections,
        vocabulary=vocabulary,
        idf=idf,
        weights=tuple(weights),
        intercepts=tuple(intercepts),
        slope=curve[0],
        offset=curve[1],
        sure=bounds[0],
        perhaps=bounds[1],
        by_filer=_by_filer(known, importance),
        memory=remember(rows, list(vocabulary), [one.bug for one in known], held, recency.tolist()),
    )


def _matrix(rows: Sequence[Mapping[int, float]], width: int) -> Any:
    from scipy.sparse import csr_matrix

    starts = [0]
    for row in rows:
        starts.append(starts[-1] + len(row))
    numbers = [number for row in rows for number in row.values()]
    return csr_matrix((numbers, [column for row in rows for column in row], starts), shape=(len(rows), width))


def _vocabulary(counted: Sequence[Features]) -> tuple[dict[str, int], array[float]]:
    seen = Counter(feature for counts in counted for feature in counts)
    kept = [name for name, times in seen.items() if times >= RAREST_FEATURE or family(name) in {RULE, FILER}]
    names = sorted(sorted(kept, key=lambda name: (-seen[name], name))[:MOST_FEATURES])
    total = len(counted)
    # Single precision from the start, so that a stored model answers exactly as the one that was learned.
    idf = array("f", [log((1 + total) / (1 + seen[name])) + 1.0 for name in names])
    return {name: column for column, name in enumerate(names)}, idf


def _importance(known: Sequence[Example]) -> list[float]:
    # Staff's habits drift: what they do now is in the recent incidents.
    newest = known[-1].opened
    return [0.5 ** ((newest - one.opened).total_seconds() / 86_400 / HALF_LIFE_DAYS) for one in known]


def _by_filer(known: Sequence[Example], importance: Sequence[float]) -> tuple[tuple[str, str, float], ...]:
    # The tag came in 2023: what was filed before says nothing on it.
    first = next((place for place, one in enumerate(known) if EXTERNAL in one.tags), len(known))
    found: list[tuple[str, str, float]] = []
    for filer in sorted({one.filer for one in known}):
        cases = [
            (weight, EXTERNAL in one.tags)
            for one, weight in zip(known, importance, strict=True)
            if one.filer == filer and one.opened >= known[min(first, len(known) - 1)].opened
        ]
        yes, total = sum(weight for weight, tagged in cases if tagged), sum(weight for weight, _ in cases)
        if yes:
            found.append((EXTERNAL, filer, round(yes / (total + 2.0), 4)))
    return tuple(found)


def _calibrate(tried: Tried) -> tuple[float, float]:
    """Fit the curve from the likeliest section's score to how often it was right: (slope, offset)."""
    from sklearn.linear_model import LogisticRegression

    # The likeliest are what people see; the many far below would draw the curve to themselves.
    best = [max(range(len(found)), key=lambda place: (found[place], -place)) for found, _ in tried]
    given = [found[place] for (found, _), place in zip(tried, best, strict=True)]
    right = [int(place in truth) for (_, truth), place in zip(tried, best, strict=True)]
    if len(set(right)) < 2:
        return 1.0, 0.0
    mean = sum(given) / len(given)
    spread = sqrt(sum((score - mean) ** 2 for score in given) / len(given)) or 1.0
    # Held back a little: later incidents are less like the known ones than these were.
    learner: Any = LogisticRegression(C=1.0)
    learner.fit([[(score - mean) / spread] for score in given], right)
    slope = float(learner.coef_[0][0]) / spread
    return slope, float(learner.intercept_[0]) - slope * mean


def _sure_bound(chances: Tried) -> float:
    """The lowest probability from which on 96 of 100 assignments were right on incidents not yet seen."""
    pairs = sorted(
        ((chance, place in truth) for found, truth in chances for place, chance in enumerate(found)), reverse=True
    )
    bound, right = 1.0, 0
    for number, (chance, correct) in enumerate(pairs, 1):
        right += correct
        if number >= FEWEST_SURE and right / number >= WANTED_PRECISION:
            bound = chance
    # However well the trial went, what is likelier wrong than right one time in three is not sure.
    return max(bound, 2 / 3)


def _perhaps_bound(chances: Tried) -> float:
    """The common bound for others beside the likeliest that gave the best F1 in the trials."""
    best = (-1.0, 1.0)
    for step in range(4, 20):
        bound = step * 0.05
        right = said = true = 0
        for found, truth in chances:
            ranked = sorted(range(len(found)), key=lambda place: (-found[place], place))[:MOST_GUESSES]
            guess = {place for rank, place in enumerate(ranked) if rank == 0 or found[place] >= bound}
            right, said, true = right + len(guess & truth), said + len(guess), true + len(truth)
        best = max(best, (2 * right / max(said + true, 1), bound))
    return best[1]
