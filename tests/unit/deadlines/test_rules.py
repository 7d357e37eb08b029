"""The table of rules says what the published list says, and can be extended without code."""

import json

import pytest

from handlers.deadlines.compute import compute_deadlines
from handlers.deadlines.rules import load_rules, parse_rules
from tests.support.clocks import at, build, comment
from tests.support.lives import LIVES

NEW_EDITION = """
order = ["weekly"]
[[rules]]
id = "weekly-3.3"
clock = "weekly"
kind = "weekly"
duty = "an update within 10 days"
who = "ca"
strength = "must"
days = 10
starts = "as before"
ends = "as before"
from = 2027-01-01
source = "CCADB Incident Reporting Guidelines 3.3"
"""


@pytest.mark.skipif(not LIVES.exists(), reason="the invented lives are not part of the project")
def test_rules_are_those_of_the_published_list():
    published = {rule["id"]: rule for rule in json.loads((LIVES / "rules.json").read_text(encoding="utf-8"))["rules"]}
    rules = load_rules().rules
    assert [rule.id for rule in rules] == list(published)
    for rule in rules:
        expected = published[rule.id]
        limit = expected["limit"] or {}
        names = ("clock", "duty", "who", "strength", "source")
        assert {name: getattr(rule, name) for name in names} == {name: expected[name] for name in names}
        assert (rule.days, rule.hours, rule.limit) == (
            limit.get("days", 0),
            limit.get("hours", 0),
            limit.get("until", ""),
        )
        until = rule.in_force_until.isoformat() if rule.in_force_until else None
        assert (rule.in_force_from.isoformat(), until) == (expected["from"], expected["until"])


def test_every_kind_has_a_weight():
    rules = load_rules()
    assert {rule.kind for rule in rules.rules} == set(rules.order)


def test_a_new_edition_needs_no_code():
    case = build(comment("2027-02-01", report="3-full"))
    (deadline,) = compute_deadlines(*case, at("2027-02-05"), rules=parse_rules(NEW_EDITION))
    assert (deadline.rule.id, str(deadline.due)) == ("weekly-3.3", "2027-02-11")
