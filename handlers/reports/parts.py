"""The elements and parts of a comment as values: lines, tables, and what stands under each heading or label."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ElementKind = Literal["heading", "line", "table", "code"]
Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Element:
    """A heading, a line of a paragraph or list item, a table or a piece of code.

    `label` is bold text at the beginning of a line that ends in a colon or fills the line; `text` is the rest. `level`
    is 1 to 6 for headings, `depth` the number of lists around a line, `is_item` whether it begins a list item and
    `is_first` whether it begins a paragraph or item.
    """

    kind: ElementKind
    text: str = ""
    label: str = ""
    level: int = 0
    depth: int = 0
    is_item: bool = False
    is_first: bool = True
    quoted: bool = False
    rows: Rows = ()

    @property
    def whole(self) -> str:
        """Label and text as they stood."""
        return f"{self.label}: {self.text}".rstrip(" :") if self.label else self.text


@dataclass(frozen=True, slots=True)
class Part:
    """What stands under one heading, question or label: its elements, "" as the only text if it is empty."""

    name: str
    elements: tuple[Element, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """Its lines of text, tables and code left out."""
        return tuple(element.whole for element in self.elements if element.kind in ("line", "heading"))

    @property
    def text(self) -> str:
        """Its lines of text as one."""
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Factor:
    """A contributing factor of a full report, or a finding of an audit report, with its own parts."""

    title: str
    parts: Mapping[str, Part]


@dataclass(frozen=True, slots=True)
class Outline:
    """The parts of a comment by name. `titles` are the kinds of report that its headings name, in order.

    `before` is what stands before any part, `is_request` says that a program asks for a report with the form's words.
    """

    parts: Mapping[str, Part]
    factors: tuple[Factor, ...]
    findings: tuple[Factor, ...]
    titles: tuple[str, ...]
    before: tuple[Element, ...]
    is_request: bool

    def part(self, name: str) -> Part:
        """Return a part, an empty one if the comment lacks it."""
        return self.parts.get(name) or Part(name)
