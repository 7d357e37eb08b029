"""How well a handful of examples ranks all incidents: curated lists, each tag as if unknown, and the gain by labels.

A list's own five examples come first, then ten draws of five from its members; a tag's five are drawn ten times. AP is
average precision over all incidents but the examples; borderline ones count neither way. CA names are masked, no tag
is shown to the ranking. `--gold` reads further lists in the format of sections_dev.json.
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
from dataclasses import dataclass, replace
from datetime import datetime
from math import log, sqrt
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from handlers.parsing.documents import IncidentDocument
from handlers.parsing.owners import build_owner_directory
from handlers.parsing.report_forms import report_excerpt
from handlers.parsing.titles import parse_title
from handlers.parsing.whiteboard import parse_whiteboard
from handlers.similarity.active_learning import LabelledScore, calibrate_threshold, select_for_labelling
from handlers.similarity.index import SimilarityIndex
from handlers.similarity.ranking import rank

SHARED = Path("/work/shared/corpus")
EXAMPLE_COUNT, DRAW_COUNT, MIN_MEMBERS = 5, 10, 15
LABELLING_DRAWS, BATCH_SIZE = 3, 10
# The text of an incident does not show these.
TAGS_NOT_OF_TEXT = {"ca-compliance", "external", "uncategorized", "covid-19", "meta"}
BUG_NUMBER = re.compile(r"(?<!\d)(?:1\d{6}|[4-9]\d{5})(?!\d)")

RankingMethod = Callable[[SimilarityIndex, Sequence[int]], list[int]]


@dataclass(frozen=True, slots=True)
class GoldList:
    name: str
    examples: tuple[int, ...]
    members: frozenset[int]
    borderline: frozenset[int] = frozenset()


def read_corpus(path: Path) -> tuple[list[IncidentDocument], dict[str, set[int]]]:
    owners, documents, bugs_by_tag = build_owner_directory(), [], {}
    with gzip.open(path, "rt") as lines:
        bugs = [json.loads(line) for line in lines]
    known = {bug["id"] for bug in bugs}
    for bug in bugs:
        title = parse_title(bug["summary"], owners)
        comment = bug["comments"][0]["text"] if bug["comments"] else ""
        numbers = (int(number) for number in BUG_NUMBER.findall(f"{bug['summary']} {comment}"))
        references = tuple(dict.fromkeys(number for number in numbers if number in known and number != bug["id"]))
        opened = datetime.fromisoformat(bug["creation_time"])
        documents.append(
            IncidentDocument(bug["id"], title.title, report_excerpt(comment), title.ca, opened, references)
        )
        for tag in parse_whiteboard(bug["whiteboard"]).tags:
            bugs_by_tag.setdefault(tag, set()).add(bug["id"])
    return documents, bugs_by_tag


def read_gold(path: Path, index: SimilarityIndex) -> list[GoldList]:
    entries = {name: entry for name, entry in json.loads(path.read_text()).items() if name != "note"}
    return [
        GoldList(
            name,
            tuple(entry["examples"]),
            frozenset(bug for bug in entry["yes"] if bug in index),
            frozenset(entry["borderline"]),
        )
        for name, entry in entries.items()
    ]


def average_precision(ranked: Iterable[int], members: set[int]) -> float:
    hits, total = 0, 0.0
    for position, bug in enumerate(ranked, 1):
        if bug in members:
            hits += 1
            total += hits / position
    return total / len(members) if members else 1.0


def measure(ranked: list[int], gold: GoldList, examples: Iterable[int]) -> tuple[float, float]:
    """Average precision, and precision of the first twenty."""
    excluded = {*examples, *gold.borderline}
    members = set(gold.members) - set(examples)
    counted = [bug for bug in ranked if bug not in excluded]
    return average_precision(counted, members), sum(bug in members for bug in counted[:20]) / min(20, len(members) or 1)


def by_similarity(index: SimilarityIndex, examples: Sequence[int]) -> list[int]:
    return [match.bug for match in rank(index, examples).matches]


def by_centroid(index: SimilarityIndex, examples: Sequence[int]) -> list[int]:
    """Cosine of tf-idf vectors with the sum of the examples' own."""
    size, document_frequency = len(index), index.vocabulary.document_frequency
    centroid: dict[int, float] = {}
    vectors = {}
    for row in index.rows.values():
        values = {
            term_id: weight * log(size / document_frequency[term_id])
            for term_id, weight in zip(row.term_ids, row.weights, strict=True)
        }
        length = sqrt(sum(value**2 for value in values.values())) or 1.0
        vectors[row.bug] = {term_id: value / length for term_id, value in values.items()}
    for bug in examples:
        for term_id, value in vectors[bug].items():
            centroid[term_id] = centroid.get(term_id, 0.0) + value
    scores = {
        bug: sum(value * centroid.get(term_id, 0.0) for term_id, value in vector.items())
        for bug, vector in vectors.items()
    }
    return sorted((bug for bug in scores if bug not in examples), key=lambda bug: -scores[bug])


