"""How well a handful of examples ranks all incidents: two lists, each tag as if unknown, and what judging gains.

A list's own five examples come first, then ten draws of five from its members; a tag's five are drawn ten times. AP is
average precision over all incidents but the examples; borderline ones count neither way. CA names are masked, no tag
is shown to the ranking. `--gold` reads further lists of the shape of sections_dev.json.
"""

import argparse
import gzip
import json
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log, sqrt
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from handlers.parsing.documents import Subject
from handlers.parsing.owners import owner_table
from handlers.parsing.report_forms import opening_of
from handlers.parsing.titles import read_title
from handlers.parsing.whiteboard import read_whiteboard
from handlers.similarity.active_learning import Verdict, bound_from, choose_batch
from handlers.similarity.index import Index
from handlers.similarity.masking import mask_of
from handlers.similarity.ranking import rank

SHARED = Path("/work/shared/corpus")
DRAWN, DRAWS, FEWEST = 5, 10, 15
# They cannot be told from what an incident says.
NOT_OF_TEXT = {"ca-compliance", "external", "uncategorized", "covid-19", "meta"}
_BUG = re.compile(r"(?<!\d)(?:1\d{6}|[4-9]\d{5})(?!\d)")

Order = Callable[[Index, Sequence[int]], list[int]]


@dataclass(frozen=True, slots=True)
class Gold:
    name: str
    examples: tuple[int, ...]
    members: frozenset[int]
    borderline: frozenset[int] = frozenset()


def read_corpus(path: Path) -> tuple[list[Subject], dict[str, set[int]]]:
    owners, subjects, tagged = owner_table(), [], {}
    with gzip.open(path, "rt") as lines:
        bugs = [json.loads(line) for line in lines]
    known = {bug["id"] for bug in bugs}
    for bug in bugs:
        title = read_title(bug["summary"], owners)
        first = bug["comments"][0]["text"] if bug["comments"] else ""
        named = (int(found) for found in _BUG.findall(f"{bug['summary']} {first}"))
        refers_to = tuple(dict.fromkeys(one for one in named if one in known and one != bug["id"]))
        opened = datetime.fromisoformat(bug["creation_time"])
        subjects.append(Subject(bug["id"], title.title, opening_of(first), title.ca, opened, refers_to))
        for tag in read_whiteboard(bug["whiteboard"]).tags:
            tagged.setdefault(tag, set()).add(bug["id"])
    return subjects, tagged


def read_gold(path: Path, known: Index) -> list[Gold]:
    lists = {name: each for name, each in json.loads(path.read_text()).items() if name != "note"}
    return [
        Gold(
            name,
            tuple(each["examples"]),
            frozenset(bug for bug in each["yes"] if bug in known),
            frozenset(each["borderline"]),
        )
        for name, each in lists.items()
    ]


def average_precision(order: Iterable[int], members: set[int]) -> float:
    found, total = 0, 0.0
    for place, bug in enumerate(order, 1):
        if bug in members:
            found += 1
            total += found / place
    return total / len(members) if members else 1.0


def measured(order: list[int], gold: Gold, given: Iterable[int]) -> tuple[float, float]:
    """Average precision, and precision of the first twenty."""
    left_out = {*given, *gold.borderline}
    members = set(gold.members) - set(given)
    counted = [bug for bug in order if bug not in left_out]
    return average_precision(counted, members), sum(bug in members for bug in counted[:20]) / min(20, len(members) or 1)


def by_likeness(index: Index, examples: Sequence[int]) -> list[int]:
    return [match.bug for match in rank(index, examples).matches]


def by_centroid(index: Index, examples: Sequence[int]) -> list[int]:
    """Cosine of tf-idf vectors with the sum of the examples' own."""
    size = len(index)
    centre: dict[int, float] = {}
    vectors = {}
    for row in index.rows.values():
        numbers = {
            word: says * log(size / index.words.held_by[word]) for word, says in zip(row.words, row.says, strict=True)
        }
        length = sqrt(sum(number**2 for number in numbers.values())) or 1.0
        vectors[row.bug] = {word: number / length for word, number in numbers.items()}
    for bug in examples:
        for word, number in vectors[bug].items():
            centre[word] = centre.get(word, 0.0) + number
    score = {bug: sum(number * centre.get(word, 0.0) for word, number in each.items()) for bug, each in vectors.items()}
    return sorted((bug for bug in score if bug not in examples), key=lambda bug: -score[bug])


def by_expansion(index: Index, examples: Sequence[int]) -> list[int]:
    """BM25 by the forty words most over-represented in the examples, then also in the ten best (RM3)."""
    size = len(index)

    def query(weighed: Sequence[tuple[int, float]]) -> dict[int, float]:
        total = sum(weight for _, weight in weighed)
        held: dict[int, float] = {}
        for bug, weight in weighed:
            for word in index.rows[bug].words:
                held[word] = held.get(word, 0.0) + weight / total
        worth = {
            word: share * log((share + 0.01) / (index.words.held_by[word] / size + 0.01))
            for word, share in held.items()
        }
        best = sorted(worth, key=lambda word: -worth[word])[:40]
        whole = sum(worth[word] for word in best) or 1.0
        return {word: worth[word] / whole for word in best}

    def scores(wanted: dict[int, float]) -> dict[int, float]:
        idf = {
            word: log(1 + (size - index.words.held_by[word] + 0.5) / (index.words.held_by[word] + 0.5))
            for word in wanted
        }
        return {
            row.bug: sum(
                says * wanted[word] * idf[word]
                for word, says in zip(row.words, row.says, strict=True)
                if word in wanted
            )
            for row in index.rows.values()
        }

    first = query([(bug, 1.0) for bug in examples])
    found = scores(first)
    best = sorted((bug for bug in found if bug not in examples), key=lambda bug: -found[bug])[:10]
    second = query([(bug, found[bug] or 1e-9) for bug in best])
    both = {word: first.get(word, 0.0) + second.get(word, 0.0) for word in first.keys() | second.keys()}
    score = scores(both)
    return sorted((bug for bug in score if bug not in examples), key=lambda bug: -score[bug])


