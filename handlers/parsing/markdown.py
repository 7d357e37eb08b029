"""Read Markdown as sections of blocks: what a comment says, without the marks it is written with.

Comments are Markdown since 2019 and plain text before, so that what only a few write deliberately is text here:
HTML, indented code, underlined headings.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

# In characters; the time that a parser of nested marks takes is bounded by its input.
MAX_MARKDOWN_LENGTH = 20_000
_MAX_NESTING = 20

BlockKind = Literal["paragraph", "item", "quotation", "code", "table"]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, quotation, table or piece of code.

    `text` has a line for each of its own; only code spans stand between backticks, which nothing else contains. URLs
    are as written. `label` is the bold text at its beginning, without the colon that ends it; it is not in `text`.
    `depth` counts the lists around a block: 1 for an item of a list that is in no other one.
    """

    kind: BlockKind
    text: str
    label: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with the blocks until the next one. `level` is 1 to 6, and 0 for what stands before any heading."""

    level: int
    heading: str
    blocks: tuple[Block, ...]


def read_markdown(text: str) -> tuple[Section, ...]:
    """Return the sections of a text, of its first 20,000 characters; nested marks beyond a bound are text."""
    tokens = _parser().parse(text[:MAX_MARKDOWN_LENGTH])
    sections: list[Section] = []
    level, heading, blocks = 0, "", list[Block]()
    for element in _BlockReader().read(tokens):
        if isinstance(element, Block):
            blocks.append(element)
            continue
        if level or blocks:
            sections.append(Section(level, heading, tuple(blocks)))
        level, heading = element
        blocks = []
    if level or blocks:
        sections.append(Section(level, heading, tuple(blocks)))
    return tuple(sections)


def _parser() -> MarkdownIt:
    """Return a parser without HTML; it is made anew each time, since it has state."""
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _MAX_NESTING})
    parser.enable(["table", "strikethrough"])
    return parser.disable(["code", "lheading", "html_block", "html_inline", "entity"])


class _BlockReader:
    """Walks through tokens and knows the lists, quotations, heading or table that it is in."""

    def __init__(self) -> None:
        self._depth = 0
        self._quotations = 0
        self._heading_level = 0
        self._cells: list[str] | None = None

    def read(self, tokens: Sequence[Token]) -> Iterator[Block | tuple[int, str]]:
        """Yield blocks, and each heading as its level and text, in the order of the text."""
        for token in tokens:
            match token.type:
                case "inline":
                    yield from self._read_text(token.children or ())
                case "fence":
                    yield Block("code", token.content, depth=self._depth)
                case "table_close":
                    yield Block("table", "\n".join(self._cells or ()), depth=self._depth)
                    self._cells = None
                case _:
                    self._enter(token)

    def _enter(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open" | "ordered_list_open" | "bullet_list_close" | "ordered_list_close":
                self._depth += token.nesting
            case "blockquote_open" | "blockquote_close":
                self._quotations += token.nesting
            case "heading_open":
                self._heading_level = int(token.tag[1:])
            case "heading_close":
                self._heading_level = 0
            case "table_open":
                self._cells = []

    def _read_text(self, tokens: Sequence[Token]) -> Iterator[Block | tuple[int, str]]:
        pieces, label_length = _read_inline(tokens)
        if self._cells is not None:
            self._cells.append("".join(pieces).strip())
        elif self._heading_level:
            yield self._heading_level, " ".join("".join(pieces).split())
        else:
            kind: BlockKind = "quotation" if self._quotations else "item" if self._depth else "paragraph"
            label, text = _split_label("".join(pieces[:label_length]).strip(), "".join(pieces[label_length:]))
            yield Block(kind, text, label, self._depth)


def _read_inline(tokens: Sequence[Token]) -> tuple[list[str], int]:
    """Return the pieces of a text without marks, and how many of them are bold at its beginning."""
    pieces: list[str] = []
    struck = label_length = 0
    is_blank = True
    for token in tokens:
        match token.type:
            case "s_open" | "s_close":
                struck += token.nesting
            case "strong_open" if is_blank:
                is_blank = False
                label_length = -1
            case "strong_close" if label_length < 0:
                label_length = len(pieces)
            case "softbreak" | "hardbreak":
                pieces.append("\n")
            case "code_inline" | "text" if not struck:
                pieces.append(_code_span(token.content) if token.type == "code_inline" else _plain(token.content))
                is_blank = is_blank and not pieces[-1].strip()
    return pieces, max(label_length, 0)


def _split_label(bold: str, text: str) -> tuple[str, str]:
    """Return the label and the text: bold words are a label before a colon, or if nothing else is on their line."""
    rest = text.lstrip(" \t")
    if bold and (bold.endswith((":", "：")) or not rest or rest.startswith((":", "：", "\n"))):
        return bold.rstrip(" :："), text.lstrip(" \t:：").strip()
    return "", (bold + text).strip()


def _plain(text: str) -> str:
    return text.replace("`", "'")


def _code_span(content: str) -> str:
    plain = " ".join(_plain(content).split())
    return f"`{plain}`" if plain else ""
