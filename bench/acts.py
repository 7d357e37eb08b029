"""Compares what is read from the comments of the invented lives with the answers made by hand, beside naive rules.

Roles, questions, answers, changes of action items, figures and promises; the facts of reports are those made by hand,
so this measures the reading of comments alone. A third of the lives was set aside by a seed; `--final` measures it.
"""

import json
import random
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from handlers.acts.commitments import read_commitments, resolve_elsewhere
from handlers.acts.read import read_acts
from handlers.acts.statements import read_statements
from handlers.acts.values import ActionItem, ReportFacts
from handlers.parsing.owners import build_owner_directory
from tests.support.lives import LIVES, read_lives

SEED, FINAL_LIVES = 20261126, 8
KINDS = (
    "role",
    "question",
    "answer",
    "item change",
    "first word",
    "figure",
    "update for a date",
    "no news",
    "audit letter",
    "promise",
)


@dataclass
class Score:
    """Counts of right, extra and missing values by kind; `fates` are the promises by whether their end is right."""

    counts: dict = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    fates: list = field(default_factory=lambda: [0, 0])
    problems: list = field(default_factory=list)

    def add(self, kind, place, read, expected):
        read, expected = Counter(read), Counter(expected)
        counts = self.counts[kind]
        counts[0] += (read & expected).total()
        counts[1] += (read - expected).total()
        counts[2] += (expected - read).total()
        if read != expected:
            self.problems.append(f"{kind} {place}: extra {list(read - expected)}, missing {list(expected - read)}")

    def f1(self, kind):
        right, extra, missing = self.counts[kind]
        return 2 * right / (2 * right + extra + missing) if right + extra + missing else 1.0


def final_lives():
    """Return the lives that were set aside for the last look."""
    return frozenset(random.Random(SEED).sample(sorted(read_lives()), FINAL_LIVES))


@cache
def load(name):
    return json.loads((LIVES / f"{name}_dev.json").read_text(encoding="utf-8"))


def day(text):
    return date.fromisoformat(text) if text else None


@cache
def read_report_facts():
    """Return the facts of the reports, by bug and comment, from the answers made by hand."""
    facts = defaultdict(dict)
    for report in load("reports")["reports"]:
        actions = tuple(
            ActionItem(row["id"], row["item"], day(row["due"]), row["due_text"] or "", row["status"] or "")
            for row in report["actions"]
        )
        facts[report["bug"]][report["comment"]] = ReportFacts(report["form"], actions, tuple(report["commitments"]))
    return facts


@cache
def read_all_acts():
    owners = build_owner_directory()
    return {bug: read_acts(life, owners, read_report_facts()[bug]) for bug, life in read_lives().items()}


def score_lives(bugs):
    """Return the score of what is read from these lives."""
    score = Score()
    for row in load("acts")["bugs"]:
        if row["bug"] in bugs:
            acts = {comment.comment: comment for comment in read_all_acts()[row["bug"]].comments}
            for comment in row["comments"]:
                score_comment(score, f"{row['bug']} c{comment['comment']}", acts[comment["comment"]], comment)
    for bug in bugs:
        score_promises(score, bug)
    return score


def score_comment(score, place, acts, expected):
    figures = acts.figures
    named = {name: getattr(figures, name) for name in ("revoked", "left", "expired", "estimate")} if figures else {}
    score.add("role", place, [acts.role], [expected["role"]])
    score.add(
        "question",
        place,
        [question.id for question in acts.questions],
        [q["id"] for q in expected.get("questions", ())],
    )
    score.add(
        "answer",
        place,
        [(answer.question, answer.kind) for answer in acts.answers],
        [(answer["question"], answer["how"]) for answer in expected.get("answers", ())],
    )
    score.add(
        "item change",
        place,
        [(change.item, change.status, change.on, change.due) for change in acts.items],
        [
            (name, change.get("status", "").lower() or None, day(change.get("on")), day(change.get("due")))
            for name, change in expected.get("items", {}).items()
        ],
    )
    score.add("first word", place, [True] * acts.disclosure, [True] * expected.get("disclosure", False))
    score.add(
        "figure",
        place,
        [(name, str(value)) for name, value in named.items() if value is not None],
        [(name, str(value)) for name, value in expected.get("numbers", {}).items()],
    )
    score.add(
        "update for a date",
        place,
        [acts.update_for] * bool(acts.update_for),
        [day(expected["update_for"])] if "update_for" in expected else [],
    )
    score.add("no news", place, [True] * acts.no_news, [True] * expected.get("no_news", False))
    score.add(
        "audit letter",
        place,
        [acts.audit_letter] * bool(acts.audit_letter),
        [day(expected["audit_letter"])] if "audit_letter" in expected else [],
    )


