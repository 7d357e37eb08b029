"""Find the echoes of an incident: what it refers to first, then what resembles it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import exp
from typing import Literal

from handlers.echoes.clues import pairs_of
from handlers.echoes.index import EchoIndex, Row
from handlers.echoes.reasons import reasons_for
from handlers.echoes.subjects import Subject

Group = Literal["refers to", "same CA", "other CAs"]
GROUPS: tuple[Group, ...] = ("refers to", "same CA", "other CAs")

# What the clues of the tenth incident add up to in the middle of the questions that the weights were learned from: a
# score above one half is better than what is found anyway.
USUAL_TENTH = 3.0
# Below it nobody would see a likeness.
LEAST_SCORE = 0.05


@dataclass(frozen=True, slots=True)
class Echo:
    """An earlier incident that another one refers to or resembles.

    `score` is 0 to 1 (1.0 where it is referred to); `why` says how both are alike. `within_two_years` tells whether it
    was opened in the two years before, which a full report must cover (ccadb.org/cas/incident-report).
    """

    bug: int
    score: float
    why: Literal["refers to"] | tuple[str, ...]
    same_ca: bool
    within_two_years: bool

    @property
    def group(self) -> Group:
        """Under which heading it is shown."""
        if self.why == "refers to":
            return "refers to"
        return "same CA" if self.same_ca else "other CAs"


def find_echoes(index: EchoIndex, asked: int | Subject, limit: int | None = None) -> tuple[Echo, ...]:
    """Return the earlier incidents that one refers to, in its order, then those that resemble it, best first.

    `asked` is the number of an incident in the index, or one that may be new to it. Raises KeyError for a number that
    the index does not have.
    """
    row = index.row_of(asked) if isinstance(asked, Subject) else index.rows[asked]
    named = [index.rows[bug] for bug in dict.fromkeys(row.refers_to) if bug in index]
    found = [_echo(row, one, 1.0, "refers to") for one in named if one.key < row.key]
    if limit is None or len(found) < limit:
        found += _alike(index, row, {echo.bug for echo in found})[: None if limit is None else limit - len(found)]
    return tuple(found[:limit])


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
        if pair.row.bug not in without and (why := reasons_for(asked, pair.row, pair.clues, index, rarity)):
            found.append(_echo(asked, pair.row, score, why))
    return found


def _echo(asked: Row, row: Row, score: float, why: Literal["refers to"] | tuple[str, ...]) -> Echo:
    same_ca = asked.ca is not None and asked.ca == row.ca
    return Echo(row.bug, score, why, same_ca, row.opened >= two_years_before(asked.opened))


def two_years_before(moment: datetime) -> datetime:
    """Return the same day and hour two years ago; 28 February for the 29th."""
    day = 28 if (moment.month, moment.day) == (2, 29) else moment.day
    return moment.replace(year=moment.year - 2, day=day)