def by_expansion(index: SimilarityIndex, examples: Sequence[int]) -> list[int]:
    """BM25 by the forty terms most over-represented in the examples, then also in the ten best (RM3)."""
    size, document_frequency = len(index), index.vocabulary.document_frequency

    def build_query(weighted_bugs: Sequence[tuple[int, float]]) -> dict[int, float]:
        total = sum(weight for _, weight in weighted_bugs)
        shares: dict[int, float] = {}
        for bug, weight in weighted_bugs:
            for term_id in index.rows[bug].term_ids:
                shares[term_id] = shares.get(term_id, 0.0) + weight / total
        divergences = {
            term_id: share * log((share + 0.01) / (document_frequency[term_id] / size + 0.01))
            for term_id, share in shares.items()
        }
        best_terms = sorted(divergences, key=lambda term_id: -divergences[term_id])[:40]
        total_divergence = sum(divergences[term_id] for term_id in best_terms) or 1.0
        return {term_id: divergences[term_id] / total_divergence for term_id in best_terms}

    def score_all(query: dict[int, float]) -> dict[int, float]:
        idf = {
            term_id: log(1 + (size - document_frequency[term_id] + 0.5) / (document_frequency[term_id] + 0.5))
            for term_id in query
        }
        return {
            row.bug: sum(
                weight * query[term_id] * idf[term_id]
                for term_id, weight in zip(row.term_ids, row.weights, strict=True)
                if term_id in query
            )
            for row in index.rows.values()
        }

    first_query = build_query([(bug, 1.0) for bug in examples])
    first_scores = score_all(first_query)
    best_bugs = sorted((bug for bug in first_scores if bug not in examples), key=lambda bug: -first_scores[bug])[:10]
    feedback_query = build_query([(bug, first_scores[bug] or 1e-9) for bug in best_bugs])
    scores = score_all(
        {
            term_id: first_query.get(term_id, 0.0) + feedback_query.get(term_id, 0.0)
            for term_id in first_query.keys() | feedback_query.keys()
        }
    )
    return sorted((bug for bug in scores if bug not in examples), key=lambda bug: -scores[bug])


METHODS: dict[str, RankingMethod] = {
    "similarity": by_similarity,
    "tf-idf centroid": by_centroid,
    "BM25 with RM3": by_expansion,
}


def draw_examples(gold: GoldList) -> list[list[int]]:
    rng = random.Random(gold.name)
    return [rng.sample(sorted(gold.members), EXAMPLE_COUNT) for _ in range(DRAW_COUNT)]


def show_methods(index: SimilarityIndex, gold: GoldList) -> dict[str, list[float]]:
    """Print one list's line; returns each method's average precision over the draws."""
    columns, precisions = [], {}
    for name, method in METHODS.items():
        figures = [measure(method(index, examples), gold, examples) for examples in draw_examples(gold)]
        precisions[name] = [precision for precision, _ in figures]
        spread = statistics.stdev(precisions[name])
        by_own_examples = ""
        if gold.examples:
            precision, first_twenty = measure(method(index, gold.examples), gold, gold.examples)
            by_own_examples = f"{precision:.3f} (first 20: {first_twenty:.2f}), drawn "
        columns.append(f"{name} {by_own_examples}{statistics.fmean(precisions[name]):.3f} ± {spread:.3f}")
    print(f"{gold.name:22} {len(gold.members):4} | {' | '.join(columns)}", flush=True)
    return precisions


