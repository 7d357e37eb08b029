"""What of an incident is looked at: the words of its title and opening, the rules that speak, and who filed it.

A feature's name says its family before the colon, and what a person would read after it.
"""

import re
from collections.abc import Iterable

from handlers.classifier.examples import Question
from handlers.classifier.rules import rule_features

# Beyond these the classifier does not look: openings tell the kind of an incident, timelines tell how it went.
TITLE_READ = 300
TEXT_READ = 2_000
RULES_READ = 400
LONGEST_WORD = 30

TITLE, TEXT, PART, RULE, FILER = "title", "text", "part", "rule", "filer"

_ADDRESS = re.compile(r"https?://\S{1,2000}")
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[^\W_]+")

# They join everything to everything and would be shown as reasons.
_EMPTY_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be been but by for from had has have he i if in is it its no of on or our s so "
        "that the their there these they this to was we were which will with you your 0",
    )
)


def features_of(question: Question) -> dict[str, float]:
    """Count an incident's features; linear in what is read of it, and never raises."""
    title = question.title[:TITLE_READ].lower()
    text = _ADDRESS.sub(" ", question.text[: 2 * TEXT_READ].lower())[:TEXT_READ]
    title_words = _words(title)
    counts: dict[str, float] = {}
    _count_grams(counts, TITLE, title_words)
    _count_grams(counts, TEXT, _words(text))
    _count_parts(counts, title_words)
    counts.update(rule_features(title, text[:RULES_READ]))
    if question.filer is not None:
        counts[f"{FILER}:{question.filer}"] = 1.0
    return counts


def family(feature: str) -> str:
    """The part of a feature's name before the colon."""
    return feature.partition(":")[0]


def words_of(feature: str) -> list[str]:
    """The words that a feature of a title or a text is made of, without those that say nothing by themselves."""
    return [word for word in feature.partition(":")[2].split(" ") if word not in _EMPTY_WORDS]


def word_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Make what finds these words, as features name them, in a text."""
    wanted = "|".join(sorted((re.escape(word).replace("0", r"\d+") for word in words), key=len, reverse=True))
    return re.compile(rf"(?<![^\W_])(?:{wanted})(?![^\W_])", re.IGNORECASE)


def _words(lowered: str) -> list[str]:
    # Numbers tell certificates and dates apart, not kinds of incidents: all become one.
    folded = _DIGITS.sub("0", lowered)
    return [word[:LONGEST_WORD] for word in _WORD.findall(folded)]


def _count_grams(counts: dict[str, float], name: str, words: list[str]) -> None:
    before = ""
    for word in words:
        if word not in _EMPTY_WORDS:
            key = f"{name}:{word}"
            counts[key] = counts.get(key, 0.0) + 1.0
        # A pair may hold an empty word ("failure to", "not revoked"), but not consist of them.
        if before and not (word in _EMPTY_WORDS and before in _EMPTY_WORDS):
            key = f"{name}:{before} {word}"
            counts[key] = counts.get(key, 0.0) + 1.0
        before = word


def _count_parts(counts: dict[str, float], words: list[str]) -> None:
    for word in words:
        for key in parts_of(word):
            counts[key] = counts.get(key, 0.0) + 1.0


def parts_of(word: str) -> list[str]:
    """The features that are parts of a title's word: four and five letters, with the word's edges marked.

    They join "stateOrProvinceName" and "state", misspellings, and words in languages that inflect.
    """
    edged = f"^{word}$"
    return [f"{PART}:{edged[start : start + length]}" for length in (4, 5) for start in range(len(edged) - length + 1)]
