"""Text out of the texts of a feed: by their declared type, and for RSS, which declares none, by what they contain."""

import re

from bot.sources.sanitize import html_to_text, sanitize_text

HTML_TYPES = frozenset(("text/html", "html", "application/xhtml+xml", "xhtml"))

_ELEMENTS = (
    "a|abbr|address|article|aside|b|big|blockquote|body|br|caption|center|cite|code|dd|del|details|div|dl|dt|em|figure"
    "|font|footer|h[1-6]|head|header|hr|html|i|iframe|img|ins|kbd|li|main|mark|nav|ol|p|pre|q|s|samp|script|section"
    "|small|span|strike|strong|style|sub|summary|sup|table|tbody|td|tfoot|th|thead|title|tr|tt|u|ul|var|video|wbr"
)
_ENTITY = r"&(?:\#[0-9]{1,7}|\#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});"
_LOOKS_LIKE_HTML = re.compile(rf"</?(?:{_ELEMENTS})(?:\s[^<>]{{0,2000}})?/?>|<!--|{_ENTITY}", re.IGNORECASE)
_LOOKS_LIKE_HTML_TITLE = re.compile(rf"</(?:{_ELEMENTS})>|{_ENTITY}", re.IGNORECASE)


def is_html(declared_type: str) -> bool:
    """Return whether a text of Atom is HTML; Atom declares a type for each (RFC 4287, section 3.1)."""
    return declared_type in HTML_TYPES


def looks_like_html(description: str) -> bool:
    """Return whether a description of RSS is HTML.

    RSS says that descriptions are, but many are plain text; one without any element or entity of HTML is taken as such.
    """
    return bool(_LOOKS_LIKE_HTML.search(description))


def looks_like_html_title(title: str) -> bool:
    """Return whether a title of RSS is HTML; most are plain text, so that an opening tag alone proves nothing."""
    return bool(_LOOKS_LIKE_HTML_TITLE.search(title))


def to_text(text: str, *, html: bool) -> str:
    """Return the sanitized text of HTML or of plain text."""
    if html:
        return html_to_text(text)
    lines = (" ".join(line.split()) for line in sanitize_text(text).split("\n"))
    return "\n".join(line for line in lines if line)
