"""Why an earlier incident is shown, in the few words that a reader would say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handlers.related.features import DAY
from handlers.related.index import EchoIndex, Row

MOST_WORDS = 3
# What more of all incidents say than this share is no reason, a few incidents apart; less where only openings say it.
_TELLING, _TELLING_IN_OPENINGS = 1 / 6, 1 / 30
_FEW = 5
# A word of both titles, and one of either, beside one of the openings alone.
_BOTH_TITLES, _ONE_TITLE = 4.0, 2.0
_SHORTLY, _MONTH, _YEAR = 30, 30.4, 365.25
# The clue of that name: two incidents of the last days, or more of the last weeks.
_NAMED = 1.0


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why an incident is shown: the `words` that both have, other `links`, and `nearness`, "same CA, 6 days before".

    `telling` is how much the most telling of the words says: about 30 for a rare word of both titles, 0 without any.
    """

    words: tuple[str, ...]
    telling: float
    links: tuple[str, ...]
    nearness: tuple[str, ...]

    @property
    def said(self) -> tuple[str, ...]:
        """All of them, in the order in which they are said; () where nothing speaks for it."""
        return (*self.words, *self.links, *self.nearness)


def reasons_for(asked: Row, row: Row, clues: Mapping[str, float], index: EchoIndex, rarity: Sequence[float]) -> Reasons:
    """Return what both share, most telling first, and how they are linked.

    That both are of one CA is said where it was shortly before, or within a year where there is nothing better to say.
    Words next to each other in both titles are given as one.
    """
    phrases, telling = _shared(asked, row, index, rarity)
    words = tuple(" ".join(index.words.word(word) for word in phrase) for phrase in phrases)
    days = max(int((asked.opened - row.opened).total_seconds() / DAY), 0)
    same_ca = asked.ca is not None and row.ca == asked.ca
    named = ("its CA is named",) if clues["names its CA"] else ()
    lately = ("others just before refer to it",) if clues["named lately, same CA"] >= _NAMED else ()
    links = (*named, *lately)
    near = same_ca and (days < _SHORTLY or (not (words or links) and days < _YEAR))
    return Reasons(words, telling, links, (f"same CA, {_before(days)}",) if near else ())


def _shared(asked: Row, row: Row, index: EchoIndex, rarity: Sequence[float]) -> tuple[list[tuple[int, ...]], float]:
    """Return the phrases that say most, and how much the most telling word says."""
    ours, its = set(asked.words[: asked.titled]), set(row.words[: row.titled])
    says: dict[int, float] = {}
    telling: set[int] = set()
    for word in set(asked.words) & set(row.words):
        titles = (word in ours) + (word in its)
        most = max(len(index) * (_TELLING if titles else _TELLING_IN_OPENINGS), _FEW)
        written = index.words.word(word)
        if index.words.held_by[word] <= most and len(written) > 1 and not written.isdecimal():
            telling.add(word)
        if titles == 2 or word in telling:
            says[word] = rarity[word] * (1.0, _ONE_TITLE, _BOTH_TITLES)[titles]
    worth = {
        phrase: sum(says[word] for word in phrase)
        for phrase in _phrases([word for word in asked.words if word in says], row, asked)
        if not telling.isdisjoint(phrase)
    }
    phrases = sorted(worth, key=lambda phrase: -worth[phrase])[:MOST_WORDS]
    return phrases, max((says[word] for word in telling), default=0.0)


def _phrases(words: Sequence[int], row: Row, asked: Row) -> list[tuple[int, ...]]:
    """Join the words that follow each other in both titles; the rest stand alone."""
    following = {(one, two) for one, two in zip(row.words, row.words[1 : row.titled], strict=False)}
    following &= {(one, two) for one, two in zip(asked.words, asked.words[1 : asked.titled], strict=False)}
    phrases: list[tuple[int, ...]] = []
    for word in words:
        if phrases and (phrases[-1][-1], word) in following:
            phrases[-1] = (*phrases[-1], word)
        else:
            phrases.append((word,))
    return phrases


def _before(days: int) -> str:
    if days < 1:
        return "within a day"
    if days >= 2 * _MONTH:
        return f"{int(days / _MONTH)} months before"
    return "1 day before" if days == 1 else f"{days} days before"
