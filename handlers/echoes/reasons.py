"""Why an earlier incident is shown, in the few words that a reader would say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.echoes.clues import DAY
from handlers.echoes.index import EchoIndex, Row

MOST_WORDS = 3
# What more than a sixth of all incidents say is no reason; in the unit of `EchoIndex.rarity`.
_TELLING = 2.8
# A word that both titles say, beside one that only an opening does.
_IN_TITLES = 3.0
_SHORTLY = 30
# The clue of that name: two incidents of the last days, or more of the last weeks.
_NAMED = 1.0


def reasons_for(
    asked: Row, row: Row, clues: Mapping[str, float], index: EchoIndex, rarity: Sequence[float]
) -> tuple[str, ...]:
    """Return what both share, most telling first, then how they are linked; () where nothing speaks for it.

    CA owners' names are no reason. Words next to each other in both titles are given as one.
    """
    shared = set(asked.words) & set(row.words)
    telling = {word for word in shared if rarity[word] >= _TELLING and not index.word(word).isdecimal()}
    titles = set(asked.words[: asked.titled]) & set(row.words[: row.titled])
    phrases = _phrases([word for word in asked.words if word in telling or word in titles], row, asked)
    worth = {
        phrase: sum(rarity[word] * (_IN_TITLES if word in titles else 1.0) for word in phrase)
        for phrase in phrases
        if any(word in telling for word in phrase)
    }
    best = sorted(worth, key=lambda phrase: -worth[phrase])[:MOST_WORDS]
    said = [" ".join(index.word(word) for word in phrase) for phrase in best]
    days = (asked.opened - row.opened).total_seconds() / DAY
    if asked.ca is not None and row.ca == asked.ca and days < _SHORTLY:
        said.append(f"same CA, {_before(int(days))}")
    if clues["named lately, same CA"] >= _NAMED:
        said.append("others just before refer to it")
    return tuple(said)


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
    if not days:
        return "within a day"
    return "1 day before" if days == 1 else f"{days} days before"
