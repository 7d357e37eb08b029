"""Read a comment as passages, each of one part of a report, whatever the form: headings, questions or fields.

Forms: the seven questions of 2017 and of the CCADB's guidelines 1.0, the headings of 2.0, the fields of 3.x, and the
points of audit findings (ccadb.org/cas/incident-report).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handlers.parsing.markdown import MAX_MARKDOWN_LENGTH, Block, Section, read_markdown
from handlers.parsing.report_forms import remove_questions, strip_boilerplate
from handlers.parsing.report_parts import Part, part_of

# A field in a paragraph is deeper than all headings.
_FIELD_LEVEL = 7
_FIELD = re.compile(r"[\s•-]*([A-Za-z][A-Za-z ’'\"“”()/,#0-9-]{2,79}?)\s*[:：](?:\s+|$)")
# HTML, which Bugzilla shows as text.
_HTML_HEADING = re.compile(r"<h[1-6]>([^<>\n]{1,200})</h[1-6]>", re.IGNORECASE)
_HTML_TAG = re.compile(
    r"</?(?:a|b|br|code|div|em|h[1-6]|hr|i|li|ol|p|pre|span|strong|table|tbody|td|th|tr|u|ul)(?:\s[^<>]{0,300})?/?>",
    re.IGNORECASE,
)
# The last of the three fields of Bugzilla's own form, which says what should have been.
_EXPECTED = re.compile(r"^Expected results:[ \t\r]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines that belong to one part of a report; `is_item` marks items of a list."""

    part: Part
    text: str
    is_item: bool


def read_passages(text: str) -> tuple[Passage, ...]:
    """Return the passages of a comment in order, without headings, questions, tables, code and quotations."""
    text = _HTML_HEADING.sub(r"\n\n# \1\n\n", text[:MAX_MARKDOWN_LENGTH])
    text = _EXPECTED.sub("\n\n###### Expected results\n\n", _HTML_TAG.sub(" ", text))
    return tuple(_PassageReader().read(read_markdown(remove_questions(strip_boilerplate(text)))))


class _PassageReader:
    """Walks through sections and knows which part it is in: by heading level, and within a list by depth."""

    def __init__(self) -> None:
        self._headings: list[tuple[int, Part]] = []
        self._items: list[tuple[int, Part]] = []

    @property
    def _part(self) -> Part:
        parts = self._items or self._headings
        return parts[-1][1] if parts else "opening"

    def read(self, sections: Sequence[Section]) -> Iterator[Passage]:
        for section in sections:
            if section.level:
                self._enter(section.level, part_of(section.heading))
            for block in section.blocks:
                if block.kind == "item":
                    yield from self._read_item(block)
                elif block.kind == "paragraph":
                    yield from self._read_paragraph(block)

    def _enter(self, level: int, part: Part | None) -> None:
        """Begin a part; an unknown heading continues the part around it."""
        self._items = []
        while self._headings and self._headings[-1][0] >= level:
            self._headings.pop()
        self._headings.append((level, part or self._part))

    def _read_paragraph(self, block: Block) -> Iterator[Passage]:
        self._items = []
        text = block.text
        if block.label:
            part = self._field_part(part_of(block.label))
            if part or not text:
                self._enter(_FIELD_LEVEL, part)
            else:
                text = f"{block.label}: {text}"
        lines: list[str] = []
        for line in text.split("\n"):
            part, rest = _split_field(line)
            if part is None:
                lines.append(line)
                continue
            yield from self._passages("\n".join(lines))
            self._enter(_FIELD_LEVEL, self._field_part(part))
            lines = [rest]
        yield from self._passages("\n".join(lines))

    def _field_part(self, part: Part | None) -> Part | None:
        """Return the part of a field: one of the causes or actions stays there ("Description" of a factor)."""
        heading = next((around for level, around in reversed(self._headings) if level < _FIELD_LEVEL), "opening")
        return "rest" if part and heading == "rest" else part

    def _read_item(self, block: Block) -> Iterator[Passage]:
        while self._items and self._items[-1][0] >= block.depth:
            self._items.pop()
        part, text = (part_of(block.label), block.text) if block.label else _split_field(block.text)
        if part is not None:
            self._items.append((block.depth, self._field_part(part) or part))
        elif block.label:
            text = f"{block.label}: {text}" if text else block.label
        yield from self._passages(text, is_item=part is None)

    def _passages(self, text: str, *, is_item: bool = False) -> Iterator[Passage]:
        if text.strip():
            yield Passage(self._part, text.strip(), is_item)


def _split_field(line: str) -> tuple[Part | None, str]:
    """Return the part that a line begins, as its whole or by the name of a field, and the rest of the line."""
    if part := part_of(line, exact=True):
        return part, ""
    if (field := _FIELD.match(line)) and (part := part_of(field[1], exact=True)):
        return part, line[field.end() :]
    return None, line
