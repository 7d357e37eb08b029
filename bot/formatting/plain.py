"""Third-party text without control characters, invisible characters and stacked marks, for any output.

Bug titles, comments and mails are written by anybody. Their text is shown exactly, but nothing in it may steer a
terminal, hide, or reverse the direction of a line.
"""

import re
import unicodedata
from collections.abc import Iterator

from handlers.text.invisible import is_mark, strip_invisible
from handlers.text.truncation import truncate

_LINE_BREAKS = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
_WHITE_SPACE = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")


def to_single_line(text: str, limit: int) -> str:
    """Return normalized text on one line, for output without markup: footers, autocomplete, a terminal."""
    plain = normalize(text, one_line=True)
    if plain.isascii() and len(plain) <= limit:
        return plain
    return truncate(split_graphemes(plain), limit)


def normalize(text: str, *, one_line: bool) -> str:
    """Remove invisible characters and direction overrides; white space of all kinds becomes plain spaces.

    Line breaks are kept, but never two empty lines in a row, unless `one_line`.
    """
    lines = [_clean_line(line) for line in _LINE_BREAKS.split(text)]
    if one_line:
        return " ".join(" ".join(lines).split())
    return re.sub("\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def split_graphemes(text: str) -> Iterator[str]:
    """Split normalized text into graphemes, so that a cut never divides one; joiners are removed already."""
    cluster = ""
    for letter in text:
        if cluster and _extends(cluster, letter):
            cluster += letter
            continue
        if cluster:
            yield cluster
        cluster = letter
    if cluster:
        yield cluster


def _clean_line(line: str) -> str:
    """Return a line without invisible characters, with plain spaces; it does not begin with a combining mark."""
    if line.isascii() and line.isprintable():
        return line
    visible = _WHITE_SPACE.sub(" ", strip_invisible(line))
    start = next((index for index, letter in enumerate(visible) if not is_mark(letter)), len(visible))
    return visible[start:]


def _extends(cluster: str, letter: str) -> bool:
    if is_mark(letter):
        return cluster != "\n"
    if "\U0001f3fb" <= letter <= "\U0001f3ff":  # skin tones
        return unicodedata.category(cluster[-1]) == "So"
    if "\U0001f1e6" <= letter <= "\U0001f1ff":  # a flag is two of these
        return len(cluster) == 1 and "\U0001f1e6" <= cluster <= "\U0001f1ff"
    # Decomposed Hangul: vowels and finals follow an initial, two vowels or two finals may follow each other.
    return "\u1160" <= letter <= "\u11ff" and "\u1100" <= cluster[-1] <= "\u11ff" and letter >= cluster[-1]
