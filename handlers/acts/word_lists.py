"""Load the word lists that lie beside the code: regular expressions, alone or as lists of alternatives."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any


@cache
def read_patterns(file: str) -> Mapping[str, re.Pattern[str]]:
    """Return the expressions of a file of this package by their names, without regard to case.

    ’ in the file stands for either apostrophe. Tables only group: their expressions are given by their own names, those
    of the table `words` end at the end of a word.
    """
    data = tomllib.loads(resources.files("handlers.acts").joinpath(file).read_text(encoding="utf-8"))
    return MappingProxyType(dict(_compiled(data)))


def _compiled(data: Mapping[str, Any]) -> Iterator[tuple[str, re.Pattern[str]]]:
    for name, value in data.items():
        if isinstance(value, dict):
            ending = r"\b" if name == "words" else ""
            yield from ((key, _compile(part, ending)) for key, part in value.items())
        else:
            yield name, _compile(value)


def _compile(value: str | list[str], ending: str = "") -> re.Pattern[str]:
    joined = value if isinstance(value, str) else "|".join(f"(?:{part})" for part in value)
    return re.compile(f"(?:{joined}){ending}".replace("[’]", "’").replace("’", "['’]"), re.IGNORECASE)
