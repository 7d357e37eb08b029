"""Find the echoes of an incident: what it refers to first, then what resembles it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import exp
from typing import Literal

from handlers.parsing.documents import Subject
from handlers.related.features import pairs_of
from handlers.related.index import EchoIndex, Row
from handlers.related.reasons import Reasons, reasons_for

Group = Literal["refers to", "same CA", "other CAs"]
GROUPS: tuple[Group, ...] = ("refers to", "same CA", "other CAs")
Ground = Literal["refers to", "shared words", "link", "same CA"]
GROUNDS: tuple[Ground, ...] = ("refers to", "shared words", "link", "same CA")

# What the clues of the tenth incident add up to in the middle of the questions that the weights were learned from: a
# score above one half is better than what is found anyway.
USUAL_TENTH = 3.0
# Below it nobody would see a likeness; so many echoes need no more, the rest must share words and be liker than that.
LEAST_SCORE, LEAST_SCORE_LATER = 0.05, 0.1
FIRST = 10


@dataclass(frozen=True, slots=True)
class Echo:
    """An earlier incident that another one refers to or resembles.

    `score` is 0 to 1 (1.0 where it is referred to); `why` says how both are alike, and `ground` what the best of these
    reasons rests on; `telling` weighs the words that both share (0 without any). `within_two_years` tells whether it
    was opened in the two years before, which a full report must cover (ccadb.org/cas/incident-report).
    """

    bug: int
    score: float
    why: Literal["refers to"] | tuple[str, ...]
    ground: Ground
    telling: float
    same_ca: bool
    within_two_years: bool

    @property
    def reason(self) -> str:
        """Why it is shown, in words."""
        return "referred to" if self.why == "refers to" else ", ".join(self.why)

    @property
    def group(self) -> Group:
        """Under which heading it is shown."""
        if self.why == "refers to":
            return "refers to"
        return "same CA" if self.same_ca else "other CAs"


def find_echoes(index: EchoIndex, asked: int | Subject, limit: int | None = None) -> tuple[Echo, ...]:
    """Return the earlier incidents that one refers to, in its order, then those that resemble it, best first.

    `asked` is the number of an incident in the index, or one that may be new to it. The first ten may be there for
    being of the same CA or for a link; those after them share words as well. Raises KeyError for a number that the
    index does not have.
    """
    row = index.row_of(asked) if isinstance(asked, Subject) else index.rows[asked]
    named = [index.rows[bug] for bug in dict.fromkeys((*row.refers_to, *row.also)) if bug in index]
    found = [_echo(row, one, 1.0, None) for one in named if one.key < row.key]
    if limit is None or len(found) < limit:
        found += _alike(index, row, {echo.bug for echo in found})
    first, later = found[:FIRST], found[FIRST:]
    return tuple([*first, *(echo for echo in later if _stands_alone(echo))][:limit])


def best_of(echoes: Iterable[Echo], count: int) -> tuple[Echo, ...]:
    """Return the few to be shown without being asked for: what is referred to, else what shares the most telling words.

    A high score may come from the same CA and a few days: that alone is no reason here.
    """
    best = sorted(echoes, key=lambda echo: (GROUNDS.index(echo.ground), -echo.telling * echo.score))
    return tuple(echo for echo in best if echo.ground != "same CA")[:count]


def grouped(echoes: Iterable[Echo]) -> dict[Group, tuple[Echo, ...]]:
    """Return echoes under their headings, in the order in which they are shown: referred to, same CA, others."""
    echoes = tuple(echoes)
    return {group: tuple(echo for echo in echoes if echo.group == group) for group in GROUPS}


def _alike(index: EchoIndex, asked: Row, without: set[int]) -> list[Echo]:
    rarity = index.rarity()
    found: list[Echo] = []
    for pair in sorted(pairs_of(asked, index.rows.values(), rarity), key=lambda pair: (-pair.worth, -pair.row.bug)):
        score = 1.0 / (1.0 + exp(USUAL_TENTH - pair.worth))
        if score < LEAST_SCORE:
            break
        if pair.row.bug in without:
            continue
        why = reasons_for(asked, pair.row, pair.clues, index, rarity)
        if why.said:
            found.append(_echo(asked, pair.row, score, why))
    return found


def _stands_alone(echo: Echo) -> bool:
    return echo.ground == "refers to" or (echo.ground == "shared words" and echo.score >= LEAST_SCORE_LATER)


def _echo(asked: Row, row: Row, score: float, why: Reasons | None) -> Echo:
    same_ca = asked.ca is not None and asked.ca == row.ca
    recent = row.opened >= two_years_before(asked.opened)
    if why is None:
        return Echo(row.bug, score, "refers to", "refers to", 0.0, same_ca, recent)
    ground: Ground = "shared words" if why.words else "link" if why.links else "same CA"
    return Echo(row.bug, score, why.said, ground, why.telling, same_ca, recent)


def two_years_before(moment: datetime) -> datetime:
    """Return the same day and hour two years ago; 28 February for the 29th."""
    day = 28 if (moment.month, moment.day) == (2, 29) else moment.day
    return moment.replace(year=moment.year - 2, day=day)
