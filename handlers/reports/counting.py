"""Numbers of certificates as words and digits: the pieces that the readers of prose share."""

import re
from dataclasses import dataclass

MAX_PROSE_LENGTH = 20_000
_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
# Patterns without groups of their own.
NUMBER = (
    r"(?:(?<![\w.:/#§$€-])(?:[0-9]{1,3}(?:[, .’'\u00a0\u202f][0-9]{3})+|[0-9]{1,9})(?![\w%°-]|[.:/,][0-9])|\b(?:"
    + "|".join(_WORDS)
    + r")\b(?!-))"
)
CERTIFICATES = r"(?:pre-?)?cert(?:ificate)?s?\b"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_YEAR = r"(?:19|20)[0-9]{2}\b"
# What stands in digits and is no count: addresses, bugs, dates, times, years.
_DATES = re.compile(
    rf"https?://\S+|\bbug\s#?[0-9]{{6,7}}|\b{_YEAR}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}}\b"
    rf"|\b[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?\b"
    rf"|\b[0-9]{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH}\b(?:,?\s{_YEAR})?|\b{_MONTH}\s[0-9]{{1,2}}(?:st|nd"
    rf"|rd|th)?\b(?:,?\s{_YEAR})?"
    rf"|\b{_MONTH}\s{_YEAR}|\b(?:in|since|of|until|by|before|after|for)\s{_YEAR}",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:\b(?:about|around|approximately|approx\.?|roughly|circa|at (?:most|least)|up to|nearly|almost|over"
    r"|more than|some|an estimated|estimated)|~|≈)\s?\Z",
    re.IGNORECASE,
)
_AS_KNOWN = re.compile(
    r"\bas far as we (?:know|can (?:tell|see))|\bas (?:we|is) know[n]? (?:now|so far)|\bat least\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Count:
    """A number of certificates; `about` if the text gives it as not exact."""

    value: int
    about: bool = False


def without_dates(text: str) -> str:
    """Return the beginning of a text without the digits that are no counts."""
    return _DATES.sub(" ", text[:MAX_PROSE_LENGTH])


def to_count(text: str, number: str, start: int) -> Count:
    """Return a number that stands in a text from `start` on; words before it may say that it is not exact."""
    return Count(to_value(number), bool(_ABOUT.search(text, max(0, start - 30), start) or _AS_KNOWN.search(text)))


def to_value(number: str) -> int:
    """Return the value of digits or a word that `NUMBER` matched."""
    lowered = number.casefold()
    return _WORDS.index(lowered) if lowered in _WORDS else int(re.sub(r"[^0-9]", "", number))
