"""Whether a part was filled in: empty, template text, N/A; and its text and list items."""

import re
from collections.abc import Iterable

from handlers.reports.forms import read_forms
from handlers.reports.parts import Element, Part

_NOT_APPLICABLE = re.compile(r"\W*(?:n\s?[/.]\s?a\b\.?|n\.a\.|not applicable\b|does not apply\b|na\Z)", re.IGNORECASE)
_NOTHING = re.compile(
    r"\W*(?:none|nothing|nil|no(?:\s(?:further|additional|other|ongoing|more|such))*\s(?:commitments?"
    r"|actions?|items?)|there are no\b|n/?a\b|not applicable|-)",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"(?:\[[^\[\]]*\]|<[^<>]*>|\{[^{}]*\})\W*")
_BROKEN_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_PLACEHOLDER = re.compile(r"[yY]{4}[-/.][mM]{2}[-/.][dD]{2}|[hH]{2}:[mM]{2}|[xX]{3,}|[.…_]{1,20}")
_ALL_TIMES = re.compile(r"\W*all (?:times|dates)\b.{0,60}", re.IGNORECASE)
_EXAMPLE_DATE = "2038-01-19"


def is_template(text: str) -> bool:
    """Return whether a line is what the form contains, or nothing."""
    bare = _BROKEN_LINK.sub(r"\1", text).strip().strip("*_-–—: .")
    if not any(map(str.isalnum, bare)):
        return True
    stripped = text.strip()
    if _IN_BRACKETS.fullmatch(stripped) and any(map(str.isspace, stripped)):
        return True
    if bare.casefold() in read_forms().template_texts or _PLACEHOLDER.sub("", bare).strip("*_-–—: .|") == "":
        return True
    return bool(_IN_BRACKETS.fullmatch(stripped)) and not stripped.startswith("[http")


def is_template_row(cells: Iterable[str]) -> bool:
    """Return whether a row of a table is the form's example, or empty."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return True
    return (
        all(is_template(cell) for cell in filled[:2])
        or (filled[0].casefold() == "example" and len(filled) > 1)
        or (_EXAMPLE_DATE in filled and is_template(filled[0]))
    )


def is_not_applicable(text: str) -> bool:
    """Return whether a text says that its field does not apply."""
    return _NOT_APPLICABLE.match(text) is not None


def says_nothing(text: str) -> bool:
    """Return whether a text says that there is nothing to tell ("None.")."""
    return _NOTHING.match(text) is not None


def is_filled(part: Part) -> bool:
    """Return whether a part holds anything but template text; "N/A" counts as filled."""
    for element in part.elements:
        if element.kind == "table":
            if data_rows(element):
                return True
        elif element.kind == "code":
            if element.text.strip():
                return True
        elif not is_template(element.whole) and not _ALL_TIMES.fullmatch(element.whole):
            return True
    return False


def data_rows(table: Element) -> tuple[tuple[str, ...], ...]:
    """Return the rows of a table without its headers and the form's example."""
    header = table.rows[0] if table.rows else ()
    return tuple(row for row in table.rows[1:] if row != header and not is_template_row(row))


def authored(part: Part) -> str:
    """Return the text of a part without lines of the template."""
    return "\n".join(line for line in part.lines if not is_template(line)).strip()


def items(part: Part) -> tuple[str, ...]:
    """Return the list items of a part, or its paragraphs if it has no list; lines of one item are joined."""
    result: list[str] = []
    for element in part.elements:
        if element.kind != "line":
            continue
        if element.is_first or not result:
            result.append(element.whole.strip())
        else:
            result[-1] = f"{result[-1]} {element.whole.strip()}"
    return tuple(item for item in result if not is_template(item) and not is_not_applicable(item))
