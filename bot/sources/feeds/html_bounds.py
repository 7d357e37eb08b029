"""Bounds on untrusted HTML before it is parsed: HTML parsers take quadratic time in the depth of open elements."""

import re

MAX_HTML_LENGTH = 1_000_000
MAX_DEPTH = 200
MAX_TAG_LENGTH = 4_000

# One tag: every character is read once. A "<" within a tag begins another one.
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)([^<>]*)>?")
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_CLOSED_BY_THE_NEXT = frozenset(("p", "option"))


def bound_html(html: str) -> str:
    """Return HTML of at most MAX_HTML_LENGTH characters that nests at most MAX_DEPTH elements.

    Text is kept: a tag that would go deeper becomes a line break, a huge tag disappears.
    """
    html = html[:MAX_HTML_LENGTH]
    pieces: list[str] = []
    open_elements: dict[str, int] = {}
    depth = position = 0
    for match in _TAG.finditer(html):
        name = match[2].lower()
        if match.end() - match.start() > MAX_TAG_LENGTH:
            replacement = " "
        elif name in _VOID:
            continue
        elif match[1]:
            # an end tag ends at least this element; of those within it nothing is assumed
            if open_elements.get(name):
                open_elements[name] -= 1
                depth -= 1
            continue
        elif name in _CLOSED_BY_THE_NEXT and open_elements.get(name):
            continue
        elif depth < MAX_DEPTH:
            open_elements[name] = open_elements.get(name, 0) + 1
            depth += 1
            continue
        else:
            replacement = "<br>"
        pieces += (html[position : match.start()], replacement)
        position = match.end()
    return "".join((*pieces, html[position:]))
