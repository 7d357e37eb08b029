"""Names the reasons for an echo in a few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handlers.related.features import SECONDS_PER_DAY
from handlers.related.index import IncidentRow, RelatedIndex

MAX_PHRASES = 3
# A word is informative if no larger share of all incidents contains it, or at most five incidents do; the share is
# smaller for words of excerpts only.
_MAX_SHARE, _MAX_SHARE_IN_EXCERPTS = 1 / 6, 1 / 30
_ALWAYS_RARE_COUNT = 5
# The weight of a word of both titles, and of one title, beside a word of excerpts only.
_BOTH_TITLES_WEIGHT, _ONE_TITLE_WEIGHT = 4.0, 2.0
_RECENT_DAYS, _DAYS_PER_MONTH, _DAYS_PER_YEAR = 30, 30.4, 365.25
# In units of the feature: about two references of the last days, or more of the last weeks.
_MIN_RECENT_REFERENCES = 1.0


@dataclass(frozen=True, slots=True)
class EchoReasons:
    """The reasons for an echo: the `phrases` that both incidents share, `links`, and `nearness` in time.

    `nearness` is like "same CA, 6 days before". `informativeness` is the weight of the most informative shared word:
    about 30 for a rare word of both titles, 0 without any.
    """

    phrases: tuple[str, ...]
    informativeness: float
    links: tuple[str, ...]
    nearness: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """All reasons in the order in which they are shown; () if there are none."""
        return (*self.phrases, *self.links, *self.nearness)


def echo_reasons(
    query_row: IncidentRow, row: IncidentRow, features: Mapping[str, float], index: RelatedIndex, idf: Sequence[float]
) -> EchoReasons:
    """Return what both incidents share, most informative first, and how they are linked.

    The same CA is a reason for a month, and for a year if there is no other reason. Words that are adjacent in both
    titles form one phrase.
    """
    id_phrases, informativeness = _shared_phrases(query_row, row, index, idf)
    phrases = tuple(" ".join(index.vocabulary.word(word) for word in phrase) for phrase in id_phrases)
    days = max(int((query_row.opened - row.opened).total_seconds() / SECONDS_PER_DAY), 0)
    same_ca = query_row.ca is not None and row.ca == query_row.ca
    mentioned = ("its CA is named",) if features["mentions_its_ca"] else ()
    recently_referenced = features["same_ca_recent_references"] >= _MIN_RECENT_REFERENCES
    links = (*mentioned, *(("others just before refer to it",) if recently_referenced else ()))
    is_near = same_ca and (days < _RECENT_DAYS or (not (phrases or links) and days < _DAYS_PER_YEAR))
    return EchoReasons(phrases, informativeness, links, (f"same CA, {_time_before(days)}",) if is_near else ())


def _shared_phrases(
    query_row: IncidentRow, row: IncidentRow, index: RelatedIndex, idf: Sequence[float]
) -> tuple[list[tuple[int, ...]], float]:
    """Return the most informative shared phrases as word ids, and the weight of the most informative word."""
    query_title = set(query_row.term_ids[: query_row.title_length])
    row_title = set(row.term_ids[: row.title_length])
    weights: dict[int, float] = {}
    informative: set[int] = set()
    for word in set(query_row.term_ids) & set(row.term_ids):
        title_count = (word in query_title) + (word in row_title)
        max_share = _MAX_SHARE if title_count else _MAX_SHARE_IN_EXCERPTS
        is_rare = index.vocabulary.document_frequency[word] <= max(len(index) * max_share, _ALWAYS_RARE_COUNT)
        text = index.vocabulary.word(word)
        if is_rare and len(text) > 1 and not text.isdecimal():
            informative.add(word)
        if title_count == 2 or word in informative:
            weights[word] = idf[word] * (1.0, _ONE_TITLE_WEIGHT, _BOTH_TITLES_WEIGHT)[title_count]
    phrase_weights = {
        phrase: sum(weights[word] for word in phrase)
        for phrase in _join_adjacent([word for word in query_row.term_ids if word in weights], row, query_row)
        if not informative.isdisjoint(phrase)
    }
    phrases = sorted(phrase_weights, key=lambda phrase: -phrase_weights[phrase])[:MAX_PHRASES]
    return phrases, max((weights[word] for word in informative), default=0.0)


def _join_adjacent(words: Sequence[int], row: IncidentRow, query_row: IncidentRow) -> list[tuple[int, ...]]:
    """Join words that are adjacent in both titles into phrases; every other word is a phrase of its own."""
    adjacent = set(zip(row.term_ids, row.term_ids[1 : row.title_length], strict=False))
    adjacent &= set(zip(query_row.term_ids, query_row.term_ids[1 : query_row.title_length], strict=False))
    phrases: list[tuple[int, ...]] = []
    for word in words:
        if phrases and (phrases[-1][-1], word) in adjacent:
            phrases[-1] = (*phrases[-1], word)
        else:
            phrases.append((word,))
    return phrases


def _time_before(days: int) -> str:
    if days < 1:
        return "within a day"
    if days >= 2 * _DAYS_PER_MONTH:
        return f"{int(days / _DAYS_PER_MONTH)} months before"
    return "1 day before" if days == 1 else f"{days} days before"
