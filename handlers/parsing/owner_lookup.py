"""Find the CA owner a person means by what they typed, or ask back rather than guess."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from handlers.parsing.owners import OwnerTable, folded

# Measured on 21 mis-spellings: 19 were right at 85. "Chungwha" for Chunghwa scores 79 and is asked about.
_ACCEPT = 85.0
_SUGGEST = 65.0
_CLEAR_LEAD = 5.0
# WRatio gives 90 to a name within another ("entrust" in "identrust"): the whole must be alike too.
_WHOLE_ACCEPT = 82.0
# Two letters match half the table.
_SHORTEST_FUZZY = 3
_MOST_SUGGESTIONS = 3
_LONGEST_NAME = 100

_COMPANY_FORM = re.compile(
    r"[\s,]{1,4}(?:inc|llc|ltd|limited|gmbh|ag|sa|s\.a|as|corp|corporation|s\.p\.a|kft)\.?$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Found:
    """The owner that is meant, or None and the owners that may be."""

    name: str | None
    suggestions: tuple[str, ...] = ()


def look_up(text: str, owners: OwnerTable, known: Iterable[str] = ()) -> Found:
    """Find an owner by name, alias or a slip of the pen; `known` are names of the database that the table lacks.

    A near miss is taken only if it is near as a whole and no other owner is nearly as near. Never raises.
    """
    asked = " ".join(text[:_LONGEST_NAME].split())
    others = {folded(name): name for name in known if folded(name)}
    for spelling in (asked, _COMPANY_FORM.sub("", asked)):
        if owner := owners.find(spelling):
            return Found(owner.name)
        if folded(spelling) in others:
            return Found(others[folded(spelling)])
    plain = folded(asked)
    if len(plain) < _SHORTEST_FUZZY:
        return Found(None)
    spellings = {spelling: owner.name for spelling, owner in owners.spellings.items()} | others
    ranked = _ranked(asked.casefold(), plain, spellings)
    (name, best, whole), runner_up = ranked[0], ranked[1][1] if len(ranked) > 1 else 0.0
    # Half a dozen owners end in "trust": where that much is typed, the slip is in what tells them apart.
    doubtful = "trust" in plain or not plain.startswith(folded(name)[:1])
    if not doubtful and best >= _ACCEPT and whole >= _WHOLE_ACCEPT and best - runner_up >= _CLEAR_LEAD:
        return Found(name)
    return Found(None, tuple(owner for owner, score, _ in ranked[:_MOST_SUGGESTIONS] if score >= _SUGGEST))


def _ranked(asked: str, plain: str, spellings: dict[str, str]) -> list[tuple[str, float, float]]:
    """Return each owner once with its best score and how alike the whole of that spelling is, best first."""
    best: dict[str, tuple[float, float]] = {}
    for spelling, name in spellings.items():
        # A spelling of one or two letters is within everything.
        if len(spelling) < _SHORTEST_FUZZY:
            continue
        whole = fuzz.ratio(plain, spelling)
        score = max(fuzz.WRatio(plain, spelling), fuzz.WRatio(asked, name.casefold()))
        # A part of a long name is worth asking about, but must not outrank a name that is alike as a whole.
        score = score if whole >= _WHOLE_ACCEPT else min(score, (score + whole) / 2 + 5)
        best[name] = max(best.get(name, (0.0, 0.0)), (score, whole))
    return sorted(((name, *scores) for name, scores in best.items()), key=lambda row: (-row[1], -row[2], row[0]))
