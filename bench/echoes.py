"""How many of the earlier incidents that a bug references are found again when their numbers are hidden from it.

The corpus is replayed in order: each bug is a query before it is added, so nothing later is known. All bug numbers are
removed from title and report text of the query; the earlier incidents keep theirs, as in production. `--learn` prints
the weights learned from the bugs before 2023, and cross-validated figures for these years.
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

from handlers.parsing.documents import IncidentDocument, referenced_bugs
from handlers.parsing.owners import build_owner_directory
from handlers.parsing.report_forms import extract_report_text
from handlers.parsing.titles import parse_title
from handlers.related.echoes import find_echoes
from handlers.related.features import WEIGHTS, build_candidates
from handlers.related.index import RelatedIndex

# The weights are learned from incidents before the first year; queries end before the second.
CHECK_YEAR, END_YEAR = 2023, 2025
RECALL_AT = (3, 10)
# A known case: a bug and the earlier incidents that it has to bring up.
KNOWN_BUG, KNOWN_ECHOES = 1897630, (1802916, 1867130, 1696227)
NOT_FOUND = 10_000
LINK = re.compile(r"(?:https?://)?(?:bugzilla\.mozilla\.org/show_bug\.cgi\?id=|bugzil\.la/)[0-9]{6,7}(?:#c[0-9]+)?")
FOLDS = 8
L2 = 0.3
SET_BY_HAND = {"title_cosine_no_report_yet": 5.0}

# The features of all candidates of a query, and the positions of those that it references.
TrainingQuery = tuple[list[dict[str, float]], set[int]]


def read_corpus(path: Path) -> list[IncidentDocument]:
    owners = build_owner_directory()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        bugs = [json.loads(line) for line in lines]
    known = {bug["id"] for bug in bugs}
    documents = []
    for bug in bugs:
        title = parse_title(bug["summary"], owners)
        report_text = extract_report_text(bug["comments"][0]["text"]) if bug["comments"] else ""
        numbers = referenced_bugs(f"{bug['summary']}\n{report_text}")
        opened = datetime.fromisoformat(bug["creation_time"])
        references = tuple(number for number in numbers if number in known)
        documents.append(IncidentDocument(bug["id"], title.title, report_text, title.ca, opened, references))
    return sorted(documents, key=lambda document: (document.opened, document.bug))


def without_references(document: IncidentDocument) -> IncidentDocument:
    def remove_numbers(text: str) -> str:
        text = LINK.sub(" ", text)
        for number in referenced_bugs(text):
            text = re.sub(rf"(?<![0-9]){number}(?![0-9])", " ", text)
        return text

    title, report_text = remove_numbers(document.title), remove_numbers(document.report_text)
    return IncidentDocument(document.bug, title, report_text, document.ca, document.opened)


class Baseline:
    """Cosine of tf-idf with a bonus for the same owner, and one for being recent."""

    def __init__(self) -> None:
        self.documents: list[tuple[IncidentDocument, Counter]] = []
        self.document_frequency: Counter = Counter()

    def add(self, document: IncidentDocument) -> None:
        counts = self.count_words(document)
        self.document_frequency.update(counts.keys())
        self.documents.append((document, counts))

    def count_words(self, document: IncidentDocument) -> Counter:
        return Counter(re.findall(r"[^\W_]+", f"{document.ca} {document.title} {document.report_text}".lower()))

    def rank(self, query: IncidentDocument) -> list[int]:
        query_vector = self.vectorize(self.count_words(query))
        scores = {}
        for document, counts in self.documents:
            vector = self.vectorize(counts)
            same_ca = query.ca is not None and query.ca == document.ca
            days = (query.opened - document.opened).total_seconds() / 86_400
            cosine = sum(value * vector[word] for word, value in query_vector.items() if word in vector)
            scores[document.bug] = cosine + same_ca * (0.2 + 0.2 * exp(-days / 365))
        return sorted(scores, key=lambda bug: -scores[bug])

    def vectorize(self, counts: Counter) -> dict[str, float]:
        size = len(self.documents) + 1
        weights = {
            word: (1 + log(count)) * (1 + log(size / (1 + self.document_frequency[word])))
            for word, count in counts.items()
        }
        length = sqrt(sum(value * value for value in weights.values())) or 1.0
        return {word: value / length for word, value in weights.items()}


def positions_of(expected: set[int], ranked: list[int]) -> list[int]:
    return [ranked.index(item) if item in ranked else NOT_FOUND for item in sorted(expected)]


def recall(positions_by_query: list[list[int]], cutoff: int) -> float:
    flat = [position for positions in positions_by_query for position in positions]
    return sum(position < cutoff for position in flat) / max(len(flat), 1)


def confidence_interval(positions_by_query: list[list[int]], cutoff: int) -> tuple[float, float]:
    """The 95 % bootstrap interval of the recall."""
    rng = random.Random(7)
    samples = sorted(recall(rng.choices(positions_by_query, k=len(positions_by_query)), cutoff) for _ in range(2_000))
    return samples[50], samples[1_949]


def show(name: str, rows: list[tuple[int, list[int], list[int]]]) -> None:
    columns = [f"{name:12} {len(rows):4} bugs {sum(len(positions) for _, positions, _ in rows):4} named"]
    for cutoff in RECALL_AT:
        positions, baseline = [row[1] for row in rows], [row[2] for row in rows]
        low, high = confidence_interval(positions, cutoff)
        columns.append(
            f"within {cutoff:2} {recall(positions, cutoff):.3f} ({low:.2f} to {high:.2f}) "
            f"plain {recall(baseline, cutoff):.3f}"
        )
    print("  ".join(columns))


def learn(queries: list[TrainingQuery]) -> dict[str, float]:
    """A conditional logit with L2 penalty: each referenced incident against all that were earlier."""
    import numpy as np
    from scipy.optimize import minimize

    names = [name for name in WEIGHTS if name not in SET_BY_HAND]
    samples = [
        (np.array([[features[name] for name in names] for features in candidates]), sorted(referenced))
        for candidates, referenced in queries
    ]

    def loss(weights):
        total, gradient = L2 * weights @ weights / 2, L2 * weights
        for features, referenced in samples:
            scores = features @ weights
            max_score = scores.max()
            exponentials = np.exp(scores - max_score)
            normalizer = exponentials.sum()
            total -= (scores[referenced] - max_score - log(normalizer)).mean()
            gradient = gradient - features[referenced].mean(axis=0) + features.T @ (exponentials / normalizer)
        return total, gradient

    weights = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B").x
    return SET_BY_HAND | dict(zip(names, (round(float(weight), 2) for weight in weights), strict=True))


def rank_positions(candidates: list[dict[str, float]], weights: dict[str, float]) -> list[int]:
    scores = [sum(weights[name] * value for name, value in features.items()) for features in candidates]
    return sorted(range(len(candidates)), key=lambda position: -scores[position])


def report_learning(queries: list[TrainingQuery]) -> None:
    held_out = []
    for fold in range(FOLDS):
        start, end = fold * len(queries) // FOLDS, (fold + 1) * len(queries) // FOLDS
        weights = learn(queries[:start] + queries[end:])
        held_out += [
            positions_of(referenced, rank_positions(candidates, weights))
            for candidates, referenced in queries[start:end]
        ]
    for cutoff in RECALL_AT:
        low, high = confidence_interval(held_out, cutoff)
        print(f"held-out parts: within {cutoff:2} {recall(held_out, cutoff):.3f} ({low:.2f} to {high:.2f})")
    weights = learn(queries)
    print("weights", weights)
    tenth_scores = sorted(
        sum(weights[name] * value for name, value in candidates[order[9]].items())
        for candidates, _ in queries
        if len(order := rank_positions(candidates, weights)) > 9
    )
    print(f"median score of the tenth candidate: {tenth_scores[len(tenth_scores) // 2]:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path("/work/shared/corpus/bugs.jsonl.gz"))
    parser.add_argument("--learn", action="store_true", help="learn the weights again and print them")
    args = parser.parse_args()
    documents = read_corpus(args.corpus)
    index, baseline = RelatedIndex(build_owner_directory()), Baseline()
    rows, training_queries, query_seconds, add_seconds = [], [], [], 0.0
    for document in documents:
        referenced = {bug for bug in document.references if bug in index}
        if referenced and document.opened.year < END_YEAR:
            query = without_references(document)
            if args.learn and document.opened.year < CHECK_YEAR:
                candidates = list(build_candidates(index.row_for(query), index.rows.values(), index.idf()))
                positions = {
                    position for position, candidate in enumerate(candidates) if candidate.row.bug in referenced
                }
                training_queries.append(([dict(candidate.features) for candidate in candidates], positions))
            if not args.learn:
                started = time.perf_counter()
                echoes = [echo.bug for echo in find_echoes(index, query)]
                query_seconds.append(time.perf_counter() - started)
                rows.append(
                    (
                        document.opened.year,
                        positions_of(referenced, echoes),
                        positions_of(referenced, baseline.rank(query)),
                    )
                )
        if document.bug == KNOWN_BUG and not args.learn:
            echoes = [echo.bug for echo in find_echoes(index, without_references(document))]
            print(
                f"{KNOWN_BUG}: "
                + ", ".join(f"{bug} at {echoes.index(bug) + 1}" for bug in KNOWN_ECHOES if bug in echoes)
            )
        started = time.perf_counter()
        index.add(document)
        add_seconds += time.perf_counter() - started
        baseline.add(document)
    if args.learn:
        report_learning(training_queries)
        return
    for year in sorted({row[0] for row in rows}):
        show(str(year), [row for row in rows if row[0] == year])
    show("development", [row for row in rows if row[0] < CHECK_YEAR])
    show("check", [row for row in rows if row[0] >= CHECK_YEAR])
    show("all", rows)
    query_seconds.sort()
    print(
        f"a query took {1000 * query_seconds[len(query_seconds) // 2]:.0f} ms, at most {1000 * query_seconds[-1]:.0f}; "
        f"the index of {len(index)} incidents {add_seconds:.1f} s; {len(WEIGHTS)} weights"
    )


if __name__ == "__main__":
    main()
