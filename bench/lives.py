"""Compares everything that is read from the texts of whole lives with answers made by hand, end to end.

Nothing made by hand goes in: reports, roles, questions, answers, items and promises are what the readers read, and
the clocks follow from them. `--lives FOLDER` names other lives than those of ../shared (one lives_*.jsonl with its
acts_*.json, commitments_*.json and deadlines_*.json); `--bugs odd` or `--bugs even` measures the half with such
numbers; `--problems` lists what is wrong. The naive rules stand below: every question mark asks, and the CA's next
comment answers, in full, all questions that a person counted.
"""

import argparse
import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.deadlines import Score, score_case
from handlers.acts.statements import read_statements
from handlers.deadlines.compute import compute_deadlines
from handlers.deadlines.values import deadline_json
from handlers.lives.clock_inputs import to_acts
from handlers.lives.promises import read_promises
from handlers.lives.reading import read_life, to_facts
from handlers.parsing.owners import build_owner_directory
from tests.support.hand_made_acts import moment
from tests.support.lives import LIVES, build_life

COUNTED = ("questions", "answers", "promises", "forms")


@dataclass
class LifeScore:
    """Right, extra and missing values by kind; right and all roles and ends of promises; the score of the clocks."""

    counts: dict = field(default_factory=lambda: {kind: [0, 0, 0] for kind in COUNTED})
    roles: list = field(default_factory=lambda: [0, 0])
    fates: list = field(default_factory=lambda: [0, 0])
    clocks: Score = field(default_factory=Score)
    problems: list = field(default_factory=list)

    def compare(self, kind, place, read, expected):
        read, expected = Counter(read), Counter(expected)
        for index, part in enumerate((read & expected, read - expected, expected - read)):
            self.counts[kind][index] += part.total()
        if read != expected:
            self.problems.append(f"{kind} {place}: extra {list(read - expected)}, missing {list(expected - read)}")

    def f1(self, kind):
        right, extra, missing = self.counts[kind]
        return 2 * right / (2 * right + extra + missing) if right + extra + missing else 1.0

    def add(self, other):
        for kind, counts in other.counts.items():
            self.counts[kind] = [sum(pair) for pair in zip(self.counts[kind], counts, strict=True)]
        self.roles = [sum(pair) for pair in zip(self.roles, other.roles, strict=True)]
        self.fates = [sum(pair) for pair in zip(self.fates, other.fates, strict=True)]
        for name in (
            "right", "total", "running_right", "running", "shown_overdue", "false_overdue", "extra", "traps", "trapped"
        ):  # fmt: skip
            setattr(self.clocks, name, getattr(self.clocks, name) + getattr(other.clocks, name))
        self.problems += other.problems
        self.clocks.problems += other.clocks.problems


class AnsweredLives:
    """The lives of a folder with the answers made by hand."""

    def __init__(self, folder):
        (lives,) = folder.glob("lives_*.jsonl")
        rows = (json.loads(line) for line in lives.read_text(encoding="utf-8").splitlines())
        self.lives = {row["id"]: build_life(row) for row in rows}
        self.acts = {row["bug"]: row["comments"] for row in _answers(folder, "acts")["bugs"]}
        self.promises = _answers(folder, "commitments")["commitments"]
        self.cases = _answers(folder, "deadlines")["cases"]


def _answers(folder, name):
    (path,) = folder.glob(f"{name}_*.json")
    return json.loads(path.read_text(encoding="utf-8"))


def score_lives(answered, bugs):
    """Return the score of each of these bugs."""
    owners = build_owner_directory()
    last = {bug: _last_moment(life) for bug, life in answered.lives.items()}
    others = {bug: read_promises(life, owners, last[bug]) for bug, life in answered.lives.items()}
    scores = {}
    for bug in bugs:
        score = scores[bug] = LifeScore()
        reading = read_life(answered.lives[bug], owners, last[bug])
        score_comments(score, reading, answered.acts[bug])
        expected = [row for row in answered.promises if row["bug"] == bug and not row.get("ambiguous")]
        unclear = [row for row in answered.promises if row["bug"] == bug and row.get("ambiguous")]
        score_promises(score, bug, others[bug].resolved(others), expected, unclear)
        for case in answered.cases:
            if case["bug"] == bug:
                score_case(score.clocks, case, _clocks(answered.lives[bug], owners, moment(case["as_of"])))
    return scores


def _last_moment(life):
    return max([datetime.fromisoformat("2030-01-01T00:00:00Z"), *(comment.posted for comment in life.comments)])


def _clocks(life, owners, as_of):
    reading = read_life(life, owners, as_of)
    deadlines = compute_deadlines(reading.life, to_acts(reading), as_of, include_all=True)
    return [deadline_json(deadline, None) for deadline in deadlines]


