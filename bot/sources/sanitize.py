"""Sanitizes third parties' text: without markup, control characters and e-mail addresses."""

import re

from handlers.parsing.people import mask_addresses

CONTROL_CHARS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
HIDDEN_ELEMENTS = "script, style, template, noscript"
BLOCK_ELEMENTS = "p, div, li, tr, h1, h2, h3, h4, h5, h6, blockquote, pre"


def strip_control_chars(text: str) -> str:
    """Remove control characters and lone surrogates, and end every line with a line feed."""
    return CONTROL_CHARS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def sanitize_text(text: str) -> str:
    """Remove control characters and mask e-mail addresses."""
    return mask_addresses(strip_control_chars(text))


def html_to_text(html: str) -> str:
    """Return the sanitized text of HTML, one line for each block; a link becomes its text."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    body = tree.body
    if body is None:
        return ""
    for node in body.css(HIDDEN_ELEMENTS):
        node.decompose(recursive=True)
    for node in body.css("br"):
        node.replace_with("\n")
    for node in body.css(BLOCK_ELEMENTS):
        node.insert_after("\n")
    lines = (" ".join(line.split()) for line in sanitize_text(body.text(deep=True, separator="")).split("\n"))
    return "\n".join(line for line in lines if line)
