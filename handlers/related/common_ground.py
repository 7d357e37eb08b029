"""Names in the titles' own words what two alike incidents have in common."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from handlers.related.ideas import handling_of, idea_name
from handlers.related.index import IncidentRow, RelatedIndex
from handlers.text.stop_words import STOP_WORDS
from handlers.text.words import find_words, terms_of, tokenize

MAX_REASONS = 3
# One word alone is a reason if at most this share of titles and of incidents have it, or five.
_MAX_TITLE_SHARE, _MAX_SHARE, _ALWAYS_RARE_COUNT = 0.01, 0.05, 5
# An idea is a reason if at most this share of all incidents has it; a broader one only where there is nothing else.
_MAX_IDEA_SHARE = 0.1
# Of most incidents, or of a class of certificates: these say nothing about what went wrong.
_SAYS_NOTHING = frozenset(
    tokenize("tls ssl ev ov dv iv smime s mime code signing sign pre mis misissued issued issuance first second")
)
# Ends a phrase, unlike the colon in "subject:organizationName".
_PAUSE = re.compile(r"[:;,.–—-]\s")
_QUOTES_AND_BRACKETS = re.compile(r"[\"“”„«»()\[\]{}`]+")


@dataclass(frozen=True, slots=True)
class _Word:
    """A written word of a title: where it stands, what it is compared by, and its terms without stop words.

    Numbers and stop words are compared as written, so that "2023" is not taken for "2024".
    """

    start: int
    end: int
    key: tuple[str, ...]
    terms: tuple[str, ...]


class CommonGround:
    """Finds what an incident has in common with others."""

    def __init__(self, query_row: IncidentRow, index: RelatedIndex, idf: Sequence[float]) -> None:
        self._query_row = query_row
        self._query_words = _title_words(query_row.title)
        self._index = index
        self._idf = idf
        title_words = (word for row in index.rows.values() for word in row.title_word_ids)
        self._title_frequency: Mapping[int, int] = Counter(title_words)

    def reasons(self, row: IncidentRow) -> tuple[str, ...]:
        """Return the phrases of both titles, what was late, and the ideas of both; most informative first, at most 3.

        A single word is none if it is common, and neither is the name of a CA owner. Where there is nothing else,
        several common words or broad ideas together are; () if there is but one.
        """
        phrases = sorted(self._shared_phrases(row), key=lambda phrase: -self._informativeness(phrase))
        texts = [self._text(phrase) for phrase in phrases if self._says_much(phrase)]
        handling = row.handling if row.handling == self._query_row.handling else None
        if handling is not None and not any(handling_of(text) == handling for text in texts):
            texts.append(handling)
        texts += self._ideas(row, self._count(_MAX_IDEA_SHARE), texts)
        # a title may have a phrase twice
        return tuple(dict.fromkeys(texts or self._common(row, phrases)))[:MAX_REASONS]

    def _common(self, row: IncidentRow, phrases: Sequence[list[_Word]]) -> list[str]:
        """Return the common words of both titles and the broad ideas of both; [] if there is only one."""
        words = [self._text(phrase) for phrase in phrases if _telling(phrase)]
        ideas = self._ideas(row, len(self._index), words)
        return [*words, *ideas] if len({*tokenize(" ".join((*words, *ideas)))} - STOP_WORDS) > 1 else []

    def _shared_phrases(self, row: IncidentRow) -> Iterator[list[_Word]]:
        """Return the longest runs of words that follow each other in both titles, without stop words at either end."""
        term = self._index.vocabulary.word
        shared = frozenset(map(term, set(self._query_row.title_word_ids) & set(row.title_word_ids)))
        other = [word.key for word in _title_words(row.title)]
        keys, adjacent = set(other), set(pairwise(other))
        runs: list[list[_Word]] = [[]]
        for query_word in self._query_words:
            # the name of a CA owner is no term of a row, so it ends a run
            if query_word.key not in keys or not shared.issuperset(query_word.terms):
                runs.append([])
            elif runs[-1] and not self._follows(runs[-1][-1], query_word, adjacent):
                runs.append([query_word])
            else:
                runs[-1].append(query_word)
        return (phrase for phrase in map(_trimmed, runs) if phrase)

    def _follows(self, word: _Word, next_word: _Word, adjacent: Set[tuple[tuple[str, ...], tuple[str, ...]]]) -> bool:
        between = self._query_row.title[word.end : next_word.start]
        return (word.key, next_word.key) in adjacent and not _PAUSE.search(between)

    def _says_much(self, phrase: Sequence[_Word]) -> bool:
        telling = _telling(phrase)
        return len(telling) > 1 or any(map(self._is_rare, telling))

    def _is_rare(self, term: str) -> bool:
        if (term_id := self._index.vocabulary.find_id(term)) is None:
            return False
        is_rare_in_titles = self._title_frequency.get(term_id, 0) <= self._count(_MAX_TITLE_SHARE)
        return is_rare_in_titles and self._index.vocabulary.document_frequency[term_id] <= self._count(_MAX_SHARE)

    def _count(self, share: float) -> float:
        return max(len(self._index) * share, _ALWAYS_RARE_COUNT)

    def _informativeness(self, phrase: Sequence[_Word]) -> float:
        ids = (self._index.vocabulary.find_id(term) for term in _terms(phrase))
        return sum(self._idf[term_id] for term_id in ids if term_id is not None)

    def _text(self, phrase: Sequence[_Word]) -> str:
        """Return a phrase as within a sentence: "Delayed Revocation" in lower case, "EV" and "cPSuri" as they are."""
        written = _QUOTES_AND_BRACKETS.sub("", self._query_row.title[phrase[0].start : phrase[-1].end])
        return " ".join(word.lower() if word[1:].islower() else word for word in written.split())

    def _ideas(self, row: IncidentRow, max_frequency: float, texts: Sequence[str]) -> list[str]:
        """Return the names of the ideas of both that a title has, rarest first, unless a text names them already."""
        weights = dict(zip(row.idea_ids, row.idea_weights, strict=True))
        vocabulary = self._index.vocabulary
        shared = [
            idea
            for idea, weight in zip(self._query_row.idea_ids, self._query_row.idea_weights, strict=True)
            if idea in weights and max(weight, weights[idea]) >= 1.0
            and vocabulary.document_frequency[idea] <= max_frequency
        ]  # fmt: skip
        covered = {term for text in texts for term in tokenize(text)}
        names: list[str] = []
        for idea in sorted(shared, key=lambda idea: -self._idf[idea]):
            name = idea_name(vocabulary.word(idea))
            terms = set(tokenize(name)) - STOP_WORDS
            if covered.isdisjoint(terms):
                names.append(name)
                covered |= terms
        return names


def _title_words(title: str) -> list[_Word]:
    words: list[_Word] = []
    for match in find_words(title):
        terms = terms_of(match[0])
        content = tuple(term for term in terms if term not in STOP_WORDS)
        words.append(_Word(match.start(), match.end(), tuple(terms) if content else (match[0].lower(),), content))
    return words


def _trimmed(run: Sequence[_Word]) -> list[_Word]:
    """Return a run without stop words at either end."""
    positions = [position for position, word in enumerate(run) if word.terms]
    return list(run[positions[0] : positions[-1] + 1]) if positions else []


def _terms(phrase: Sequence[_Word]) -> list[str]:
    return [term for word in phrase for term in word.terms]


def _telling(phrase: Sequence[_Word]) -> list[str]:
    return [term for term in _terms(phrase) if len(term) > 1 and term not in _SAYS_NOTHING]
