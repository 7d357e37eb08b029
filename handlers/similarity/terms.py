"""Extracts what incidents are compared by: the words of title and report text without CA owners, and the topics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from handlers.parsing.documents import MAX_REPORT_TEXT_LENGTH, MAX_TITLE_LENGTH, IncidentDocument
from handlers.parsing.owner_mentions import read_text
from handlers.parsing.owners import OwnerDirectory
from handlers.similarity.topics import TOPIC_REPORT_TEXT_LENGTH, Topic, topics_in
from handlers.text.stop_words import STOP_WORDS
from handlers.text.words import find_words, terms_of

# Words are compared by so many of their first letters: "validate" and "validation" are one term.
_PREFIX_LENGTH = 6
# The weight of a pair of words of the title and of a word of the report text, beside a word of the title.
_PAIR_WEIGHT, _REPORT_TEXT_WEIGHT = 0.5, 0.5
# The weight of a topic that only the report text mentions; one of the title has 1.0.
_REPORT_TEXT_TOPIC_WEIGHT = 0.3
# Average number of words and pairs in a title, and of words in a report text: where there are more, each weighs less.
_AVERAGE_TITLE_WORDS, _AVERAGE_TITLE_PAIRS, _AVERAGE_REPORT_WORDS = 7.0, 6.0, 32.0
# Saturation of repeated terms and normalisation by length, as in BM25.
_K1, _B = 1.2, 0.4


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a text, each with its weight (0 to 2.2), those of the title first.

    A term is the beginning of a word, of two words that follow each other in the title, or a topic. `words` shows each
    as people write it; `title_length` counts the words and pairs of the title.
    """

    weights: Mapping[str, float]
    words: Mapping[str, str]
    title_length: int


def extract_terms(document: IncidentDocument, owners: OwnerDirectory) -> Terms:
    """Return the terms of an incident, in linear time; never raises."""
    return _read(document.title, document.report_text, owners, document.ca)


def terms_of_text(text: str, owners: OwnerDirectory) -> Terms:
    """Return the terms of a section's name or description, as if it were a title."""
    return _read(text, "", owners, None)


def topic_term(topic: Topic) -> str:
    """Return the term of a topic, which no word is."""
    return f"@{topic.key}"


def _read(title: str, report_text: str, owners: OwnerDirectory, ca: str | None) -> Terms:
    title, report_text = title[:MAX_TITLE_LENGTH], report_text[:MAX_REPORT_TEXT_LENGTH]
    # A stop word or a name between two words keeps them from being a pair.
    in_title = [None if term in STOP_WORDS else term for term in read_text(title, owners, ca).terms]
    in_report = [term for term in read_text(report_text, owners, ca).terms if term is not None]
    in_report = [term for term in in_report if term not in STOP_WORDS]
    written = _written_words(report_text) | _written_words(title)
    words: dict[str, str] = {}
    title_words = [_prefix(term, words, written) for term in in_title if term is not None]
    pairs = []
    for first, second in pairwise(in_title):
        if first is not None and second is not None:
            pairs.append(f"{first[:_PREFIX_LENGTH]} {second[:_PREFIX_LENGTH]}")
            words.setdefault(pairs[-1], f"{written.get(first, first)} {written.get(second, second)}")
    weights = _bm25_weights(title_words, _AVERAGE_TITLE_WORDS)
    weights |= {pair: _PAIR_WEIGHT * weight for pair, weight in _bm25_weights(pairs, _AVERAGE_TITLE_PAIRS).items()}
    title_length = len(weights)
    report_words = [_prefix(term, words, written) for term in in_report]
    for term, weight in _bm25_weights(report_words, _AVERAGE_REPORT_WORDS).items():
        weights[term] = max(weights.get(term, 0.0), _REPORT_TEXT_WEIGHT * weight)
    for weight, topics in (
        (_REPORT_TEXT_TOPIC_WEIGHT, topics_in(report_text, TOPIC_REPORT_TEXT_LENGTH)),
        (1.0, topics_in(title, MAX_TITLE_LENGTH)),
    ):
        for topic in topics:
            weights[topic_term(topic)] = weight
            words[topic_term(topic)] = topic.title
    return Terms(weights, words, title_length)


def _prefix(term: str, words: dict[str, str], written: Mapping[str, str]) -> str:
    """Return the beginning of a term, and note how it is written."""
    prefix = term[:_PREFIX_LENGTH]
    words.setdefault(prefix, written.get(term, term))
    return prefix


def _written_words(text: str) -> dict[str, str]:
    """Return how terms are written in a text: in lower case, but "CRLs" as it stands.

    Left out are words of several terms: "GlobalSign" would stand for "sign".
    """
    written: dict[str, str] = {}
    for match in find_words(text):
        word = match[0]
        terms = terms_of(word)
        if len(terms) == 1:
            written.setdefault(terms[0], word.lower() if word[1:].islower() or len(word) == 1 else word)
    return written


def _bm25_weights(terms: Sequence[str], average_length: float) -> dict[str, float]:
    length_factor = _K1 * (1 - _B + _B * len(terms) / average_length)
    return {term: count * (_K1 + 1) / (count + length_factor) for term, count in Counter(terms).items()}
