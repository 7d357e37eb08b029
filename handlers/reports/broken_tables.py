"""Mend tables that people broke: without the line of dashes, without outer lines, with empty lines in between."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from handlers.reports.parts import Element

_MIN_TABLE_CELLS = 2
_DASHES = re.compile(r"[\s|:—–-]*-[\s|:—–-]*")
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_BUG_IN_LINK = re.compile(r"(?:show_bug\.cgi\?id=|bugzil\.la/)([0-9]{6,7})")
_BUG_NUMBER = re.compile(r"(?<![0-9])[0-9]{6,7}(?![0-9])")
_LINK = re.compile(r"\[([^\[\]]*)\]\(([^()\s]*)\)")


def repair_tables(elements: Sequence[Element]) -> Iterator[Element]:
    """Yield the elements with lines between "|" as tables, which lack the line of dashes."""
    for is_row, group in groupby(elements, key=_is_row):
        if not is_row:
            yield from group
            continue
        lines = list(group)
        rows = tuple(_cells(line.text) for line in lines if not _DASHES.fullmatch(line.text))
        yield replace(lines[0], kind="table", text="", rows=rows) if rows else lines[0]


def _is_row(element: Element) -> bool:
    if element.kind != "line" or element.label:
        return False
    text = element.text
    if text.startswith("|"):
        return text.count("|") > _MIN_TABLE_CELLS or _DASHES.fullmatch(text) is not None
    return text.count(" | ") >= _MIN_TABLE_CELLS


def _cells(line: str) -> tuple[str, ...]:
    bare = line.strip().strip("|")
    return tuple(_plain_cell(cell) for cell in _CELL_BORDER.split(bare))


def _plain_cell(cell: str) -> str:
    return _LINK.sub(_link_text, cell).replace("**", "").replace("\\|", "|").strip()


def _link_text(match: re.Match[str]) -> str:
    link = _BUG_IN_LINK.search(match[2])
    return f"{match[1]} {link[1]}" if link and not _BUG_NUMBER.search(match[1]) else match[1]


def merge_tables(elements: Iterable[Element]) -> Iterator[Element]:
    """Yield the elements with tables that follow each other at once as one: an empty line had cut them."""
    for is_table, group in groupby(elements, key=lambda element: element.kind == "table"):
        if not is_table:
            yield from group
            continue
        tables = list(group)
        yield replace(tables[0], rows=tuple(row for table in tables for row in table.rows))
