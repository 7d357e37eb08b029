"""Names the reasons for a match in words that a person can check against the bug."""

from __future__ import annotations

from handlers.similarity.adjustments import Adjustments
from handlers.similarity.index import IndexedIncident, SimilarityIndex
from handlers.similarity.profile import Profile
from handlers.similarity.topics import load_topics

MAX_REASONS = 4
# In nats: a smaller contribution decides nothing.
_MIN_CONTRIBUTION = 0.15


def follow_up_reason(cause: int) -> str:
    """Return the reason of an incident that matches as a follow-up of another bug."""
    return f"follows {cause}"


def match_reasons(
    index: SimilarityIndex, row: IndexedIncident, profile: Profile, adjustments: Adjustments | None = None
) -> tuple[str, ...]:
    """Return the topics and terms that contribute most to a match, strongest first; CA owners are never among them."""
    contributions: list[tuple[float, str]] = []
    for topic in load_topics():
        topic_value = row.topics.get(topic.key)
        if topic_value and (contribution := profile.topic_weights[topic.key] * topic_value) > _MIN_CONTRIBUTION:
            contributions.append((contribution, topic.title))
    for term_id, weight in zip(row.term_ids, row.weights, strict=True):
        contribution = profile.term_weights[term_id] * weight
        if adjustments is not None:
            contribution += adjustments.terms.get(term_id, 0.0) * weight
        if contribution > _MIN_CONTRIBUTION:
            contributions.append((contribution, index.vocabulary.word(term_id)))
    contributions.sort(key=lambda pair: (-pair[0], pair[1]))
    reasons: list[str] = []
    for _, text in contributions:
        # "crl" beside "Revocation lists (CRL)" or "wrong crl" repeats it.
        if not any(text.lower() in reason.lower() or reason.lower() in text.lower() for reason in reasons):
            reasons.append(text)
            if len(reasons) == MAX_REASONS:
                break
    return tuple(reasons)
