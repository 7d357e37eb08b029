"""The four numbers of a delayed revocation: revoked, not yet revoked, planned but expired, and the estimated end."""

import re
from dataclasses import dataclass
from datetime import date

from handlers.reports.moments import find_moments

_MAX_LENGTH = 65_535
_NUMBER = (
    r"(?P<{name}>[0-9]{{1,3}}(?:[,.’' ][0-9]{{3}})+|[0-9]{{1,9}}"
    r"|none|no|zero|one|two|three|four|five|six|seven|eight|nine|ten)"
)
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SEPARATOR = (
    r"[*_]{0,2}\s?(?:(?<![0-9])[:=|]|(?<=\s)[–—-](?=\s)|\bis\b|\bare\b)\s?[*_|]{0,2}\s?(?:about |approximately )?"
)


def _number(name: str) -> str:
    return _NUMBER.format(name=name)


_NOT_YET = (
    r"(?:not (?:yet )?(?:been )?revoked|(?:still )?to (?:be revoked|go)|yet to be revoked|unrevoked|not yet revoked"
    r"|remaining|remain|left|outstanding|still valid)"
)
_LEFT = re.compile(
    rf"\b{_NOT_YET}\b[^:\n.;,|]{{0,40}}{_SEPARATOR}{_number('after')}\b"
    rf"|\b{_number('before')} (?:(?:certificates?|of them|are|is|have|has|were|still|more) ){{0,4}}{_NOT_YET}\b"
    rf"|\b{_number('bare')} are not\b(?! affected)|\A\W*still {_number('still')}\b",
    re.IGNORECASE,
)
_REVOKED = re.compile(
    rf"(?<!not )(?<!not yet )(?<!be )(?<!been )(?<!un)\brevoked\b(?: so far| already| to date"
    rf"| certificates)?{_SEPARATOR}{_number('after')}\b"
    rf"|\b(?:number of )?certificates (?:that )?have been revoked{_SEPARATOR}{_number('named')}\b"
    rf"|\b{_number('before')} (?:(?:certificates?|of them|are|is|have|has|were|been|now"
    rf"|already) ){{0,4}}(?<!not )revoked\b",
    re.IGNORECASE,
)
_EXPIRED = re.compile(
    rf"\bexpired\b[^:\n.;,|]{{0,40}}{_SEPARATOR}{_number('after')}\b"
    rf"|\b{_number('before')} (?:(?:certificates?|of them|are|is|have|has|were|planned|that|which|for"
    rf"|revocation|but|and|already) ){{0,6}}expired\b",
    re.IGNORECASE,
)
_END = re.compile(
    r"\b(?:estimate[sd]?|expect(?:s|ed)?|planned|completed?|end|done|finish(?:ed)?|last)\b[^\n]{0,80}"
    r"|\b(?:new date|revoke)\b[^\n]{0,60}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class RevocationFigures:
    """The numbers of one text about a delayed revocation; None: not given."""

    revoked: int | None
    left: int | None
    expired: int | None
    estimate: date | None

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of those that are not given."""
        numbers = {"revoked": self.revoked, "left": self.left, "expired": self.expired, "estimate": self.estimate}
        return tuple(name for name, value in numbers.items() if value is None)


def read_revocation_figures(text: str, near: date) -> RevocationFigures:
    """Return the numbers that a text gives; `near` is its day. Never raises, takes linear time."""
    bare = text[:_MAX_LENGTH]
    return RevocationFigures(
        _value(_REVOKED.search(bare)), _value(_LEFT.search(bare)), _value(_EXPIRED.search(bare)), _estimate(bare, near)
    )


def _estimate(text: str, near: date) -> date | None:
    for match in _END.finditer(text):
        if moment := next(find_moments(match.group(), near), None):
            return moment.day
    return None


def _value(match: re.Match[str] | None) -> int | None:
    if match is None:
        return None
    number = next(group for group in match.groupdict().values() if group).casefold()
    if number in ("none", "no"):
        return 0
    return _WORDS.index(number) if number in _WORDS else int(re.sub(r"[^0-9]", "", number))
