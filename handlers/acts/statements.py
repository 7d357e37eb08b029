"""Divide a comment into statements, and tell what its author says from what is quoted, a table, code or a heading."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from handlers.parsing.quotations import find_introduction
from handlers.text.invisible import strip_invisible
from handlers.text.sentences import split_sentences

MAX_LENGTH = 70_000  # in characters; Bugzilla accepts 65,535
_MAX_SENTENCE = 4_000

StatementKind = Literal["own", "quoted", "table", "code", "heading"]

_QUOTED = re.compile(r"[ \t]{0,8}[>＞][>＞ \t]*")
_FENCE = re.compile(r"[ \t]{0,3}(?:```|~~~)")
_HEADING = re.compile(r"[ \t]{0,3}#{1,6}[ \t]+(.*)")
_BOLD_LINE = re.compile(r"[ \t]*(?:\*\*|__)([^*_]{1,200})(?:\*\*|__)[ \t]*:?[ \t]*")
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\(?(?P<number>[0-9]{1,2})[.)]|\(?(?P<letter>[a-z])\))[ \t]+(?=\S)")
_LABEL = re.compile(r"(?:\*\*|__)(?P<label>[^*_]{1,120}?)[ \t]*:?[ \t]*(?:\*\*|__)[ \t]*:?[ \t]*")
# "Revoked: 34" on a line of its own, which Markdown would join with its neighbours.
_LABELLED_LINE = re.compile(r"[ \t]*(?:\*\*|__)?[A-Z][^.:|?!]{1,90}:(?:\*\*|__)?[ \t]+\S")
_EMPHASIS = re.compile(r"\*\*|__|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])")
# A question mark ends a sentence whatever follows, and "@name" begins one.
_MORE_STOPS = re.compile(r"(?<=[?])[ ]+(?=\w)|(?<=[.!])[ ]+(?=@\w)")
_SHORT_ANSWER = re.compile(r"((?:^|[:,] )(?:no|yes|none|both|correct)\.)\s(?=[A-Z0-9])", re.IGNORECASE)
# "Revoked: 34. Left: 41.": a number ends a sentence, unless a month follows it.
_NUMBER_STOP = re.compile(
    r"(?<=[\w:)] )([0-9][0-9.,]{0,11})(?<![.,])\.\s(?=[A-Z])(?!(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))"
)
_URL = re.compile(r"https?://[^\s)>\]]+")
# The questions of 2017, however they are numbered or marked.
_PROMPT = re.compile(
    r"(?:how your ca first became aware|a timeline of the actions|whether your ca has stopped"
    r"|a summary of the problematic|(?:in a case involving \w+, )?the complete certificate data"
    r"|explanation about how and why|list of steps your ca)",
    re.IGNORECASE,
)
_REPLY = re.compile(
    r"\(?in reply to (?P<who>.{0,120}?)(?:from|in)?\s?comment\s?#?(?P<number>[0-9]{1,4})\)?:?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, or the line of a table, of a heading or of code.

    `paragraph` counts the blocks of a comment. `section` is the heading above, in lower case, "" before any. `label` is
    the bold label before it, `number` or `letter` that of its list item.
    """

    text: str
    kind: StatementKind
    paragraph: int
    section: str = ""
    label: str = ""
    number: int | None = None
    letter: str = ""


@dataclass(frozen=True, slots=True)
class CommentText:
    """A comment's statements; `replies_to` are the numbers of the comments that Bugzilla's own line names."""

    statements: tuple[Statement, ...]
    replies_to: tuple[int, ...] = ()

    @property
    def own(self) -> tuple[Statement, ...]:
        """What the author says."""
        return tuple(statement for statement in self.statements if statement.kind == "own")


def read_statements(text: str) -> CommentText:
    """Return the statements of a comment, of its first 70,000 characters. Linear, never raises."""
    lines = strip_invisible(text[:MAX_LENGTH]).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    reader = _Reader()
    return CommentText(tuple(reader.read(lines)), tuple(reader.replies))


