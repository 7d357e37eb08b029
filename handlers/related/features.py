"""What speaks for an earlier incident being an echo, in numbers, and how much each of them counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

from handlers.related.index import Row

DAY = 86_400.0
# In the unit of rarity: a title of one common word is wholly within most texts, which must not count as much.
_LEAST_TITLE = 6.0

# Learned by `bench/echoes.py --learn`: a conditional logit over the incidents opened before 2023 that name earlier
# ones, each against all that were earlier; docs/echoes.md has the figures. An incident without an opening names
# none, so these can say nothing of it: that its title then counts the more is set by hand.
WEIGHTS: Mapping[str, float] = {
    "words": 2.47,
    "its title in ours": 1.77,
    "our title in its": 2.54,
    "titles, nothing else known": 5.0,
    "age": -0.48,
    "age, same CA": 0.65,
    "days, same CA": -2.11,
    "year, same CA": 3.2,
    "place, same CA": 1.28,
    "names its CA": 5.19,
    "named lately, same CA": 3.45,
    "follows, same CA": 4.63,
}


@dataclass(frozen=True, slots=True)
class Pair:
    """One earlier incident beside the one that is asked about: the clues by name, and the words both have."""

    row: Row
    clues: Mapping[str, float]

    @property
    def worth(self) -> float:
        """What the clues add up to."""
        return sum(WEIGHTS[name] * clue for name, clue in self.clues.items())


def pairs_of(asked: Row, rows: Iterable[Row], rarity: Sequence[float]) -> Iterator[Pair]:
    """Give every incident that was opened before the one asked about, with its clues."""
    earlier = sorted((row for row in rows if row.key < asked.key), key=lambda row: row.key)
    own = [row.bug for row in earlier if asked.ca is not None and row.ca == asked.ca]
    latest = {bug: 1.0 / place for place, bug in enumerate(reversed(own), start=1)}
    named_lately = _named_lately(asked, earlier)
    others = asked.cas - {asked.ca}
    words = _Words(asked, rarity)
    untold = float(len(asked.words) == asked.titled)
    alike = [words.likeness(row) for row in earlier]
    most = max((whole for whole, *_ in alike), default=0.0) or 1.0
    for row, (whole, its_title, own_title, titles) in zip(earlier, alike, strict=True):
        days = max((asked.opened - row.opened).total_seconds() / DAY, 0.0)
        same = float(row.bug in latest)
        age = log(1 + days)
        yield Pair(
            row,
            {
                "words": whole / most,
                "its title in ours": its_title,
                "our title in its": own_title,
                "titles, nothing else known": titles * untold,
                "age": age,
                "age, same CA": same * age,
                "days, same CA": same * exp(-days / 3),
                "year, same CA": same * exp(-days / 365),
                "place, same CA": latest.get(row.bug, 0.0),
                "names its CA": float(not others.isdisjoint(row.about)),
                "named lately, same CA": same * log(1 + named_lately.get(row.bug, 0.0)),
                "follows, same CA": same * exp(-days / 30) * (asked.follows and not row.follows),
            },
        )


def _named_lately(asked: Row, earlier: Sequence[Row]) -> dict[int, float]:
    """Return how often each bug was named by incidents before the one asked about, fading within a month."""
    named: dict[int, float] = {}
    for row in earlier:
        if row.refers_to:
            fading = exp(-(asked.opened - row.opened).total_seconds() / DAY / 30)
            for bug in row.refers_to:
                named[bug] = named.get(bug, 0.0) + fading
    return named


class _Words:
    """The words of the incident asked about, for comparison."""

    def __init__(self, asked: Row, rarity: Sequence[float]) -> None:
        self._rarity = rarity
        self._whole = {word: rarity[word] * says for word, says in zip(asked.words, asked.says, strict=True)}
        self._length = sqrt(sum(value * value for value in self._whole.values()))
        self._title = {word: rarity[word] for word in asked.words[: asked.titled]}
        self._title_length = sqrt(sum([value * value for value in self._title.values()]))
        self._mass = max(sum(self._title.values()), _LEAST_TITLE)

    def likeness(self, row: Row) -> tuple[float, float, float, float]:
        """Return the cosine of both, how much of each title the other incident has, and the titles' cosine: 0 to 1."""
        rarity, whole = self._rarity, self._whole
        values = [rarity[word] * says for word, says in zip(row.words, row.says, strict=True)]
        length = sqrt(sum([value * value for value in values])) * self._length
        dot = sum([value * whole[word] for word, value in zip(row.words, values, strict=True) if word in whole])
        title = row.words[: row.titled]
        mass = max(sum([rarity[word] for word in title]), _LEAST_TITLE)
        its = sum([rarity[word] for word in title if word in whole])
        own = sum([self._title[word] for word in row.words if word in self._title])
        both = sum([rarity[word] ** 2 for word in title if word in self._title])
        titles = sqrt(sum([rarity[word] ** 2 for word in title])) * self._title_length
        return (dot / length if length else 0.0, its / mass, own / self._mass, both / titles if titles else 0.0)
