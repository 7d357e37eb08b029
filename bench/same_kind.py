"""How well the incidents shown as alike are the same kind of failure, on pairs that two readers judged blind.

`bench/labels/` holds the pairs. The weights of the product are learned from all of them, so no part of them is unseen
by it; docs/echoes.md has the figures of the parts that were looked at once, before that.

What is counted was decided before any method was measured:

- All incidents of the corpus are in the index; only earlier ones are ranked.
- P@1 and P@3 count the judged rows among the first one and three that a method shows. A bug for which nothing reaches
  the bound has no row in the denominator; how many bugs were answered is printed beside it. Rows that nobody judged are
  left out of the precision, and their share is printed.
- "in the pool" ranks the judged rows of a bug alone, without a bound: every bug has one and three rows.
- A method without a bound shows its first rows for every bug; "same coverage" takes of its answers as many as the
  product gives, those with the highest first scores.
- Calibration error: all judged rows shown, in bins of a tenth; the mean distance between score and share, by rows.
- Table: of the judged rows of two years, those in the table (for baselines: those above the bound that reaches a recall
  of .8), with precision and recall over all bugs together. Rows that are there because the bug refers to them are left
  out of this figure, right or wrong: they belong there whatever their kind.
- `--learn` learns the weights again from all judged pairs together, and prints the figures of each of the four sets on
  bugs held out in ten folds; they are of the judged pairs alone.
- Brackets: the range of 95 of 100 bootstrap samples over bugs.
"""

import argparse
import csv
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import log, sqrt
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.echoes import Baseline, read_corpus
from handlers.parsing.documents import IncidentDocument
from handlers.parsing.owners import build_owner_directory
from handlers.related.alike import MIN_PROBABILITY, find_alike
from handlers.related.echoes import find_echoes
from handlers.related.index import RelatedIndex
from handlers.related.likeness import compare
from handlers.similarity.topics import topics_in

LABELS = Path(__file__).resolve().parent / "labels"
RECALL = 0.8
SAMPLES = 2_000
FOLDS, C = 10, 10.0


@dataclass
class Answer:
    """One bug's ranking by one method: the scores of earlier incidents, and what of it is shown and in the table."""

    bug: int
    scores: dict[int, float]
    labels: dict[int, bool]
    recent: set[int]
    listed: list[int] | None = None
    table: set[int] | None = None
    ranked: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.ranked = sorted(self.scores, key=lambda bug: (-self.scores[bug], -bug))

    def shown(self, count: int | None = None) -> list[int]:
        return (self.ranked if self.listed is None else self.listed)[:count]

    def pooled(self, count: int) -> list[int]:
        judged = sorted(self.labels, key=lambda bug: (-self.scores.get(bug, 0.0), -bug))
        return judged[:count]


Pairs = dict[int, dict[int, tuple[bool, bool]]]


def read_labels(name: str, column: str, part: str = "") -> Pairs:
    """Return by bug and earlier bug whether both are the same kind, and whether they are within two years.

    `column` is that of the labels in the file with this name; a `part` is read alone.
    """
    pairs: Pairs = defaultdict(dict)
    with (LABELS / name).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if not part or row["part"] == part:
                label = row[column] == "1", row["within_two_years"] == "1"
                pairs[int(row["bug"])][int(row["earlier"])] = label
    return pairs


def precision(answers: Sequence[Answer], count: int) -> float:
    judged = [answer.labels[bug] for answer in answers for bug in answer.shown(count) if bug in answer.labels]
    return sum(judged) / max(len(judged), 1)


def pooled_precision(answers: Sequence[Answer], count: int) -> float:
    judged = [answer.labels[bug] for answer in answers for bug in answer.pooled(count)]
    return sum(judged) / max(len(judged), 1)


def unjudged_share(answers: Sequence[Answer], count: int | None) -> float:
    rows = [bug in answer.labels for answer in answers for bug in answer.shown(count)]
    return 1 - sum(rows) / max(len(rows), 1)


def calibration_error(answers: Sequence[Answer]) -> float:
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for answer in answers:
        for bug in answer.shown():
            if bug in answer.labels:
                bins[min(int(answer.scores[bug] * 10), 9)].append((answer.scores[bug], answer.labels[bug]))
    total = sum(map(len, bins.values()))
    distances = (abs(sum(score for score, _ in rows) - sum(label for _, label in rows)) for rows in bins.values())
    return sum(distances) / max(total, 1)


def auc(answers: Sequence[Answer]) -> float:
    rows = [(answer.scores.get(bug, 0.0), label) for answer in answers for bug, label in answer.labels.items()]
    positive = [score for score, label in rows if label]
    negative = [score for score, label in rows if not label]
    wins = sum((high > low) + (high == low) / 2 for high in positive for low in negative)
    return wins / max(len(positive) * len(negative), 1)


