"""What an update says of the number of affected certificates."""

import re

from handlers.reports.counting import CERTIFICATES, NUMBER, Count, to_count, to_value, without_dates
from handlers.text.sentences import split_sentences

_COUNT_GROUPS = ("count", "other", "corrected", "sum")
_OF_ALL = re.compile(
    rf"(?P<part>{NUMBER})\s(?:out\s)?of\s(?:the|our|these|those"
    rf"|all)?\s?(?P<count>{NUMBER})\s(?:[\w/-]{{1,30}}\s){{0,4}}{CERTIFICATES}",
    re.IGNORECASE,
)
_CORRECTED_TO = re.compile(
    rf"\b(?:total|number|count|figure)\b[^.;]{{0,60}}\b(?:from\s{NUMBER}\s)?to\s(?P<count>{NUMBER})"
    rf"|\b(?:total|corrected|revised|updated) (?:number|count|figure|total)\b[^.;0-9]{{0,40}}?(?P<other>{NUMBER})",
    re.IGNORECASE,
)
_IN_ALL = re.compile(
    rf"(?P<count>{NUMBER})\s(?:[\w/-]{{1,30}}\s){{0,4}}?(?:in all|in total|altogether|overall)\b"
    rf"|\b(?:in total|altogether|overall),?\s(?P<other>{NUMBER})\s(?:[\w/-]{{1,30}}\s){{0,3}}{CERTIFICATES}",
    re.IGNORECASE,
)
_AFFECTED = re.compile(
    rf"(?P<count>{NUMBER})\s(?:[\w/-]{{1,30}}\s){{0,4}}?{CERTIFICATES}\s(?:[\w]+\s){{0,2}}?"
    r"(?:affected|concerned|impacted|mis-?issued)\b",
    re.IGNORECASE,
)
_NOW = re.compile(
    rf"\b(?:total|number|count)\b[^.;0-9]{{0,40}}\b(?:is|are|now|becomes|rises to"
    rf"|stands at)\s(?:now\s)?(?P<count>{NUMBER})"
    rf"|(?P<other>{NUMBER})\s(?:[\w/-]{{1,30}}\s){{0,3}}?(?:instead of|rather than)\s{NUMBER}"
    rf"|\bnot\s{NUMBER},?\sbut\s(?P<corrected>{NUMBER})|\b(?:which|that|this) makes\s(?P<sum>{NUMBER})",
    re.IGNORECASE,
)
_MORE = re.compile(
    rf"(?P<count>{NUMBER})\s(?:more|further|additional|other affected)\s(?:[\w/-]{{1,30}}\s){{0,3}}{CERTIFICATES}"
    rf"|\b(?:found|identified|discovered)\s(?P<other>{NUMBER})\s(?:more|further|additional)\b",
    re.IGNORECASE,
)
_BECAME = re.compile(
    rf"(?P<old>{NUMBER})\s(?:[\w/-]{{1,30}}\s){{0,3}}?(?:became|become|has become|have become|grew to"
    rf"|rose to|turned into|went up to)\s(?P<count>{NUMBER})",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"\b(?:became|has become|correct(?:ed|ion|s)?|revis(?:ed|ion)|instead of|not [0-9]{1,9}\b|(?:was|were) (?:missed"
    r"|overlooked|wrong|missing)"
    r"|overlooked|miscounted|additional(?:ly)?|(?:[0-9]{1,9}|one|two|three|four|five|six|seven|eight|nine|ten) more\b)",
    re.IGNORECASE,
)


def find_totals_in_update(text: str) -> Count | None:
    """Return the number of affected certificates that an update states expressly, None if it states none."""
    for sentence in split_sentences(without_dates(text)):
        for pattern in (_BECAME, _CORRECTED_TO, _NOW, _IN_ALL, _OF_ALL, _AFFECTED):
            if match := pattern.search(sentence):
                groups = match.groupdict()
                number = next(groups[name] for name in _COUNT_GROUPS if groups.get(name))
                return to_count(sentence, number, match.start())
    return None


def find_more(text: str) -> int | None:
    """Return how many certificates an update adds to those known before, None if none."""
    match = _MORE.search(without_dates(text))
    return to_value(match["count"] or match["other"]) if match else None


def says_corrected(text: str) -> bool:
    """Return whether an update says that an earlier count was wrong, and so explains another one."""
    return _CORRECTION.search(text) is not None
