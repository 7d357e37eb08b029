"""The published rules as data, see rules.toml: each with its limit, its days in force, its strength and its source."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Rule:
    """An edition's rule; the fields are described at the head of rules.toml."""

    id: str
    clock: str
    kind: str
    duty: str
    who: str
    strength: str
    starts: str
    ends: str
    source: str
    in_force_from: date
    in_force_until: date | None = None
    days: int = 0
    hours: int = 0
    limit: str = ""
    note: str = ""
    counted_from: Literal["filing", "disclosure"] = "disclosure"
    date_answers: bool = False
    announcement_ends: bool = False
    closure_report_ends: bool = False
    open_start: str = ""
    open_date: str = ""
    open_announcement: str = ""
    open_before: str = ""
    open_always: str = ""
    link: str = ""

    def in_force(self, day: date) -> bool:
        """Return whether the rule was in force on a day."""
        return self.in_force_from <= day and (self.in_force_until is None or day <= self.in_force_until)


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules, in the order of the table, and the order of their kinds: what counts most comes first."""

    rules: tuple[Rule, ...]
    order: tuple[str, ...]

    def of_kind(self, kind: str) -> tuple[Rule, ...]:
        """Return the editions of a rule, oldest first."""
        return tuple(rule for rule in self.rules if rule.kind == kind)

    def in_force(self, kind: str, day: date) -> Rule | None:
        """Return the edition that was in force on a day, None if there was none."""
        return next((rule for rule in self.of_kind(kind) if rule.in_force(day)), None)

    def first_day(self, kind: str) -> date:
        """Return the day on which the first edition of a rule came into force."""
        return min((rule.in_force_from for rule in self.of_kind(kind)), default=date.max)

    def rank(self, rule_id: str) -> int:
        """Return the position of a rule among those that count more or less, 0 for the first."""
        kind = next((rule.kind for rule in self.rules if rule.id == rule_id), "")
        return self.order.index(kind) if kind in self.order else len(self.order)

    def changes(self) -> tuple[date, ...]:
        """Return the days on which a rule came into force, oldest first."""
        return tuple(sorted({rule.in_force_from for rule in self.rules}))


@cache
def load_rules() -> Rules:
    """Return the rules of rules.toml; the table is read once."""
    return parse_rules(files("handlers.deadlines").joinpath("rules.toml").read_text(encoding="utf-8"))


def parse_rules(text: str) -> Rules:
    """Parse a table of rules; raise KeyError or TypeError if a field is missing or unknown."""
    table = tomllib.loads(text)
    return Rules(tuple(_parse_rules(table["rules"], table.get("links", {}))), tuple(table["order"]))


def _parse_rules(entries: Iterable[dict[str, Any]], links: Mapping[str, str]) -> Iterable[Rule]:
    for entry in entries:
        fields = dict(entry)
        link = next((url for name, url in links.items() if name in fields["source"]), "")
        yield Rule(in_force_from=fields.pop("from"), in_force_until=fields.pop("until", None), link=link, **fields)