class _Reader:
    """Walks through lines and knows the paragraph, section and fence that it is in."""

    def __init__(self) -> None:
        self.replies: list[int] = []
        self._pending: list[str] = []
        self._paragraph = 0
        self._section = ""
        self._label = ""
        self._number: int | None = None
        self._letter = ""
        self._fenced = False
        self._quotes_paragraph = False
        self._kind: StatementKind = "own"

    def read(self, lines: list[str]) -> Iterator[Statement]:
        """Yield the statements of lines, in order."""
        skipped = 0
        for index, line in enumerate(lines):
            if index < skipped:
                continue
            if _FENCE.match(line):
                yield from self._flush()
                self._fenced = not self._fenced
            elif self._fenced:
                yield Statement(line.strip(), "code", self._paragraph, self._section)
            elif not line.strip():
                yield from self._flush()
                self._quotes_paragraph = False
            else:
                introduction = None if _QUOTED.match(line) else find_introduction(lines, index)
                if introduction and self._begins_quotation(lines, index, introduction.length):
                    yield from self._flush()
                    skipped = index + introduction.length
                else:
                    yield from self._read_line(line)
        yield from self._flush()

    def _begins_quotation(self, lines: list[str], index: int, length: int) -> bool:
        """Return whether what looks like a mail's introduction is one: marked lines follow, or it is a header block."""
        following = next((line for line in lines[index + length : index + length + 3] if line.strip()), "")
        if _QUOTED.match(following):
            return True
        if length >= 3:
            self._quotes_paragraph = True
            return True
        return False

    def _read_line(self, line: str) -> Iterator[Statement]:
        quoted = _QUOTED.match(line)
        if quoted:
            yield from self._continue("quoted", line[quoted.end() :])
            return
        reply = _REPLY.fullmatch(line.strip())
        if reply:
            yield from self._flush()
            self.replies.append(int(reply["number"]))
        elif line.lstrip().startswith("|"):
            yield from self._flush()
            yield Statement(line.strip(), "table", self._paragraph, self._section)
        elif heading := _heading_of(line):
            yield from self._flush()
            self._paragraph += 1
            self._section = heading.casefold()
            yield Statement(heading, "heading", self._paragraph, self._section)
        else:
            yield from self._continue("quoted" if self._quotes_paragraph else "own", line)

    def _continue(self, kind: StatementKind, line: str) -> Iterator[Statement]:
        item = _ITEM.match(line)
        if kind != self._kind or item or not line.strip() or _LABELLED_LINE.match(line):
            yield from self._flush()
        if item:
            line = line[item.end() :]
            self._number = int(item["number"]) if item["number"] else None
            self._letter = item["letter"] or ""
        label = _LABEL.match(line)
        if label and not self._pending:
            self._label = label["label"].casefold()
            line = line[label.end() :]
        self._kind = kind
        self._pending.append(line)

    def _flush(self) -> Iterator[Statement]:
        text = _EMPHASIS.sub("", " ".join(self._pending)).strip()
        if text:
            for sentence in _sentences(text):
                yield Statement(
                    sentence[:_MAX_SENTENCE],
                    self._kind,
                    self._paragraph,
                    self._section,
                    self._label,
                    self._number,
                    self._letter,
                )
        self._pending.clear()
        self._paragraph += 1
        self._label, self._number, self._letter = "", None, ""


def _sentences(text: str) -> Iterator[str]:
    for sentence in split_sentences(_URL.sub(" ", text)):
        marked = _SHORT_ANSWER.sub(r"\1\n", _NUMBER_STOP.sub(r"\1.\n", _MORE_STOPS.sub("\n", sentence)))
        yield from marked.split("\n")


def _heading_of(line: str) -> str:
    """Return the text of a heading: marked, a line in bold, or a question of the form of 2017; "" for other lines."""
    match = _HEADING.fullmatch(line) or _BOLD_LINE.fullmatch(line)
    text = match[1].strip(" *_#:") if match else ""
    if text:
        return text
    item = _ITEM.match(line)
    bare = line[item.end() :] if item else line.strip()
    return bare.strip(" *_:") if len(bare) < 400 and _PROMPT.match(bare.lstrip("*_ ")) else ""
