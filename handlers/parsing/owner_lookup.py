"""Resolve what a person typed to a CA owner, or to suggestions if it is ambiguous."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from handlers.parsing.owners import OwnerDirectory, normalize_name

# Measured on 21 mis-spellings: 19 were right at 85. "Chungwha" for Chunghwa scores 79 and is only suggested.
_MIN_SCORE = 85.0
_MIN_SUGGESTION_SCORE = 65.0
_MIN_LEAD = 5.0
# WRatio gives 90 to a name within another ("entrust" in "identrust"): the whole names must be similar too.
_MIN_WHOLE_SCORE = 82.0
# Two characters match half of the directory.
_MIN_FUZZY_LENGTH = 3
_MAX_SUGGESTIONS = 3
_MAX_NAME_LENGTH = 100

_COMPANY_FORM = re.compile(
    r"[\s,]{1,4}(?:inc|llc|ltd|limited|gmbh|ag|sa|s\.a|as|corp|corporation|s\.p\.a|kft)\.?$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class OwnerMatch:
    """The owner that is meant, or else None and up to three owners that may be."""

    name: str | None
    suggestions: tuple[str, ...] = ()


def resolve_owner(text: str, owners: OwnerDirectory, known_names: Iterable[str] = ()) -> OwnerMatch:
    """Resolve an owner by name, alias or similar spelling; `known_names` are owners that the directory lacks.

    A misspelling is accepted only if the whole names are similar and no other owner is nearly as similar. Never
    raises.
    """
    query = " ".join(text[:_MAX_NAME_LENGTH].split())
    others = {normalize_name(name): name for name in known_names if normalize_name(name)}
    for spelling in (query, _COMPANY_FORM.sub("", query)):
        if owner := owners.find(spelling):
            return OwnerMatch(owner.name)
        if normalize_name(spelling) in others:
            return OwnerMatch(others[normalize_name(spelling)])
    normalized = normalize_name(query)
    if len(normalized) < _MIN_FUZZY_LENGTH:
        return OwnerMatch(None)
    spellings = {spelling: owner.name for spelling, owner in owners.spellings.items()} | others
    ranked = _rank_owners(query.casefold(), normalized, spellings)
    (name, best_score, whole_score), runner_up_score = ranked[0], ranked[1][1] if len(ranked) > 1 else 0.0
    # Half a dozen owners end in "trust": if that is typed correctly, the error is in the part that distinguishes them.
    ambiguous = "trust" in normalized or not normalized.startswith(normalize_name(name)[:1])
    similar = best_score >= _MIN_SCORE and whole_score >= _MIN_WHOLE_SCORE
    if not ambiguous and similar and best_score - runner_up_score >= _MIN_LEAD:
        return OwnerMatch(name)
    likely = (owner for owner, score, _ in ranked[:_MAX_SUGGESTIONS] if score >= _MIN_SUGGESTION_SCORE)
    return OwnerMatch(None, tuple(likely))


def _rank_owners(query: str, normalized: str, spellings: dict[str, str]) -> list[tuple[str, float, float]]:
    """Return each owner once with its best score and the similarity of that spelling as a whole, best first."""
    best: dict[str, tuple[float, float]] = {}
    for spelling, name in spellings.items():
        # A spelling of one or two letters is contained in everything.
        if len(spelling) < _MIN_FUZZY_LENGTH:
            continue
        whole_score = fuzz.ratio(normalized, spelling)
        score = max(fuzz.WRatio(normalized, spelling), fuzz.WRatio(query, name.casefold()))
        # A match with part of a long name may be suggested, but must not outrank a name that is similar as a whole.
        score = score if whole_score >= _MIN_WHOLE_SCORE else min(score, (score + whole_score) / 2 + 5)
        best[name] = max(best.get(name, (0.0, 0.0)), (score, whole_score))
    return sorted(((name, *scores) for name, scores in best.items()), key=lambda row: (-row[1], -row[2], row[0]))
