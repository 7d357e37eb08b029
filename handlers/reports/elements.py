"""Read Markdown as a flat run of elements: headings, lines with their labels, tables with their rows.

Comments are Markdown since 2019 and plain text before. What people break is mended here: tables without the line of
dashes or with empty lines in between, labels without bold, HTML comments of the form.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from handlers.reports.broken_tables import merge_tables, repair_tables
from handlers.reports.parts import Element

# In characters: the longest comment that Bugzilla takes. What follows is not read.
MAX_REPORT_LENGTH = 65_535
_MAX_INLINE_LENGTH = 1_000
_MAX_NESTING = 20


_HTML_HEADING = re.compile(r"<h([1-6])>([^<\n]{1,200})</h\1>", re.IGNORECASE)
_MARKS = re.compile(r"[*_~\[\]!<`\\]")
_LINE_BREAK_TAG = re.compile(r"<br ?/?>", re.IGNORECASE)
_BUG_IN_LINK = re.compile(r"(?:show_bug\.cgi\?id=|bugzil\.la/)([0-9]{6,7})")
_BUG_NUMBER = re.compile(r"(?<![0-9])[0-9]{6,7}(?![0-9])")


def read_elements(text: str) -> tuple[Element, ...]:
    """Return the elements of a text, of its first 65,535 characters. Never raises, takes linear time."""
    elements = _ElementReader().read(_parser().parse(_without_comments(text[:MAX_REPORT_LENGTH])))
    return tuple(merge_tables(repair_tables(list(elements))))


@cache
def _parser() -> MarkdownIt:
    """Return a parser of blocks; lines are parsed one block at a time, since marks may take quadratic time."""
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _MAX_NESTING})
    parser.enable(["table", "strikethrough"])
    parser.disable(["code", "lheading", "html_block", "html_inline", "entity", "reference"])
    parser.disable(["inline"])
    parser.parse("x")  # its rules are compiled at the first use, and another thread must not meet half of them
    return parser


@cache
def _inline_parser() -> MarkdownIt:
    """Return a parser of the marks within a line."""
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _MAX_NESTING})
    parser.enable(["strikethrough"])
    parser.disable(["html_inline", "entity"])
    parser.parseInline("*x*")  # as above
    return parser


def _without_comments(text: str) -> str:
    """Return a text without HTML comments, with <br> as a space and <h2> as a heading; other HTML is text."""
    pieces, position = [], 0
    while (start := text.find("<!--", position)) >= 0 and (end := text.find("-->", start)) >= 0:
        pieces.append(text[position:start])
        position = end + 3
    without = _LINE_BREAK_TAG.sub(" ", "".join(pieces) + text[position:])
    return _HTML_HEADING.sub(lambda match: f"\n\n{'#' * int(match[1])} {match[2]}\n\n", without)


class _ElementReader:
    """Walks through the tokens of blocks and knows the lists, quotations, heading or table that it is in."""

    def __init__(self) -> None:
        self._inline = _inline_parser()
        self._depth = 0
        self._quotations = 0
        self._level = 0
        self._begins_item = False
        self._rows: list[list[str]] | None = None

    def read(self, tokens: Sequence[Token]) -> Iterator[Element]:
        for token in tokens:
            match token.type:
                case "inline":
                    yield from self._read_text(token.content)
                case "fence":
                    yield Element("code", token.content, depth=self._depth, quoted=self._quotations > 0)
                case "table_close":
                    rows = tuple(tuple(row) for row in self._rows or ())
                    self._rows = None
                    yield Element("table", depth=self._depth, quoted=self._quotations > 0, rows=rows)
                case _:
                    self._enter(token)

    def _enter(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open" | "ordered_list_open" | "bullet_list_close" | "ordered_list_close":
                self._depth += token.nesting
            case "list_item_open":
                self._begins_item = True
            case "blockquote_open" | "blockquote_close":
                self._quotations += token.nesting
            case "heading_open":
                self._level = int(token.tag[1:])
            case "heading_close":
                self._level = 0
            case "table_open":
                self._rows = []
            case "tr_open" if self._rows is not None:
                self._rows.append([])

    def _read_text(self, content: str) -> Iterator[Element]:
        if self._rows:
            self._rows[-1].append(self._cell(content))
            return
        quoted = self._quotations > 0
        lines = self._lines(content)
        if self._level:
            words = " ".join(f"{label} {text}" for label, text in lines).split()
            yield Element("heading", " ".join(words), level=self._level, quoted=quoted)
            return
        is_first = True
        for label, text in lines:
            is_item, self._begins_item = self._begins_item, False
            if label or text:
                yield Element("line", text, label, 0, self._depth, is_item, is_first, quoted)
                is_first = False

    def _lines(self, content: str) -> list[tuple[str, str]]:
        """Return each line as its bold beginning and the rest."""
        if content.lstrip().startswith("|") or not _MARKS.search(content):
            return [("", line.strip()) for line in content.split("\n")]
        children: list[Token] = []
        for piece in _pieces(content):
            for token in self._inline.parseInline(piece):
                children.extend(token.children or ())
            children.append(Token("softbreak", "br", 0))
        return list(_split_lines(children))

    def _cell(self, content: str) -> str:
        text = " ".join(f"{label} {text}" for label, text in self._lines(content)).strip()
        link = _BUG_IN_LINK.search(content)
        return f"{text} {link[1]}" if link and not _BUG_NUMBER.search(text) else text


def _pieces(content: str) -> Iterator[str]:
    """Yield a block in pieces of whole lines that are short enough to be parsed for marks."""
    if len(content) <= _MAX_INLINE_LENGTH:
        yield content
        return
    lines: list[str] = []
    length = 0
    for line in content.split("\n"):
        for start in range(0, len(line) or 1, _MAX_INLINE_LENGTH):
            part = line[start : start + _MAX_INLINE_LENGTH]
            if lines and length + len(part) > _MAX_INLINE_LENGTH:
                yield "\n".join(lines)
                lines, length = [], 0
            lines.append(part)
            length += len(part) + 1
    yield "\n".join(lines)


def _split_lines(tokens: Iterable[Token]) -> Iterator[tuple[str, str]]:
    """Yield the label and the text of each line; what is struck out is left out."""
    bold: list[str] = []
    plain: list[str] = []
    strong = struck = 0
    for token in tokens:
        match token.type:
            case "softbreak" | "hardbreak":
                yield _label_and_text("".join(bold), "".join(plain))
                bold, plain = [], []
            case "strong_open" | "strong_close":
                strong += token.nesting
            case "s_open" | "s_close":
                struck += token.nesting
            case "text" | "code_inline" if not struck:
                content = f"`{token.content}`" if token.type == "code_inline" else token.content
                (bold if strong and not "".join(plain).strip() else plain).append(content)
            case "image" if not struck:
                plain.append(token.content)


def _label_and_text(bold: str, plain: str) -> tuple[str, str]:
    """Return bold words as a label before a colon, or if nothing else is on their line; else all as text."""
    label, text = bold.strip(), plain.strip()
    if label and (not text or label.endswith((":", "：")) or text.startswith((":", "：", "- ", "– ", "— "))):
        return label.rstrip(" :："), text.lstrip(" \u00a0:：–—-") if text[:1] in ":：–—-" else text
    return "", f"{bold}{plain}".strip()
