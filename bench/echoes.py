"""How many of the earlier incidents that a bug names are found again when their numbers are hidden from it.

The corpus is replayed in order: each bug is asked about before it is added, so nothing later is known. Asked is with
every bug number taken out of title and opening; the earlier incidents keep theirs, as in life. `--learn` prints the
weights learned from the bugs before 2023 and how they do on parts of these years that they were not learned from.
"""

import argparse
import gzip
import json
import random
import re
import sys
import time
from collections import Counter
from datetime import datetime
from math import exp, log, sqrt
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from handlers.parsing.documents import Subject, references_in
from handlers.parsing.owners import owner_table
from handlers.parsing.report_forms import opening_of
from handlers.parsing.titles import read_title
from handlers.related.features import WEIGHTS, pairs_of
from handlers.related.find import find_echoes
from handlers.related.index import EchoIndex
from handlers.related.words import names_of

CHECK, END = 2023, 2025
FOUND_WITHIN = (3, 10)
MUST = (1897630, (1802916, 1867130, 1696227))
LINK = re.compile(r"(?:https?://)?(?:bugzilla\.mozilla\.org/show_bug\.cgi\?id=|bugzil\.la/)[0-9]{6,7}(?:#c[0-9]+)?")
PARTS = 8
PULL = 0.3
BY_HAND = {"titles, nothing else known": 5.0}


def read_corpus(path: Path) -> list[Subject]:
    owners = owner_table()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        bugs = [json.loads(line) for line in lines]
    known = {bug["id"] for bug in bugs}
    subjects = []
    for bug in bugs:
        title = read_title(bug["summary"], owners)
        text = opening_of(bug["comments"][0]["text"]) if bug["comments"] else ""
        named = references_in(f"{bug['summary']}\n{text}")
        opened = datetime.fromisoformat(bug["creation_time"])
        subjects.append(
            Subject(bug["id"], title.title, text, title.ca, opened, tuple(one for one in named if one in known))
        )
    return sorted(subjects, key=lambda one: (one.opened, one.bug))


def hidden(subject: Subject) -> Subject:
    def hide(text: str) -> str:
        text = LINK.sub(" ", text)
        for number in references_in(text):
            text = re.sub(rf"(?<![0-9]){number}(?![0-9])", " ", text)
        return text

    return Subject(subject.bug, hide(subject.title), hide(subject.text), subject.ca, subject.opened)


class Plain:
    """The baseline: cosine of tf-idf with a bonus for the same owner, and one for being recent."""

    def __init__(self) -> None:
        self.subjects: list[tuple[Subject, Counter]] = []
        self.held: Counter = Counter()

    def add(self, subject: Subject) -> None:
        counts = self.words(subject)
        self.held.update(counts.keys())
        self.subjects.append((subject, counts))

    def words(self, subject: Subject) -> Counter:
        return Counter(re.findall(r"[^\W_]+", f"{subject.ca} {subject.title} {subject.text}".lower()))

    def ask(self, asked: Subject) -> list[int]:
        vector = self.weigh(self.words(asked))
        scores = {}
        for subject, counts in self.subjects:
            other = self.weigh(counts)
            same = asked.ca is not None and asked.ca == subject.ca
            days = (asked.opened - subject.opened).total_seconds() / 86_400
            cosine = sum(value * other[word] for word, value in vector.items() if word in other)
            scores[subject.bug] = cosine + same * (0.2 + 0.2 * exp(-days / 365))
        return sorted(scores, key=lambda bug: -scores[bug])

    def weigh(self, counts: Counter) -> dict[str, float]:
        size = len(self.subjects) + 1
        weights = {word: (1 + log(n)) * (1 + log(size / (1 + self.held[word]))) for word, n in counts.items()}
        length = sqrt(sum(value * value for value in weights.values())) or 1.0
        return {word: value / length for word, value in weights.items()}


def places(found: list[int], wanted: set[int]) -> list[int]:
    return [found.index(bug) if bug in found else 10_000 for bug in sorted(wanted)]


def recall(places_by_bug: list[list[int]], within: int) -> float:
    flat = [place for each in places_by_bug for place in each]
    return sum(place < within for place in flat) / max(len(flat), 1)


def interval(places_by_bug: list[list[int]], within: int) -> tuple[float, float]:
    chance = random.Random(7)
    drawn = sorted(recall(chance.choices(places_by_bug, k=len(places_by_bug)), within) for _ in range(2_000))
    return drawn[50], drawn[1_949]


