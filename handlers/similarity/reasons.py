"""Names the reasons for a match in words that a person can check against the bug."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.similarity.index import IndexedIncident

MAX_REASONS = 4
# A term is a reason if it has this share of the score; a single one is joined by the next.
_MIN_SHARE = 0.07
_MIN_REASONS = 2


def follow_up_reason(cause: int) -> str:
    """Return the reason of an incident that matches as a follow-up of another bug."""
    return f"follows {cause}"


def match_reasons(row: IndexedIncident, term_weights: Sequence[float]) -> tuple[str, ...]:
    """Return the topics and words that contribute most to a match, strongest first; CA owners are never among them."""
    contributions = [
        (term_weights[term_id] * value, word)
        for term_id, value, word in zip(row.term_ids, row.weights, row.words, strict=True)
        if term_weights[term_id] > 0
    ]
    total = sum(contribution for contribution, _ in contributions)
    contributions.sort(key=lambda pair: (-pair[0], pair[1]))
    reasons: list[str] = []
    for contribution, word in contributions:
        if contribution < _MIN_SHARE * total and len(reasons) >= _MIN_REASONS:
            break
        # "crl" beside "Revocation lists (CRL)" or "wrong crl" repeats it.
        if any(word.lower() in reason.lower() for reason in reasons):
            continue
        longer = [position for position, reason in enumerate(reasons) if reason.lower() in word.lower()]
        if longer:
            reasons[longer[0]] = word
            reasons = [reason for position, reason in enumerate(reasons) if position not in longer[1:]]
        elif len(reasons) < MAX_REASONS:
            reasons.append(word)
    return tuple(reasons)
