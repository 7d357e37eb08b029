"""What examples have in common, in numbers: which words and ideas they hold more often than all incidents do."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from handlers.similarity.index import Index, Row
from handlers.similarity.topics import IDEAS

# So many imagined incidents of the usual kind stand beside the examples, so that one example proves little.
_USUAL_BESIDE_WORDS, _USUAL_BESIDE_IDEAS = 0.5, 4.0
# A word that all examples share is worth more than two that half of them do.
_SHARING = 1.5
# That an idea is absent tells more than another's presence, since titles name what matters.
_ABSENCE = 2.0
# How much words say beside ideas: as much more or less as the best shared word is worth beside the best shared idea,
# so that ideas which the table lacks are found by their words; and where one example shares nothing with another.
_WORDS_SAY, _WORDS_LEAST, _WORDS_MOST, _WORDS_OF_ONE = 0.7, 0.35, 2.0, 1.0
# Shared is what half of the examples hold, and two at least; ideas are not worth less than this, in nats.
_HALF, _TWO, _LEAST_WORTH = 0.5, 2.0, 0.3


@dataclass(frozen=True, slots=True)
class Example:
    """An incident, a description or an idea that shows what is wanted, and how much it counts beside others."""

    row: Row
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Theme:
    """What speaks for an incident (positive) and against it (negative), in nats.

    `words` by number, 0.0 for most; `ideas` what each adds where a title speaks of it; `silence` is the sum where none
    is spoken of.
    """

    words: array[float]
    ideas: Mapping[str, float]
    silence: float

    def score(self, row: Row) -> float:
        """Return what a row's words and ideas add up to."""
        words = self.words
        spoken = sum(self.ideas[idea] * how for idea, how in row.ideas.items())
        return self.silence + spoken + sum([words[word] * how for word, how in zip(row.words, row.says, strict=True)])


def theme_of(index: Index, examples: Sequence[Example], found: Sequence[Example] = ()) -> Theme:
    """Return what examples share.

    `found` are incidents that were found by the examples: what they share teaches further words, which count half
    beside the examples' own.
    """
    ideas, silence, best_idea = _ideas(index, examples)
    words, best_word = _words(index, examples)
    if found:
        more, _ = _words(index, found)
        words = {word: (words.get(word, 0.0) + more.get(word, 0.0)) / 2 for word in words.keys() | more.keys()}
    factor = _WORDS_OF_ONE
    if sum(one.weight for one in examples) >= _TWO:
        ratio = best_word / max(best_idea, _LEAST_WORTH)
        factor = min(max(_WORDS_SAY * ratio, _WORDS_LEAST), _WORDS_MOST)
    dense = array("d", bytes(8 * len(index.words.held_by)))
    for word, how in words.items():
        dense[word] = factor * how
    return Theme(dense, ideas, silence)


def _words(index: Index, examples: Iterable[Example]) -> tuple[dict[int, float], float]:
    """Weigh the words that examples hold more often than the usual incident; give the worth of the most shared too."""
    held: dict[int, float] = {}
    total = best = 0.0
    for one in examples:
        total += one.weight
        for word in one.row.words:
            held[word] = held.get(word, 0.0) + one.weight
    weighed = {}
    for word, count in held.items():
        usual = (index.words.held_by[word] + 0.5) / (len(index) + 1)
        odds = log((count + _USUAL_BESIDE_WORDS * usual) / (total + _USUAL_BESIDE_WORDS) / usual)
        if odds > 0:
            weighed[word] = odds * (count / total) ** _SHARING
        if count >= max(_TWO, _HALF * total):
            best = max(best, _worth(count / total, usual))
    return weighed, best


def _ideas(index: Index, examples: Sequence[Example]) -> tuple[dict[str, float], float, float]:
    """Weigh each idea's presence beyond its absence; give the sum of the absences, and the worth of the most shared."""
    count = sum(one.weight for one in examples)
    weights: dict[str, float] = {}
    silence = best = 0.0
    for idea in IDEAS:
        spoken = sum(one.weight * one.row.ideas.get(idea.key, 0.0) for one in examples)
        usual = (index.spoken.get(idea.key, 0.0) + 0.5) / (len(index) + 1)
        share = (spoken + _USUAL_BESIDE_IDEAS * usual) / (count + _USUAL_BESIDE_IDEAS)
        absent = _ABSENCE * log((1 - share) / (1 - usual))
        weights[idea.key] = log(share / usual) - absent
        silence += absent
        if spoken >= _HALF * count:
            best = max(best, _worth(spoken / count, usual))
    return weights, silence, best


def _worth(part: float, usual: float) -> float:
    """Return how much a share of the examples tells beside the usual share, in nats."""
    return part * log(part / usual)
