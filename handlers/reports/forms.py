"""The forms of incident reports as data: their versions, dates in force, fields and labels (see forms.toml)."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

_MAX_LABEL_LENGTH = 160
_NUMBERING = re.compile(r"[\s>#•*-]*(?:\(?(?:[0-9]{1,2}|[ivx]{1,3})(?:\.[0-9]{1,2})?\s?[.):]{1,2}\s*)?", re.IGNORECASE)
_PARENTHESES = re.compile(r"\([^()]*\)")
_APOSTROPHES = re.compile(r"[’'‘`´]")
_PUNCTUATION = re.compile(r"[^\w\s#]+")


@dataclass(frozen=True, slots=True)
class FormVersion:
    """An edition of the guidelines; `name` is how "in force" is shown, `start` the first day it counts."""

    id: str
    name: str
    start: date
    source: str


@dataclass(frozen=True, slots=True)
class Form:
    """A form with its required and optional fields, in its own order.

    `known` is the day since which it may be met, as a draft at first; `replaced` the one on which another form took its
    place, None while it stands.
    """

    id: str
    title: str
    known: date
    start: date
    replaced: date | None
    versions: tuple[str, ...]
    fields: tuple[str, ...]
    optional: tuple[str, ...]
    action_columns: tuple[str, ...]
    related_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReplacedFormRule:
    """From when on a form may not be used, and how many days after it was replaced."""

    rule: str
    start: date
    days: int
    source: str


@dataclass(frozen=True, slots=True)
class Forms:
    """All of forms.toml. Labels are normalized (see `normalize_label`) and map to the part that they begin."""

    versions: tuple[FormVersion, ...]
    forms: Mapping[str, Form]
    replaced_forms: ReplacedFormRule
    titles: tuple[tuple[str, str], ...]
    sections: Mapping[str, str]
    fields: Mapping[str, Mapping[str, str]]
    questions: tuple[tuple[str, str], ...]
    more_questions: tuple[tuple[str, str], ...]
    columns: Mapping[str, Mapping[str, str]]
    template_texts: frozenset[str]


@cache
def read_forms() -> Forms:
    """Return the table of forms."""
    table = tomllib.loads(files("handlers.reports").joinpath("forms.toml").read_text(encoding="utf-8"))
    rule = table["replaced_forms"]
    return Forms(
        tuple(FormVersion(row["id"], row["name"], row["from"], row["source"]) for row in table["versions"]),
        MappingProxyType({row["id"]: _form(row) for row in table["forms"]}),
        ReplacedFormRule(rule["rule"], rule["from"], rule["days"], rule["source"]),
        tuple((ending, kind) for kind, endings in table["titles"].items() for ending in endings),
        _by_label(table["sections"]),
        MappingProxyType({section: _by_label(labels) for section, labels in table["fields"].items()}),
        _beginnings(table["questions"]),
        _beginnings(table["more_questions"]),
        MappingProxyType({name: _by_label(columns) for name, columns in table["columns"].items()}),
        frozenset(table["template"]["texts"]),
    )


def version_in_force(day: date) -> FormVersion:
    """Return the edition in force on a day; before the first one, the first."""
    versions = read_forms().versions
    return next((version for version in reversed(versions) if version.start <= day), versions[0])


def version_of(form: Form, day: date) -> str:
    """Return the edition that a report of this form follows if it is posted on a day."""
    current = version_in_force(day).id
    if current in form.versions:
        return current
    return form.versions[-1] if form.start <= day else form.versions[0]


def is_allowed(form: Form, day: date) -> bool:
    """Return whether a form may be used on a day: CCADB Policy 2.0, section 6.1, and before it any form."""
    rule = read_forms().replaced_forms
    if form.replaced is None or day < rule.start:
        return True
    return day - form.replaced <= timedelta(days=rule.days)


def normalize_label(text: str) -> str:
    """Return a heading or label in lower case, without numbers before it, parentheses and punctuation; "" if long."""
    if len(text) > _MAX_LABEL_LENGTH:
        return ""
    numbering = _NUMBERING.match(text)
    bare = _PARENTHESES.sub(" ", text[numbering.end() if numbering else 0 :])
    return " ".join(_PUNCTUATION.sub(" ", _APOSTROPHES.sub("", bare)).casefold().replace("_", " ").split())


def _form(row: Mapping[str, Any]) -> Form:
    return Form(
        row["id"],
        row["title"],
        row.get("known", row["from"]),
        row["from"],
        row.get("replaced"),
        tuple(row["versions"]),
        tuple(row["fields"]),
        tuple(row.get("optional", ())),
        tuple(row.get("action_columns", ())),
        tuple(row.get("related_columns", ())),
    )


def _beginnings(questions: Mapping[str, list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((beginning, part) for part, beginnings in questions.items() for beginning in beginnings)


def _by_label(labels: Mapping[str, list[str]]) -> Mapping[str, str]:
    return MappingProxyType({label: part for part, names in labels.items() for label in names})
