"""Which part of a report a heading, question or field of any form begins (see report_parts.toml)."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

# What a reader asks, not a form's heading. "opening" stands outside of all parts, "rest" says neither what nor how
# much.
Part = Literal["summary", "impact", "count", "awareness", "certificates", "opening", "rest"]

_MAX_HEADING_LENGTH = 120
_MIN_QUESTION_WORDS = 3
_SENTENCE_ENDS = (".", "!", ":", ";", ",")
_NUMBERING = re.compile(r"[\s>#•-]*(?:\(?(?:[0-9]{1,2}|[ivx]{1,3})(?:\.[0-9]{1,2})?\s?[.):-]{1,2}\s*)?", re.IGNORECASE)
_DROPPED = re.compile(r"#\s?[0-9]{1,3}\b|[’'\"“”?.:,]|\([^()]*\)")
_NAME_BEFORE = re.compile(r"(?:[A-Z][\w.&’'-]*[ ]){1,4}(?=(?:[Ii]ncident|[Pp]reliminary|[Ii]nitial|[Ff]ull|[Ff]inal) )")


@dataclass(frozen=True, slots=True)
class _Table:
    headings: Mapping[str, Part]
    beginnings: tuple[tuple[str, Part], ...]


def part_of(heading: str, *, exact: bool = False) -> Part | None:
    """Return the part that a heading or the name of a field begins, None if no form has it.

    Unless `exact`, what people added to it does not matter: "Timeline of events". What may be a sentence is read with
    `exact`: then only the beginnings of whole questions count.
    """
    if len(heading) > _MAX_HEADING_LENGTH:
        return None
    bare = heading[_match_end(_NUMBERING, heading) :]
    bare = bare[_match_end(_NAME_BEFORE, bare) :]
    normalized = " ".join(_DROPPED.sub(" ", bare.replace("’", "").replace("'", "")).casefold().split()).strip(" *_-–—")
    if part := _table().headings.get(normalized):
        return part
    if exact and heading.rstrip().endswith(_SENTENCE_ENDS) and not heading.endswith("?"):
        return None
    min_words = _MIN_QUESTION_WORDS if exact else 1
    return next(
        (
            part
            for beginning, part in _table().beginnings
            if normalized.startswith(beginning) and len(beginning.split()) >= min_words
        ),
        None,
    )


@cache
def _table() -> _Table:
    table = tomllib.loads(files("handlers.parsing").joinpath("report_parts.toml").read_text(encoding="utf-8"))
    headings = {heading: part for part, names in table["headings"].items() for heading in names}
    return _Table(MappingProxyType(headings), tuple(table["beginnings"].items()))


def _match_end(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match else 0
