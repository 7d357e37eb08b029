"""Which incidents to show members for a verdict, and what their verdicts allow the text to do alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from handlers.similarity.ranking import Match

# A verdict teaches most where it could be either.
_DOUBT = 0.5
_FEWEST_BATCHES = 2
# So many verdicts must stand above a bound. The share of them that say "belongs" is counted with one more of each kind,
# so that eight of eight are not taken for certainty.
_FEWEST_ABOVE, _RIGHT_ABOVE = 8, 0.85


@dataclass(frozen=True, slots=True)
class Verdict:
    """What members said of one incident of a batch; `score` is what the ranking gave it when it was shown."""

    score: float
    belongs: bool


def choose_batch(matches: Iterable[Match], size: int = 10, seen: Collection[int] = ()) -> tuple[Match, ...]:
    """Choose incidents to be judged, half of them the best, half doubtful ones that differ in what decided.

    `matches` come best first; `seen` are bugs that were judged or passed over before. Fewer come back where fewer are
    left.
    """
    left = [match for match in matches if match.bug not in seen]
    best, rest = left[: (size + 1) // 2], left[(size + 1) // 2 :]
    by_doubt = sorted(rest, key=lambda match: (abs(match.score - _DOUBT), match.bug))
    unlike: list[Match] = []
    alike: list[Match] = []
    reasons: set[frozenset[str]] = set()
    wanted = size - len(best)
    for match in by_doubt:
        if len(unlike) == wanted:
            break
        if (why := frozenset(match.why)) in reasons:
            alike.append(match)
        else:
            reasons.add(why)
            unlike.append(match)
    return (*best, *unlike, *alike[: wanted - len(unlike)])


def bound_from(batches: Sequence[Iterable[Verdict]]) -> float | None:
    """Return the score from which on text alone may assign, None while the verdicts do not allow it at any.

    It takes two judged batches, and at least eight verdicts at or above the bound of which nearly all say "belongs".
    The scores are those of the rankings that the batches were chosen from, so no incident vouches for itself.
    """
    judged = [tuple(batch) for batch in batches]
    if sum(bool(batch) for batch in judged) < _FEWEST_BATCHES:
        return None
    verdicts = sorted(chain.from_iterable(judged), key=lambda verdict: (-verdict.score, verdict.belongs))
    bound, right = None, 0
    for above, verdict in enumerate(verdicts, 1):
        right += verdict.belongs
        # Among equals all must have been counted.
        last = above == len(verdicts) or verdicts[above].score < verdict.score
        if last and verdict.belongs and above >= _FEWEST_ABOVE and right + 1 >= _RIGHT_ABOVE * (above + 2):
            bound = verdict.score
    return bound