def promises_of(bug):
    lives, acts = read_lives(), read_all_acts()
    others = {number: (life, acts[number]) for number, life in lives.items()}
    return resolve_elsewhere(read_commitments(lives[bug], acts[bug], read_report_facts()[bug]), lives[bug], others)


def score_promises(score, bug):
    left = [promise for promise in load("commitments")["commitments"] if promise["bug"] == bug]
    extra = []
    for promise in promises_of(bug):
        key = (promise.comment, promise.kind, promise.due)
        same = next((row for row in left if (row["comment"], row["kind"], day(row["due"])) == key), None)
        if same is None:
            extra.append((*key, promise.text))
            continue
        left.remove(same)
        score.counts["promise"][0] += 1
        score.fates[1] += 1
        if promise.became == same["became"]:
            score.fates[0] += 1
        else:
            score.problems.append(f"end of {bug} {key}: {promise.became}, expected {same['became']}: {promise.text}")
    score.counts["promise"][1] += len(extra)
    score.counts["promise"][2] += len(left)
    if extra or left:
        missing = [(row["comment"], row["kind"], row["due"], row["text"]) for row in left]
        score.problems.append(f"promise {bug}: extra {extra}, missing {missing}")


def score_naive_rules(bugs):
    """Return the score of: every question mark asks, the CA's next comment answers in full, a date after "will"."""
    score = Score()
    promises = load("commitments")["commitments"]
    for row in load("acts")["bugs"]:
        if row["bug"] not in bugs:
            continue
        life, waiting = read_lives()[row["bug"]], []
        for comment in row["comments"]:
            number = comment["comment"]
            text, place = life.comments[number].text, f"{row['bug']} c{number}"
            asked = [q["id"] for q in comment.get("questions", ())]
            marks = text.count("?") if comment["role"] != "ca" else 0
            score.add("question", place, [f"c{number}q{index + 1}" for index in range(marks)], asked)
            if comment["role"] == "ca":
                expected = [(answer["question"], answer["how"]) for answer in comment.get("answers", ())]
                score.add("answer", place, [(question, "full") for question in waiting], expected)
                waiting = []
                dated = [
                    statement.text
                    for statement in read_statements(text).own
                    if " will " in statement.text and any(letter.isdigit() for letter in statement.text)
                ]
                prose = [
                    p for p in promises if p["kind"] == "prose" and (p["bug"], p["comment"]) == (row["bug"], number)
                ]
                right = min(len(dated), len(prose))
                for index, count in enumerate((right, len(dated) - right, len(prose) - right)):
                    score.counts["promise in prose"][index] += count
            waiting += asked
    return score


def main():
    final = final_lives()
    bugs = [bug for bug in read_lives() if (bug in final) == ("--final" in sys.argv)]
    score, naive = score_lives(bugs), score_naive_rules(bugs)
    print(f"{len(bugs)} lives")
    for kind in KINDS:
        right, extra, missing = score.counts[kind]
        print(f"  {kind}: {right} right, {extra} extra, {missing} missing, F1 {score.f1(kind):.3f}")
    print(f"  ends of promises: {score.fates[0]} of {score.fates[1]} right")
    for kind, (right, extra, missing) in naive.counts.items():
        print(f"naive, {kind}: {right} right, {extra} extra, {missing} missing, F1 {naive.f1(kind):.3f}")
    print("\n".join(score.problems))


if __name__ == "__main__":
    main()
