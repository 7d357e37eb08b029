"""Ranks all incidents by how well they fit a handful of examples, each with the reasons for its score."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from handlers.similarity.evidence import Evidence, Scores
from handlers.similarity.index import IndexedIncident, SimilarityIndex
from handlers.similarity.reasons import follow_up_reason, match_reasons
from handlers.similarity.terms import terms_of_text, topic_term
from handlers.similarity.topics import Topic, find_topic

# An incident is as likely to belong as not where it scores this share of what a typical member does, and the odds grow
# with this power of its score (docs/similarity.md).
_EVEN_SHARE, _STEEPNESS = 0.95, 4
# A follow-up scores so much of what the incident that it belongs to does.
_FOLLOW_UP_SHARE = 0.6
_DECISION_THRESHOLD = 0.5
# Below this the examples have no more in common than any handful of incidents, and a member has to score more.
MIN_COHESION = 0.2
_INCOHERENT_FACTOR = 2.0


@dataclass(frozen=True, slots=True)
class Match:
    """One incident: the probability that it belongs (0 to 1), and the reasons, or "follows BUG" for a follow-up."""

    bug: int
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """All incidents but the examples and counter-examples, best first.

    A section would be assigned the first `would_assign` of them, which are more likely to belong than not. `cohesion`
    (0 to 1) is how well each example is recognised by the others, too little to go by below MIN_COHESION; None if
    there are too few examples to tell.
    """

    matches: tuple[Match, ...] = ()
    would_assign: int = 0
    cohesion: float | None = None


def rank(
    index: SimilarityIndex,
    examples: Iterable[int],
    counter_examples: Iterable[int] = (),
    description: str = "",
    topic: Topic | None = None,
    name: str = "",
) -> Ranking:
    """Rank all incidents by examples, counter-examples, a description, a topic and a name; any may be left out.

    Name (with the topic that it stands for) and description each count as one more example. A name alone ranks only if
    it stands for a topic. Deterministic. Without examples, description and topic there are no matches.
    """
    example_rows, counter_rows = index.rows_for(examples), index.rows_for(counter_examples)
    training_rows = _training_rows(index, example_rows)
    topic = topic or find_topic(name)
    texts = _query_texts(index, description, topic, name, has_examples=bool(training_rows))
    if not (training_rows or texts) or not len(index):
        return Ranking()
    scores = Evidence(index, training_rows, counter_rows, texts).score_all(
        training_rows, texts, _named_topic(index, topic, name)
    )
    follow_ups = _follow_up_scores(index, scores, {row.bug for row in example_rows})
    labelled_bugs = {row.bug for row in (*example_rows, *counter_rows)}
    final_scores = {
        bug: follow_ups[bug][0] if bug in follow_ups else score
        for bug, score in scores.by_bug.items()
        if bug not in labelled_bugs
    }
    is_incoherent = scores.cohesion is not None and scores.cohesion < MIN_COHESION
    reference = scores.reference * (_INCOHERENT_FACTOR if is_incoherent else 1.0)
    matches = []
    for bug in sorted(final_scores, key=lambda bug: (-final_scores[bug], bug)):
        if bug in follow_ups:
            reasons: tuple[str, ...] = (follow_up_reason(follow_ups[bug][1]),)
        else:
            reasons = match_reasons(index.rows[bug], scores.term_weights)
        matches.append(Match(bug, _probability(final_scores[bug], reference), reasons))
    would_assign = sum(match.score >= _DECISION_THRESHOLD for match in matches)
    return Ranking(tuple(matches), would_assign, scores.cohesion)


def _query_texts(
    index: SimilarityIndex, description: str, topic: Topic | None, name: str, *, has_examples: bool
) -> list[dict[int, float]]:
    """Return the terms of the name, of its topic and of the description, by id with their weights."""
    in_description = index.find_terms(terms_of_text(description, index.owners))
    in_name = index.find_terms(terms_of_text(name, index.owners)) if has_examples or topic is not None else {}
    if topic is not None and (topic_id := index.vocabulary.find_id(topic_term(topic))) is not None:
        in_name[topic_id] = 1.0
    return [text for text in (in_description, in_name) if text]


def _named_topic(index: SimilarityIndex, topic: Topic | None, name: str) -> int | None:
    """Return the term of a topic if the name says no more than that; None for a "CRL reason codes" beside "CRL"."""
    in_name = terms_of_text(name, index.owners).weights.keys()
    if topic is None or not in_name:
        return None
    spellings = (topic.key, topic.title, *topic.names)
    if any(in_name <= terms_of_text(spelling, index.owners).weights.keys() for spelling in spellings):
        return index.vocabulary.find_id(topic_term(topic))
    return None


def _training_rows(index: SimilarityIndex, rows: Sequence[IndexedIncident]) -> list[IndexedIncident]:
    """Drop examples that follow up another example: they would shift the evidence towards delays."""
    bugs = {row.bug for row in rows}
    return [row for row in rows if index.cause_of(row) not in bugs]


def _follow_up_scores(
    index: SimilarityIndex, scores: Scores, example_bugs: Collection[int]
) -> Mapping[int, tuple[float, int]]:
    """Return, by bug, the score and the cause of follow-ups that score more by their cause than by themselves."""
    follow_ups = {}
    for row in index.rows.values():
        cause = index.cause_of(row)
        if cause is not None:
            cause_score = scores.reference if cause in example_bugs else scores.by_bug[cause]
            if _FOLLOW_UP_SHARE * cause_score > scores.by_bug[row.bug]:
                follow_ups[row.bug] = (_FOLLOW_UP_SHARE * cause_score, cause)
    return follow_ups


def _probability(score: float, reference: float) -> float:
    """Return the probability that an incident belongs, by its score and that of a typical member."""
    if score <= 0 or reference <= 0:
        return 0.0
    return round(1.0 / (1.0 + (_EVEN_SHARE * reference / score) ** _STEEPNESS), 4)