METHODS: dict[str, Order] = {
    "likeness": by_likeness,
    "tf-idf centroid": by_centroid,
    "BM25 with RM3": by_expansion,
}


def draws(gold: Gold) -> list[list[int]]:
    chance = random.Random(gold.name)
    return [chance.sample(sorted(gold.members), DRAWN) for _ in range(DRAWS)]


def shown(index: Index, gold: Gold) -> dict[str, list[float]]:
    """Print one list's line; gives each method's figures over the draws."""
    parts, drawn = [], {}
    for name, order in METHODS.items():
        figures = [measured(order(index, given), gold, given) for given in draws(gold)]
        drawn[name] = [precision for precision, _ in figures]
        spread = statistics.stdev(drawn[name])
        own = ""
        if gold.examples:
            precision, first = measured(order(index, gold.examples), gold, gold.examples)
            own = f"{precision:.3f} (first 20: {first:.2f}), drawn "
        parts.append(f"{name} {own}{statistics.fmean(drawn[name]):.3f} ± {spread:.3f}")
    print(f"{gold.name:22} {len(gold.members):4} | {' | '.join(parts)}", flush=True)
    return drawn


def judged(index: Index, gold: Gold, rounds: int) -> tuple[float, float, int, int]:
    """AP on what nobody judged, before and after so many batches; what text would assign then, and what is right."""
    before = after = 0.0
    held = right = 0
    given_first = draws(gold)[:3]
    for given in given_first:
        examples, against, batches = list(given), [], []
        first = ranking = rank(index, examples)
        for _ in range(rounds):
            batch = choose_batch(ranking.matches, 10, {*examples, *against, *gold.borderline})
            batches.append([Verdict(match.score, match.bug in gold.members) for match in batch])
            for match in batch:
                (examples if match.bug in gold.members else against).append(match.bug)
            ranking = rank(index, examples, against)
        told = {*examples, *against}
        before += measured([match.bug for match in first.matches], gold_without(gold, told), told)[0]
        after += measured([match.bug for match in ranking.matches], gold_without(gold, told), told)[0]
        bound = bound_from(batches)
        if bound is not None:
            assigned = [match.bug for match in ranking.matches if match.score >= bound]
            held += sum(bug not in gold.borderline for bug in assigned)
            right += sum(bug in gold.members for bug in assigned)
    return before / len(given_first), after / len(given_first), held, right


def gold_without(gold: Gold, told: set[int]) -> Gold:
    return Gold(gold.name, gold.examples, frozenset(gold.members - told), gold.borderline)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--corpus", type=Path, default=SHARED / "bugs.jsonl.gz")
    asked.add_argument("--gold", type=Path, action="append", default=[], help="further lists to measure")
    asked.add_argument("--rounds", type=int, default=2, help="batches of ten that are judged")
    options = asked.parse_args()
    subjects, tagged = read_corpus(options.corpus)
    began = time.perf_counter()
    index = Index(mask_of(owner_table()), subjects)
    built = time.perf_counter() - began

    lists = [gold for path in (SHARED / "sections_dev.json", *options.gold) for gold in read_gold(path, index)]
    for gold in lists:
        shown(index, gold)
    tags = [
        Gold(tag, (), frozenset(bugs))
        for tag, bugs in sorted(tagged.items(), key=lambda item: -len(item[1]))
        if tag not in NOT_OF_TEXT and len(bugs) >= FEWEST
    ]
    over_tags = [shown(index, gold) for gold in tags]
    for name in METHODS:
        means = [statistics.fmean(each[name]) for each in over_tags]
        spread = statistics.fmean(statistics.stdev(each[name]) for each in over_tags)
        print(f"mean over {len(tags)} tags: {name} {statistics.fmean(means):.3f}, spread of a draw ± {spread:.3f}")

    for name, golds in (("lists", lists), ("tags", tags)):
        rows = [judged(index, gold, options.rounds) for gold in golds]
        before, after = (statistics.fmean(row[place] for row in rows) for place in (0, 1))
        held, right = (sum(row[place] for row in rows) for place in (2, 3))
        print(
            f"{options.rounds} batches judged, {name}: AP on the rest {before:.3f} -> {after:.3f}, "
            f"assigned by text {held}, right {right / max(held, 1):.2f}"
        )

    times = []
    for gold in tags:
        began = time.perf_counter()
        rank(index, draws(gold)[0])
        times.append(1000 * (time.perf_counter() - began))
    middle, longest = statistics.median(times), max(times)
    print(f"index of {len(index)} built in {built:.2f} s; a preview {middle:.0f} ms, at most {longest:.0f}")


if __name__ == "__main__":
    main()
