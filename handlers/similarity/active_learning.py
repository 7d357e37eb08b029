"""Selects the incidents that members should label next, and calibrates the score from which text alone may assign."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from handlers.similarity.ranking import Match

# A label teaches most where the incident is as likely to belong as not.
_MOST_UNCERTAIN = 0.5
_MIN_BATCHES = 2
# A threshold needs so many labels at or above it, and so large a share of them that belong. One label of each kind is
# added to that share, so that eight of eight do not count as certainty.
_MIN_LABELS_ABOVE, _MIN_PRECISION = 8, 0.85


@dataclass(frozen=True, slots=True)
class LabelledScore:
    """The label that members gave an incident of a batch, and its `score` in the ranking when it was shown."""

    score: float
    belongs: bool


def select_for_labelling(matches: Iterable[Match], size: int = 10, seen: Collection[int] = ()) -> tuple[Match, ...]:
    """Return incidents to label: half of them the best, half uncertain ones that differ in their reasons.

    `matches` come best first; `seen` are bugs that were labelled or skipped before. Returns fewer than `size` if fewer
    remain.
    """
    unseen = [match for match in matches if match.bug not in seen]
    best, rest = unseen[: (size + 1) // 2], unseen[(size + 1) // 2 :]
    by_uncertainty = sorted(rest, key=lambda match: (abs(match.score - _MOST_UNCERTAIN), match.bug))
    distinct: list[Match] = []
    repeated: list[Match] = []
    covered_reasons: set[frozenset[str]] = set()
    uncertain_count = size - len(best)
    for match in by_uncertainty:
        if len(distinct) == uncertain_count:
            break
        if (reasons := frozenset(match.reasons)) in covered_reasons:
            repeated.append(match)
        else:
            covered_reasons.add(reasons)
            distinct.append(match)
    return (*best, *distinct, *repeated[: uncertain_count - len(distinct)])


def calibrate_threshold(batches: Sequence[Iterable[LabelledScore]]) -> float | None:
    """Return the score from which text alone may assign, None while the labels support no threshold.

    It takes two labelled batches, and at least eight labels at or above the threshold of which nearly all say
    "belongs". The scores are those of the rankings that the batches were selected from, so an incident's own label has
    no part in its score.
    """
    labelled_batches = [tuple(batch) for batch in batches]
    if sum(bool(batch) for batch in labelled_batches) < _MIN_BATCHES:
        return None
    labels = sorted(chain.from_iterable(labelled_batches), key=lambda label: (-label.score, label.belongs))
    threshold, positives = None, 0
    for count, label in enumerate(labels, 1):
        positives += label.belongs
        # All labels of equal score have to be counted first.
        is_last_of_score = count == len(labels) or labels[count].score < label.score
        enough_labels = count >= _MIN_LABELS_ABOVE
        if is_last_of_score and label.belongs and enough_labels and positives + 1 >= _MIN_PRECISION * (count + 2):
            threshold = label.score
    return threshold
