"""Drop what shows nothing from third-party text, so that what is checked, stored and shown is the same text.

An invisible character within a word hides it from every pattern: "name@exam<soft hyphen>ple.org" is an address to
whoever reads it.
"""

import re
import unicodedata

# Letters and marks that show nothing: fillers, variation selectors, the grapheme joiner, the empty Braille cell.
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
# Control and format characters, lone surrogates, private and unassigned characters.
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_MARKS = frozenset({"Mn", "Me", "Mc"})
# No living script stacks more marks on a letter; longer stacks paint over the neighbouring lines, and normalizing them
# takes quadratic time.
MAX_MARKS = 4
_ASCII_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


def strip_invisible(text: str) -> str:
    """Return a text without invisible characters, direction overrides, lone surrogates and stacks of marks.

    Tabs and line breaks are kept, U+2028 and U+2029 too. Linear and idempotent.
    """
    return _BEYOND_ASCII.sub(_visible, _ASCII_CONTROLS.sub("", text))


def is_mark(letter: str) -> bool:
    """Return whether a character combines with the letter before it."""
    return unicodedata.category(letter) in _MARKS


def _visible(match: re.Match[str]) -> str:
    visible: list[str] = []
    marks = 0
    for letter in _BLANK.sub("", match.group()):
        category = unicodedata.category(letter)
        if category in _DROPPED_CATEGORIES or (category in _MARKS and marks >= MAX_MARKS):
            continue
        visible.append(letter)
        marks = marks + 1 if category in _MARKS else 0
    return "".join(visible)
