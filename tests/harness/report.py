"""The totals of a run, by fault, and what is wrong."""

import statistics
from collections import Counter
from collections.abc import Sequence

from tests.harness.outcome import Outcome

KINDS = ("lost", "doubled", "out of order", "stuck", "readable", "unanswered", "dead task", "pace", "ended")
WIDTH = 48


def render_totals(outcomes: Sequence[Outcome]) -> str:
    """Return a table with a line for each fault: its rounds, their kills and events, and what was wrong."""
    rows: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        for number, current in outcome.rounds.items():
            row = rows.setdefault(current.fault.name, Counter())
            row["rounds"] += 1
            row["kills"] += outcome.kills[number]
            row["events"] += outcome.events[number]
        for finding in outcome.findings:
            is_of_round = finding.round in outcome.rounds
            name = outcome.rounds[finding.round].fault.name if is_of_round else "no single round"
            rows.setdefault(name, Counter())[finding.kind] += 1
    columns = ("rounds", "kills", "events", *KINDS)
    lines = [f"{'fault':<{WIDTH}}" + "".join(f"{column:>14}" for column in columns)]
    rows_in_order = sorted(rows.items())
    rows_in_order.append(("in all", sum(rows.values(), Counter())))
    lines += [f"{name:<{WIDTH}}" + "".join(f"{row[column]:>14}" for column in columns) for name, row in rows_in_order]
    return "\n".join(lines)


def render_outcome(outcome: Outcome) -> str:
    """Return sentences on one topology."""
    endings = Counter(current.ending for current in outcome.rounds.values())
    summary = (
        f"{outcome.topology}: {len(outcome.rounds)} rounds, {sum(outcome.kills.values())} kills, "
        f"{sum(outcome.events.values())} events, {outcome.alerts} alerts, {outcome.waiting} waiting with a reason, "
        f"{len(outcome.findings)} wrong, {outcome.seconds:.0f} s"
    )
    lines = [
        summary,
        "  ends of processes: " + ", ".join(f"{name} {count}" for name, count in sorted(endings.items())),
    ]
    if outcome.unasked_exits:
        exits = ", ".join(f"{count} with {code}" for code, count in sorted(outcome.unasked_exits.items()))
        lines.append(f"  ended by itself and started again: {exits}")
    if outcome.takeovers:
        median, worst = statistics.median(outcome.takeovers), max(outcome.takeovers)
        lines.append(f"  {len(outcome.takeovers)} takeovers: median {median:.1f} s, worst {worst:.1f} s")
    lines += [f"  not tried: {reason}" for reason in sorted(outcome.not_possible)]
    return "\n".join(lines)


def render_findings(seed: int, outcome: Outcome) -> str:
    """Return a line for each thing that is wrong, with what is needed to chase it."""
    lines = []
    for finding in outcome.findings:
        current = outcome.rounds.get(finding.round)
        where = f"round {finding.round} ({current.fault.name}, {current.ending})" if current else "no single round"
        lines.append(f"WRONG  {finding.kind}: seed {seed}, {outcome.topology}, {where}: {finding.text}")
    return "\n".join(lines)
