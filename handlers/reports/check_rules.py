"""The rules that a draft is checked by, as data (see checks.toml), and a remark with its rule."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Remark:
    """What is wrong in a draft: the field, a sentence, and the rule's id with its source."""

    field: str
    text: str
    rule: str
    source: str


@dataclass(frozen=True, slots=True)
class CheckRules:
    """The sources of the rules by id, and the columns of the forms' tables as the forms call them."""

    sources: Mapping[str, str]
    columns: Mapping[str, str]


@cache
def read_check_rules() -> CheckRules:
    """Return the table of rules."""
    table = tomllib.loads(files("handlers.reports").joinpath("checks.toml").read_text(encoding="utf-8"))
    sources = {rule: row["source"] for rule, row in table["rules"].items()}
    return CheckRules(MappingProxyType(sources), MappingProxyType(table["columns"]))


def remark(field: str, text: str, rule: str) -> Remark:
    """Return a remark with the source of its rule."""
    return Remark(field, text, rule, read_check_rules().sources[rule])
