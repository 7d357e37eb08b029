"""Sanitizes third parties' text: without markup, invisible characters and e-mail addresses."""

import html as html_entities
import re

from bot.sources.encoded_words import decode_encoded_words
from handlers.parsing.people import mask_addresses

CONTROL_CHARS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
MAX_HTML_LENGTH = 1_000_000  # characters; a mail or an entry of a feed has a hundredth

# Elements whose content is not shown; the content of the first ones is no markup either.
RAW_ELEMENTS = frozenset(("script", "style", "title", "xmp", "iframe", "noembed", "noframes"))
HIDDEN_ELEMENTS = frozenset(("template", "noscript"))
BLOCK_ELEMENTS = frozenset(
    (
        "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dir", "div",
        "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head",
        "header", "hr", "html", "legend", "li", "listing", "main", "menu", "nav", "ol", "option", "p", "pre", "section",
        "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
    )
)  # fmt: skip
CELLS = frozenset(("td", "th"))
QUOTE_MARK = "> "

# Each consumes all that it has scanned, to the end of the text if need be: every character is read once.
_MARKUP = re.compile(r"<!--.*?(?:-->|\Z)|<[!?][^>]*>?|<(?P<end>/?)(?P<name>[A-Za-z][^\s/>]*)", re.DOTALL)
_ATTRIBUTES = re.compile(r"(?:=\s*+(?:\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z))|[^>])*+>?")
_HUGE_REFERENCE = re.compile(r"&#(?:[0-9]{8,}+|[xX][0-9A-Fa-f]{7,}+);?")


def strip_control_chars(text: str) -> str:
    """Remove control characters and lone surrogates, and end every line with a line feed."""
    return CONTROL_CHARS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def sanitize_text(text: str) -> str:
    """Remove control and invisible characters, and then mask e-mail addresses, which these might hide."""
    return mask_addresses(strip_control_chars(text))


def sanitize_header(text: str) -> str:
    """Return the sanitized text of a mail's subject or author on one line, with encoded words decoded."""
    return " ".join(sanitize_text(decode_encoded_words(strip_control_chars(text))).split())


def html_to_text(html: str) -> str:
    """Return the sanitized text of HTML: a line for each block, each line of a blockquote with a mark ("> ").

    A link becomes its text. Lines of <pre> are kept as they are. No tree is built, so nesting of any depth takes linear
    time; what is beyond MAX_HTML_LENGTH is left out. Never raises.
    """
    html = strip_control_chars(html[:MAX_HTML_LENGTH])
    lines = _TextLines()
    hidden, hidden_depth = "", 0
    position = 0
    while markup := _MARKUP.search(html, position):
        if not hidden:
            lines.add_text(_decode_references(html[position : markup.start()]))
        position = markup.end()
        if not markup["name"]:
            continue
        name, is_end = markup["name"].lower(), bool(markup["end"])
        attributes = _ATTRIBUTES.match(html, position)
        position = attributes.end() if attributes else position
        if hidden:
            hidden_depth += (-1 if is_end else 1) if name == hidden else 0
            hidden = hidden if hidden_depth else ""
        elif name in HIDDEN_ELEMENTS and not is_end:
            hidden, hidden_depth = name, 1
        elif name in RAW_ELEMENTS and not is_end:
            raw_end = re.compile(f"</{name}", re.IGNORECASE).search(html, position)
            position = raw_end.start() if raw_end else len(html)
        else:
            lines.add_element(name, is_end=is_end)
    if not hidden:
        lines.add_text(_decode_references(html[position:]))
    return sanitize_text(lines.join())


class _TextLines:
    """The lines of a document, built from its texts and the elements between them."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quotes = 0
        self._preformatted = 0
        self._starts_preformatted = False

    def add_text(self, text: str) -> None:
        if self._starts_preformatted and text:
            text = text.removeprefix("\n")
            self._starts_preformatted = False
        first, *rest = text.split("\n")
        self._line.append(first)
        for line in rest:
            self._end_line(keep_empty=bool(self._preformatted))
            self._line.append(line)

    def add_element(self, name: str, *, is_end: bool) -> None:
        if name in CELLS:
            self._line.append(" ")
        if name not in BLOCK_ELEMENTS:
            return
        self._end_line(keep_empty=bool(self._preformatted) and name == "br")
        change = -1 if is_end else 1
        if name == "blockquote":
            self._quotes = max(self._quotes + change, 0)
        elif name == "pre":
            self._preformatted = max(self._preformatted + change, 0)
            self._starts_preformatted = not is_end

    def join(self) -> str:
        self._end_line(keep_empty=False)
        return "\n".join(self._lines)

    def _end_line(self, *, keep_empty: bool) -> None:
        line = "".join(self._line)
        self._line.clear()
        if not self._preformatted:
            line = " ".join(line.split())
        if line.strip() or keep_empty:
            self._lines.append(QUOTE_MARK + line if self._quotes else line)


def _decode_references(text: str) -> str:
    """Decode character references ("&amp;"); one of an impossible number becomes U+FFFD."""
    return html_entities.unescape(_HUGE_REFERENCE.sub("\ufffd", text)) if "&" in text else text
