"""Compares the clocks of the invented lives with the answers made by hand, beside naive rules.

The inputs are the hand-made acts and reports, so this measures the computation alone. A third of the lives was set
aside by a seed; it is measured with `--final`.
"""

import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from handlers.deadlines.compute import compute_deadlines
from handlers.deadlines.values import deadline_json
from handlers.parsing.whiteboard import parse_whiteboard
from tests.support.hand_made_acts import final_lives, moment, read_acts, read_cases
from tests.support.lives import read_lives


@dataclass
class Score:
    """Counts over all cases; `by_kind` holds right and all of each rule."""

    right: int = 0
    total: int = 0
    running_right: int = 0
    running: int = 0
    shown_overdue: int = 0
    false_overdue: int = 0
    extra: int = 0
    traps: int = 0
    trapped: int = 0
    met_late_days: list = field(default_factory=lambda: [0, 0])
    by_rule: dict = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    problems: list = field(default_factory=list)


def clock_key(clock):
    return clock["rule"], clock["due"], clock.get("of")


def score_cases(cases):
    score = Score()
    lives, acts = read_lives(), read_acts()
    for case in cases:
        as_of = moment(case["as_of"])
        deadlines = compute_deadlines(lives[case["bug"]].at(as_of), acts[case["bug"]], as_of, include_all=True)
        score_case(score, case, [deadline_json(deadline, None) for deadline in deadlines])
    return score


def score_case(score, case, computed):
    place = f"{case['bug']} {case['as_of']}"
    results = Counter((clock_key(clock), clock["state"]) for clock in computed)
    expected = Counter((clock_key(clock), clock["state"]) for clock in case["clocks"])
    ambiguous = {(clock["rule"], clock.get("of")) for clock in case["clocks"] if clock.get("ambiguous")}
    for clock in case["clocks"]:
        if clock.get("ambiguous"):
            continue
        key = clock_key(clock), clock["state"]
        right = results[key] >= expected[key]
        running = clock["state"] in ("due", "overdue")
        score.total += 1
        score.right += right
        score.running += running
        score.running_right += running and right
        score.by_rule[clock["rule"]][0] += right
        score.by_rule[clock["rule"]][1] += 1
        if not right:
            score.problems.append(f"{place} expected {key}")
        if right and clock["state"] == "met" and "late_days" in clock:
            late = {other["late_days"] for other in computed if (clock_key(other), other["state"]) == key}
            score.met_late_days[1] += 1
            score.met_late_days[0] += clock["late_days"] in late
    for clock in computed:
        key = clock_key(clock), clock["state"]
        if expected[key] or (clock["rule"], clock["of"]) in ambiguous:
            score.shown_overdue += clock["state"] == "overdue"
            continue
        score.extra += 1
        score.problems.append(f"{place} unexpected {key} {'ambiguous' if clock['ambiguous'] else ''}")
        if clock["state"] == "overdue":
            score.shown_overdue += 1
            score.false_overdue += 1
    overdue = {clock_key(clock) for clock in computed if clock["state"] == "overdue"}
    for trap in case["traps"]:
        score.traps += 1
        if clock_key({**trap, "due": trap["naive_due"]}) in overdue:
            score.trapped += 1
            score.problems.append(f"{place} trap {trap}")


def score_naive_rules(cases):
    """Return, by naive rule, how often its "overdue" is right, how often it is shown, and what it misses."""
    lives, acts = read_lives(), read_acts()
    shown, right, missed = Counter(), Counter(), Counter()
    for case in cases:
        as_of = moment(case["as_of"])
        life = lives[case["bug"]].at(as_of)
        roles = {comment.number: comment for comment in acts[case["bug"]].comments}
        overdue = Counter(
            clock["rule"].rsplit("-", 1)[0].removesuffix("-7d")
            for clock in case["clocks"]
            if clock["state"] == "overdue"
        )
        by_ca = [comment for comment in life.comments if roles[comment.number].by_ca]
        silent = not by_ca or as_of - by_ca[-1].posted > timedelta(days=7)
        past = _past_date(life, as_of)
        asked = [
            comment
            for comment in life.comments
            if "?" in comment.text and not roles[comment.number].by_ca and as_of - comment.posted > timedelta(days=7)
        ]
        unanswered = [comment for comment in asked if not any(later.posted > comment.posted for later in by_ca)]
        for name, says, kind in (
            ("silent for 7 days", silent, "weekly"),
            ("past date on the whiteboard", past, "next-update"),
            ("a ? without a later comment of the CA", bool(unanswered), "question"),
        ):
            shown[name] += says
            right[name] += says and overdue[kind] > 0
            missed[name] += not says and overdue[kind] > 0
    return {name: (right[name], shown[name], missed[name]) for name in shown}


def _past_date(life, as_of):
    whiteboard = parse_whiteboard(life.whiteboard)
    return whiteboard.next_update is not None and whiteboard.next_update < as_of.date()


def main():
    final = final_lives()
    cases = [case for case in read_cases() if (case["bug"] in final) == ("--final" in sys.argv)]
    score = score_cases(cases)
    print(f"{len(cases)} cases; unambiguous clocks right: {score.right} of {score.total}")
    print(f"due or overdue: {score.running_right} of {score.running}; listed without being expected: {score.extra}")
    print(
        f"false overdue: {score.false_overdue} of {score.shown_overdue} shown; traps: {score.trapped} of {score.traps}"
    )
    print(f"late days right: {score.met_late_days[0]} of {score.met_late_days[1]}")
    for rule, (right, total) in sorted(score.by_rule.items()):
        print(f"  {rule}: {right} of {total}")
    for name, (right, shown, missed) in score_naive_rules(cases).items():
        print(f"naive, {name}: right in {right} of {shown}, misses {missed}")
    print("\n".join(score.problems))


if __name__ == "__main__":
    main()