def table_of(answers: Sequence[Answer]) -> tuple[float, float]:
    """Return precision and recall of the table among the judged rows of two years."""
    rows = [
        (answer.scores.get(bug, 0.0), bug in (answer.table or ()), answer.labels[bug])
        for answer in answers
        for bug in answer.recent
    ]
    expected = sum(label for *_, label in rows)
    if all(answer.table is not None for answer in answers):
        listed = [label for _, in_table, label in rows if in_table]
    else:
        rows.sort(key=lambda row: -row[0])
        listed = []
        for _, _, label in rows:
            if sum(listed) >= RECALL * expected:
                break
            listed.append(label)
    return sum(listed) / max(len(listed), 1), sum(listed) / max(expected, 1)


def interval(answers: Sequence[Answer], figure: Callable[[Sequence[Answer]], float], samples: int) -> str:
    rng = random.Random(7)
    values = sorted(figure(rng.choices(answers, k=len(answers))) for _ in range(samples))
    return f"{figure(answers):.2f} ({values[samples // 40]:.2f} to {values[-samples // 40 - 1]:.2f})"


def best_covered(answers: Sequence[Answer], count: int) -> list[Answer]:
    return sorted(answers, key=lambda answer: -max(answer.scores.values(), default=0.0))[:count]


def show(name: str, answers: Sequence[Answer], coverage: int | None, is_probability: bool) -> None:
    answered = [answer for answer in answers if answer.shown(1)]
    print(f"{name}: {len(answered)} of {len(answers)} bugs answered, {sum(len(a.shown(3)) for a in answers)} rows in 3")
    for count in (1, 3):
        figures = [interval(answers, lambda sample, count=count: precision(sample, count), SAMPLES)]
        figures.append(f"unjudged {unjudged_share(answers, count):.2f}")
        figures.append(f"in the pool {interval(answers, lambda s, count=count: pooled_precision(s, count), SAMPLES)}")
        if coverage is not None:
            figures.append(f"same coverage {precision(best_covered(answers, coverage), count):.2f}")
        print(f"  P@{count} {'; '.join(figures)}")
    print(
        f"  table: precision {interval(answers, lambda sample: table_of(sample)[0], SAMPLES)}, "
        f"recall {interval(answers, lambda sample: table_of(sample)[1], SAMPLES)}; "
        f"AUC {interval(answers, auc, 200)}"
    )
    if is_probability:
        rows = sum(bug in answer.labels for answer in answers for bug in answer.shown())
        print(
            f"  calibration error {interval(answers, calibration_error, SAMPLES)} over {rows} rows shown, "
            f"unjudged {unjudged_share(answers, None):.2f}"
        )


class Words:
    """Cosines of titles, of all words and of topics, untuned, and their plain sum."""

    def __init__(self, documents: Sequence[IncidentDocument]) -> None:
        self.counter = Baseline()
        self.parts = {document.bug: self.split(document) for document in documents}
        self.frequencies = [defaultdict(int) for _ in range(3)]
        for parts in self.parts.values():
            for frequency, terms in zip(self.frequencies, parts, strict=True):
                for term in terms:
                    frequency[term] += 1
        self.vectors = {bug: [self.vector(n, terms) for n, terms in enumerate(p)] for bug, p in self.parts.items()}

    def split(self, document: IncidentDocument) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
        title = IncidentDocument(document.bug, document.title, "", None, document.opened)
        whole = IncidentDocument(document.bug, document.title, document.report_text, None, document.opened)
        topics = {topic.key: 1 for topic in topics_in(document.title, 300)}
        return self.counter.count_words(title), self.counter.count_words(whole), topics

    def vector(self, number: int, terms: dict[str, int]) -> dict[str, float]:
        size = len(self.parts) + 1
        weights = {
            term: (1 + log(count)) * (1 + log(size / (1 + self.frequencies[number][term])))
            for term, count in terms.items()
        }
        length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {term: weight / length for term, weight in weights.items()}

    def similarities(self, bug: int, other: int) -> list[float]:
        return [
            sum(weight * second[term] for term, weight in first.items() if term in second)
            for first, second in zip(self.vectors[bug], self.vectors[other], strict=True)
        ]