def score_comments(score, reading, rows):
    acts = {comment.comment: comment for comment in reading.acts.comments}
    forms = {report.comment: to_facts(report).form.removeprefix("3-") for report in reading.reports}
    for row in rows:
        number = row["comment"]
        read, place = acts[number], f"{reading.life.bug} c{number}"
        score.roles[0] += read.role == row["role"]
        score.roles[1] += 1
        if read.role != row["role"]:
            score.problems.append(f"role {place}: {read.role}, expected {row['role']}")
        score.compare(
            "questions",
            place,
            [question.id for question in read.questions],
            [question["id"] for question in row.get("questions", ())],
        )
        score.compare(
            "answers",
            place,
            [(answer.question, answer.kind) for answer in read.answers],
            [(answer["question"], answer["how"]) for answer in row.get("answers", ())],
        )
        score.compare(
            "forms",
            place,
            [forms[number]] if number in forms else [],
            [row["report"]] if row.get("report") else [],
        )


def score_promises(score, bug, promises, expected, unclear):
    """Compare promises by comment, kind and first date; those that are arguable count neither way."""
    left, arguable, extra = list(expected), list(unclear), []
    for promise in promises:
        same = _take(left, promise)
        if same is None:
            if _take(arguable, promise) is None:
                extra.append((promise.comment, promise.kind, str(promise.due), promise.text))
            continue
        score.counts["promises"][0] += 1
        right = promise.became == same["became"]
        score.fates[0] += right
        score.fates[1] += 1
        if not right:
            score.problems.append(f"end {bug} c{promise.comment}: {promise.became}, expected {same}")
    score.counts["promises"][1] += len(extra)
    score.counts["promises"][2] += len(left)
    if extra or left:
        missing = [(row["comment"], row["kind"], row["due"], row["text"]) for row in left]
        score.problems.append(f"promises {bug}: extra {extra}, missing {missing}")


def _take(rows, promise):
    """Remove and return the first row that is this promise, None if there is none."""
    for row in rows:
        due = date.fromisoformat(row["due"]) if row["due"] else None
        if (row["comment"], row["kind"], due) == (promise.comment, promise.kind, promise.due):
            rows.remove(row)
            return row
    return None


def score_naive_rules(answered, bugs):
    """Return the score of: every question mark asks, and the CA's next comment answers all that is asked, in full."""
    score = LifeScore()
    for bug in bugs:
        waiting = []
        for row in answered.acts[bug]:
            number, place = row["comment"], f"{bug} c{row['comment']}"
            asked = [question["id"] for question in row.get("questions", ())]
            own = read_statements(answered.lives[bug].comments[number].text).own
            marks = sum(statement.text.endswith("?") for statement in own)
            is_asked = row["role"] not in ("ca", "automation")
            score.compare("questions", place, [f"c{number}q{i + 1}" for i in range(marks * is_asked)], asked)
            if row["role"] == "ca":
                expected = [(answer["question"], answer["how"]) for answer in row.get("answers", ())]
                score.compare("answers", place, [(question, "full") for question in waiting], expected)
                waiting = []
            waiting += asked
    return score


def describe(name, score):
    """Return a score as a line of a table."""
    clocks = score.clocks
    figures = [
        f"{score.roles[0]}/{score.roles[1]}",
        *(f"{score.f1(kind):.2f}" for kind in COUNTED),
        f"{score.fates[0]}/{score.fates[1]}",
        f"{clocks.right}/{clocks.total}",
        f"{clocks.running_right}/{clocks.running}",
        f"{clocks.false_overdue}/{clocks.shown_overdue}",
        f"{clocks.trapped}/{clocks.traps}",
        f"{clocks.extra}",
    ]
    return f"{name:>8} " + " ".join(f"{figure:>9}" for figure in figures)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lives", type=Path, default=LIVES)
    parser.add_argument("--bugs", choices=("all", "odd", "even"), default="all")
    parser.add_argument("--problems", action="store_true")
    options = parser.parse_args()
    answered = AnsweredLives(options.lives)
    rest = {"all": (0, 1), "odd": (1,), "even": (0,)}[options.bugs]
    scores = score_lives(answered, [bug for bug in answered.lives if bug % 2 in rest])
    titles = ("roles", *COUNTED, "became", "clocks", "running", "false", "trapped", "extra")
    print(f"{'bug':>8} " + " ".join(f"{title:>9}" for title in titles))
    total = LifeScore()
    for bug, score in scores.items():
        print(describe(bug, score))
        total.add(score)
    print(describe("all", total))
    naive = score_naive_rules(answered, scores)
    print(f"naive rules: questions {naive.f1('questions'):.2f}, answers to known questions {naive.f1('answers'):.2f}")
    if options.problems:
        print("\n".join([*total.problems, *total.clocks.problems]))


if __name__ == "__main__":
    main()