def measure_labelling(index: SimilarityIndex, gold: GoldList, rounds: int) -> tuple[float, float, int, int]:
    """AP on unlabelled incidents before and after so many batches; then the counts assigned by text, and correctly."""
    before = after = 0.0
    assigned_count = correct_count = 0
    draws = draw_examples(gold)[:LABELLING_DRAWS]
    for drawn in draws:
        examples, counter_examples, batches = list(drawn), [], []
        initial = ranking = rank(index, examples)
        for _ in range(rounds):
            batch = select_for_labelling(ranking.matches, BATCH_SIZE, {*examples, *counter_examples, *gold.borderline})
            batches.append([LabelledScore(match.score, match.bug in gold.members) for match in batch])
            for match in batch:
                (examples if match.bug in gold.members else counter_examples).append(match.bug)
            ranking = rank(index, examples, counter_examples)
        labelled = {*examples, *counter_examples}
        unlabelled_gold = replace(gold, members=frozenset(gold.members - labelled))
        before += measure([match.bug for match in initial.matches], unlabelled_gold, labelled)[0]
        after += measure([match.bug for match in ranking.matches], unlabelled_gold, labelled)[0]
        threshold = calibrate_threshold(batches)
        if threshold is not None:
            assigned = [match.bug for match in ranking.matches if match.score >= threshold]
            assigned_count += sum(bug not in gold.borderline for bug in assigned)
            correct_count += sum(bug in gold.members for bug in assigned)
    return before / len(draws), after / len(draws), assigned_count, correct_count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=SHARED / "bugs.jsonl.gz")
    parser.add_argument("--gold", type=Path, action="append", default=[], help="further lists to measure")
    parser.add_argument("--rounds", type=int, default=2, help="batches of ten that are labelled")
    args = parser.parse_args()
    documents, bugs_by_tag = read_corpus(args.corpus)
    started = time.perf_counter()
    index = SimilarityIndex(build_owner_directory(), documents)
    build_seconds = time.perf_counter() - started

    lists = [gold for path in (SHARED / "sections_dev.json", *args.gold) for gold in read_gold(path, index)]
    for gold in lists:
        show_methods(index, gold)
    tags = [
        GoldList(tag, (), frozenset(bugs))
        for tag, bugs in sorted(bugs_by_tag.items(), key=lambda item: -len(item[1]))
        if tag not in TAGS_NOT_OF_TEXT and len(bugs) >= MIN_MEMBERS
    ]
    precisions_by_tag = [show_methods(index, gold) for gold in tags]
    for name in METHODS:
        means = [statistics.fmean(precisions[name]) for precisions in precisions_by_tag]
        spread = statistics.fmean(statistics.stdev(precisions[name]) for precisions in precisions_by_tag)
        print(f"mean over {len(tags)} tags: {name} {statistics.fmean(means):.3f}, spread of a draw ± {spread:.3f}")

    for name, golds in (("lists", lists), ("tags", tags)):
        rows = [measure_labelling(index, gold, args.rounds) for gold in golds]
        before, after = (statistics.fmean(row[column] for row in rows) for column in (0, 1))
        assigned, correct = (sum(row[column] for row in rows) for column in (2, 3))
        print(
            f"{args.rounds} batches labelled, {name}: AP on the rest {before:.3f} -> {after:.3f}, "
            f"assigned by text {assigned}, right {correct / max(assigned, 1):.2f}"
        )

    milliseconds = []
    for gold in tags:
        started = time.perf_counter()
        rank(index, draw_examples(gold)[0])
        milliseconds.append(1000 * (time.perf_counter() - started))
    print(
        f"index of {len(index)} built in {build_seconds:.2f} s; a preview {statistics.median(milliseconds):.0f} ms, "
        f"at most {max(milliseconds):.0f}"
    )


if __name__ == "__main__":
    main()
