"""The features of an incident: words of its title and report text, and matching rules.

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
TITLE, TEXT, RULE_NAMESPACE = "title", "text", "rule"


def extract_features(instance: Instance) -> dict[str, float]:
    """Count an incident's features by name. Runs in linear time and never raises."""
    title = instance.title[:MAX_TITLE_LENGTH]
    text = without_addresses(instance.text[: 2 * MAX_TEXT_LENGTH])[:MAX_TEXT_LENGTH]
    counts: dict[str, float] = {}
    _count_ngrams(counts, TITLE, tokenize(title))
    _count_ngrams(counts, TEXT, tokenize(text))
    counts.update(rule_features(title.lower(), text[:MAX_RULE_TEXT_LENGTH].lower()))
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
