"""The features of an incident: words of its title and excerpt, matching rules, and the role of its reporter.

A feature's name is its namespace, a colon, and the text that a person would read: "title:ocsp responder".
"""

import re
from collections.abc import Iterable

from handlers.classifier.examples import Instance
from handlers.classifier.rules import rule_features

# Only the beginning is read: it tells the kind of an incident, later parts its course. In characters.
MAX_TITLE_LENGTH = 300
MAX_TEXT_LENGTH = 2_000
MAX_RULE_TEXT_LENGTH = 400
MAX_TOKEN_LENGTH = 30

# Namespaces; their values are part of stored models.
TITLE, TEXT, CHAR_NGRAM, RULE_NAMESPACE, REPORTER_ROLE = "title", "text", "part", "rule", "filer"

_URL = re.compile(r"https?://\S{1,2000}")
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[^\W_]+")

# They are in nearly every incident, and would be shown as reasons.
_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be been but by for from had has have he i if in is it its no of on or our s so "
        "that the their there these they this to was we were which will with you your 0",
    )
)


def extract_features(instance: Instance) -> dict[str, float]:
    """Count an incident's features by name. Runs in linear time and never raises."""
    title = instance.title[:MAX_TITLE_LENGTH].lower()
    text = _URL.sub(" ", instance.text[: 2 * MAX_TEXT_LENGTH].lower())[:MAX_TEXT_LENGTH]
    title_words = _tokenize(title)
    counts: dict[str, float] = {}
    _count_ngrams(counts, TITLE, title_words)
    _count_ngrams(counts, TEXT, _tokenize(text))
    _count_char_ngrams(counts, title_words)
    counts.update(rule_features(title, text[:MAX_RULE_TEXT_LENGTH]))
    if instance.reporter_role is not None:
        counts[f"{REPORTER_ROLE}:{instance.reporter_role}"] = 1.0
    return counts


def namespace(feature: str) -> str:
    """Return the part of a feature's name before the colon."""
    return feature.partition(":")[0]


def content_words(feature: str) -> list[str]:
    """Return the words of a title or text feature without stop words."""
    return [word for word in feature.partition(":")[2].split(" ") if word not in _STOP_WORDS]


def word_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds these words, spelled as in features, in a text."""
    alternatives = "|".join(sorted((re.escape(word).replace("0", r"\d+") for word in words), key=len, reverse=True))
    return re.compile(rf"(?<![^\W_])(?:{alternatives})(?![^\W_])", re.IGNORECASE)


def _tokenize(lower_text: str) -> list[str]:
    # Numbers distinguish certificates and dates, not kinds of incidents: all become the same token.
    without_numbers = _DIGITS.sub("0", lower_text)
    return [word[:MAX_TOKEN_LENGTH] for word in _WORD.findall(without_numbers)]


def _count_ngrams(counts: dict[str, float], prefix: str, words: list[str]) -> None:
    previous = ""
    for word in words:
        if word not in _STOP_WORDS:
            key = f"{prefix}:{word}"
            counts[key] = counts.get(key, 0.0) + 1.0
        # A pair may contain a stop word ("failure to", "not revoked"), but not consist of stop words.
        if previous and not (word in _STOP_WORDS and previous in _STOP_WORDS):
            key = f"{prefix}:{previous} {word}"
            counts[key] = counts.get(key, 0.0) + 1.0
        previous = word


def _count_char_ngrams(counts: dict[str, float], words: list[str]) -> None:
    for word in words:
        for key in char_ngrams(word):
            counts[key] = counts.get(key, 0.0) + 1.0


def char_ngrams(word: str) -> list[str]:
    """Return the character n-gram features of a title's word: four and five characters, with word boundaries marked.

    They match "stateOrProvinceName" with "state", misspellings, and inflected words.
    """
    bounded = f"^{word}$"
    return [
        f"{CHAR_NGRAM}:{bounded[start : start + length]}"
        for length in (4, 5)
        for start in range(len(bounded) - length + 1)
    ]
