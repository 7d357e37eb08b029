"""The features of an incident: words of its title and excerpt, matching rules, and the role of its reporter.

A feature's name is its namespace, a colon, and the text that a person would read: "title:ocsp responder".
"""

from handlers.classifier.examples import Instance
from handlers.classifier.rules import rule_features
from handlers.parsing.documents import MAX_TITLE_LENGTH
from handlers.text.stop_words import STOP_WORDS
from handlers.text.words import tokenize, without_addresses

# Only the beginning is read: it tells the kind of an incident, later parts its course. In characters.
MAX_TEXT_LENGTH = 2_000
MAX_RULE_TEXT_LENGTH = 400

# Namespaces; their values are part of stored models.
TITLE, TEXT, CHAR_NGRAM, RULE_NAMESPACE, REPORTER_ROLE = "title", "text", "part", "rule", "filer"


def extract_features(instance: Instance) -> dict[str, float]:
    """Count an incident's features by name. Runs in linear time and never raises."""
    title = instance.title[:MAX_TITLE_LENGTH]
    text = without_addresses(instance.text[: 2 * MAX_TEXT_LENGTH])[:MAX_TEXT_LENGTH]
    title_words = tokenize(title)
    counts: dict[str, float] = {}
    _count_ngrams(counts, TITLE, title_words)
    _count_ngrams(counts, TEXT, tokenize(text))
    _count_char_ngrams(counts, title_words)
    counts.update(rule_features(title.lower(), text[:MAX_RULE_TEXT_LENGTH].lower()))
    if instance.reporter_role is not None:
        counts[f"{REPORTER_ROLE}:{instance.reporter_role}"] = 1.0
    return counts


def namespace(feature: str) -> str:
    """Return the part of a feature's name before the colon."""
    return feature.partition(":")[0]


def content_words(feature: str) -> list[str]:
    """Return the words of a title or text feature without stop words."""
    return [word for word in feature.partition(":")[2].split(" ") if word not in STOP_WORDS]


def _count_ngrams(counts: dict[str, float], prefix: str, words: list[str]) -> None:
    previous = ""
    for word in words:
        if word not in STOP_WORDS:
            key = f"{prefix}:{word}"
            counts[key] = counts.get(key, 0.0) + 1.0
        # A pair may contain a stop word ("failure to", "not revoked"), but not consist of stop words.
        if previous and not (word in STOP_WORDS and previous in STOP_WORDS):
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