def show(name: str, rows: list[tuple[int, list[int], list[int]]]) -> None:
    said = [f"{name:12} {len(rows):4} bugs {sum(len(ours) for _, ours, _ in rows):4} named"]
    for within in FOUND_WITHIN:
        ours, plain = [row[1] for row in rows], [row[2] for row in rows]
        low, high = interval(ours, within)
        said.append(
            f"within {within:2} {recall(ours, within):.3f} ({low:.2f} to {high:.2f}) plain {recall(plain, within):.3f}"
        )
    print("  ".join(said))


def learn(questions: list[tuple[list[dict], set[int]]]) -> dict[str, float]:
    """A conditional logit: each named incident against all that were earlier, pulled towards zero."""
    import numpy as np
    from scipy.optimize import minimize

    names = [name for name in WEIGHTS if name not in BY_HAND]
    data = [(np.array([[pair[name] for name in names] for pair in pairs]), sorted(named)) for pairs, named in questions]

    def lost(weights):
        total, slope = PULL * weights @ weights / 2, PULL * weights
        for clues, named in data:
            worth = clues @ weights
            top = worth.max()
            share = np.exp(worth - top)
            whole = share.sum()
            total -= (worth[named] - top - log(whole)).mean()
            slope = slope - clues[named].mean(axis=0) + clues.T @ (share / whole)
        return total, slope

    weights = minimize(lost, np.zeros(len(names)), jac=True, method="L-BFGS-B").x
    return BY_HAND | dict(zip(names, (round(float(each), 2) for each in weights), strict=True))


def ranked(pairs: list[dict], weights: dict[str, float]) -> list[int]:
    worth = [sum(weights[name] * clue for name, clue in pair.items()) for pair in pairs]
    return sorted(range(len(pairs)), key=lambda place: -worth[place])


def report_learning(questions: list[tuple[list[dict], set[int]]]) -> None:
    left_out = []
    for part in range(PARTS):
        start, end = part * len(questions) // PARTS, (part + 1) * len(questions) // PARTS
        weights = learn(questions[:start] + questions[end:])
        left_out += [places(ranked(pairs, weights), named) for pairs, named in questions[start:end]]
    for within in FOUND_WITHIN:
        low, high = interval(left_out, within)
        print(f"parts left out: within {within:2} {recall(left_out, within):.3f} ({low:.2f} to {high:.2f})")
    weights = learn(questions)
    print("weights", weights)
    tenth = sorted(
        sum(weights[name] * clue for name, clue in pairs[order[9]].items())
        for pairs, _ in questions
        if len(order := ranked(pairs, weights)) > 9
    )
    print(f"what the tenth adds up to: {tenth[len(tenth) // 2]:.2f}")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--corpus", type=Path, default=Path("/work/shared/corpus/bugs.jsonl.gz"))
    asked.add_argument("--learn", action="store_true", help="learn the weights again and print them")
    options = asked.parse_args()
    subjects = read_corpus(options.corpus)
    index, plain = EchoIndex(names_of(owner_table())), Plain()
    rows, questions, asking, adding = [], [], [], 0.0
    for subject in subjects:
        named = {bug for bug in subject.refers_to if bug in index}
        if named and subject.opened.year < END:
            question = hidden(subject)
            if options.learn and subject.opened.year < CHECK:
                row = index.row_of(question)
                pairs = list(pairs_of(row, index.rows.values(), index.rarity()))
                wanted = {place for place, pair in enumerate(pairs) if pair.row.bug in named}
                questions.append(([dict(pair.clues) for pair in pairs], wanted))
            if not options.learn:
                began = time.perf_counter()
                found = [echo.bug for echo in find_echoes(index, question)]
                asking.append(time.perf_counter() - began)
                rows.append((subject.opened.year, places(found, named), places(plain.ask(question), named)))
        if subject.bug == MUST[0] and not options.learn:
            found = [echo.bug for echo in find_echoes(index, hidden(subject))]
            print(f"{MUST[0]}: " + ", ".join(f"{bug} at {found.index(bug) + 1}" for bug in MUST[1] if bug in found))
        began = time.perf_counter()
        index.add(subject)
        adding += time.perf_counter() - began
        plain.add(subject)
    if options.learn:
        report_learning(questions)
        return
    for year in sorted({row[0] for row in rows}):
        show(str(year), [row for row in rows if row[0] == year])
    show("development", [row for row in rows if row[0] < CHECK])
    show("check", [row for row in rows if row[0] >= CHECK])
    show("all", rows)
    asking.sort()
    print(
        f"a question took {1000 * asking[len(asking) // 2]:.0f} ms, at most {1000 * asking[-1]:.0f}; "
        f"the index of {len(index)} incidents {adding:.1f} s; {len(WEIGHTS)} weights"
    )


if __name__ == "__main__":
    main()