def learn(index: RelatedIndex, pairs: Pairs) -> dict[int, dict[int, float]]:
    """Print the learned weights; return the probabilities of the pairs as learned from other bugs, by bug."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    idf = index.idf()
    rows = [
        (bug, comparison.row.bug, comparison.features, pairs[bug][comparison.row.bug][0])
        for bug in pairs
        for comparison in compare(index.rows[bug], [index.rows[earlier] for earlier in pairs[bug]], idf)
    ]
    features, labels = np.array([row[2] for row in rows]), np.array([row[3] for row in rows])
    bugs = sorted(pairs)
    random.Random(1).shuffle(bugs)
    fold_of = {bug: number % FOLDS for number, bug in enumerate(bugs)}
    folds = np.array([fold_of[row[0]] for row in rows])
    probabilities: dict[int, dict[int, float]] = defaultdict(dict)
    for fold in range(FOLDS):
        model = LogisticRegression(C=C).fit(features[folds != fold], labels[folds != fold])
        for number in np.flatnonzero(folds == fold):
            bug, earlier, *_ = rows[number]
            probabilities[bug][earlier] = float(model.predict_proba(features[number : number + 1])[0, 1])
    model = LogisticRegression(C=C).fit(features, labels)
    print("weights", model.intercept_.round(2), model.coef_.round(2))
    return probabilities


def show_held_out(index: RelatedIndex) -> None:
    parts = {
        "work": read_labels("same_kind.csv", "adjudicated", "work"),
        "final, no longer unseen": read_labels("same_kind.csv", "adjudicated", "final"),
        "shown before": read_labels("same_kind_shown.csv", "label"),
        "fresh, no longer unseen": read_labels("same_kind_fresh.csv", "reader_a"),
    }
    probabilities = learn(index, {bug: rows for pairs in parts.values() for bug, rows in pairs.items()})
    for name, pairs in parts.items():
        answers = []
        for bug, rows in pairs.items():
            scores = probabilities[bug]
            listed = sorted((b for b in scores if scores[b] >= MIN_PROBABILITY), key=lambda b, s=scores: -s[b])
            labels = {earlier: label for earlier, (label, _) in rows.items()}
            recent = {earlier for earlier, (_, within) in rows.items() if within}
            answers.append(Answer(bug, scores, labels, recent, listed, set(listed)))
        show(f"alike, held out, {name}", answers, None, is_probability=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=Path("/work/shared/corpus/bugs.jsonl.gz"))
    parser.add_argument("--part", choices=("work", "final"), default="work")
    parser.add_argument("--learn", action="store_true", help="learn the weights again and print them")
    parser.add_argument("--unjudged", type=Path, help="write the rows shown that nobody judged to this file")
    args = parser.parse_args()
    documents = read_corpus(args.corpus)
    by_bug = {document.bug: document for document in documents}
    index = RelatedIndex(build_owner_directory(), documents)
    if args.learn:
        show_held_out(index)
        return
    pairs = read_labels("same_kind.csv", "adjudicated", args.part)
    labels = {bug: {earlier: label for earlier, (label, _) in rows.items()} for bug, rows in pairs.items()}
    recent = {bug: {earlier for earlier, (_, within) in rows.items() if within} for bug, rows in pairs.items()}
    words = Words(documents)
    methods: dict[str, list[Answer]] = defaultdict(list)
    seconds = []
    for bug in pairs:
        started = time.perf_counter()
        alike = find_alike(index, bug)
        seconds.append(time.perf_counter() - started)
        echoes = find_echoes(index, bug)
        table = {incident.bug for incident in alike if incident.within_two_years}
        referenced = {echo.bug for echo in echoes if echo.reasons == "refers to"}

        common = labels[bug], recent[bug] - referenced

        probabilities = {c.row.bug: c.probability for c in compare(index.rows[bug], index.rows.values(), index.idf())}
        listed = [incident.bug for incident in alike if incident.copy_of is None]
        methods["alike"].append(Answer(bug, probabilities, *common, listed, table))
        methods["echoes"].append(Answer(bug, {echo.bug: echo.score for echo in echoes}, *common))
        key = (by_bug[bug].opened, bug)
        similarities = {d.bug: words.similarities(bug, d.bug) for d in documents if (d.opened, d.bug) < key}
        methods["tf-idf cosine"].append(
            Answer(bug, {earlier: parts[1] for earlier, parts in similarities.items()}, *common)
        )
        methods["sum of titles, words, topics"].append(
            Answer(bug, {earlier: sum(parts) for earlier, parts in similarities.items()}, *common)
        )
    coverage = sum(bool(answer.shown(1)) for answer in methods["alike"])
    for name, answers in methods.items():
        show(name, answers, coverage, is_probability=name in {"alike", "echoes"})
    seconds.sort()
    print(f"a query took {1000 * seconds[len(seconds) // 2]:.0f} ms, at most {1000 * seconds[-1]:.0f}")
    if args.unjudged:
        write_unjudged(args.unjudged, methods["alike"], by_bug)


def write_unjudged(path: Path, answers: Sequence[Answer], by_bug: dict[int, IncidentDocument]) -> None:
    """Write the first three rows shown that nobody judged, by bug number and without score, to be judged blind."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("bug", "earlier", "title", "earlier_title"))
        for answer in answers:
            for earlier in sorted(answer.shown(3)):
                if earlier not in answer.labels:
                    writer.writerow((answer.bug, earlier, by_bug[answer.bug].title, by_bug[earlier].title))


if __name__ == "__main__":
    main()
