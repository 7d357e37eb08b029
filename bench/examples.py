"""How well a handful of examples ranks all incidents: lists made by hand, tags as if unknown, and the gain by labels.

Of each list five members are drawn ten times; a list's own five examples are shown beside them. AP is average precision
over all incidents but the examples; borderline ones count neither way. The section's name is neutral, or the list's
title. CA names are masked, no tag is shown to the ranking. Lists are read from the folder `labels` (`ideas*.json`,
`geography.json`) and the shared folder; those of part "final" only with `--final`: look at them once, at the end.
"""

import argparse
import gzip
import json
import random
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import log, sqrt
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from handlers.parsing.documents import IncidentDocument
from handlers.parsing.owner_mentions import read_text
from handlers.parsing.owners import OwnerDirectory, build_owner_directory
from handlers.parsing.report_forms import extract_report_text
from handlers.parsing.titles import parse_title
from handlers.parsing.whiteboard import parse_whiteboard
from handlers.similarity.active_learning import select_for_labelling
from handlers.similarity.index import SimilarityIndex
from handlers.similarity.ranking import Ranking, rank
from handlers.text.stop_words import STOP_WORDS

SHARED, LABELS = Path("/work/shared/corpus"), Path(__file__).resolve().parent / "labels"
EXAMPLE_COUNT, DRAW_COUNT, MIN_MEMBERS = 5, 10, 15
LABELLING_DRAWS, BATCH_COUNT, BATCH_SIZE = 3, 2, 10
# The text of an incident does not show these.
TAGS_NOT_OF_TEXT = {"ca-compliance", "external", "uncategorized", "covid-19", "meta"}
BUG_NUMBER = re.compile(r"(?<!\d)(?:1\d{6}|[4-9]\d{5})(?!\d)")
BASELINES = ("BM25 with RM3", "tf-idf centroid")

RankingMethod = Callable[[Sequence[int]], list[int]]


@dataclass(frozen=True, slots=True)
class GoldList:
    name: str
    title: str
    examples: tuple[int, ...]
    members: frozenset[int]
    borderline: frozenset[int] = frozenset()

    def draws(self) -> list[list[int]]:
        rng = random.Random(self.name)
        return [rng.sample(sorted(self.members), EXAMPLE_COUNT) for _ in range(DRAW_COUNT)]


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
            IncidentDocument(bug["id"], title.title, extract_report_text(comment), title.ca, opened, references)
        )
        for tag in parse_whiteboard(bug["whiteboard"]).tags:
            bugs_by_tag.setdefault(tag, set()).add(bug["id"])
    return documents, bugs_by_tag


def read_gold(path: Path, index: SimilarityIndex, part: str) -> Iterator[GoldList]:
    """Yield the lists of one part; a list without a part is of part "work"."""
    for name, entry in json.loads(path.read_text()).items():
        if name != "note" and entry.get("part", "work") == part:
            yield GoldList(
                name,
                entry.get("title", entry.get("name", name)),
                tuple(entry.get("examples", ())),
                frozenset(bug for bug in entry["yes"] if bug in index),
                frozenset(entry.get("borderline", ())),
            )


def measure(ranked: Iterable[int], gold: GoldList, excluded: Iterable[int]) -> float:
    """Average precision, the excluded incidents left out."""
    members = gold.members - set(excluded)
    left_out = gold.borderline.union(excluded)
    hits, total = 0, 0.0
    for position, bug in enumerate((bug for bug in ranked if bug not in left_out), 1):
        if bug in members:
            hits += 1
            total += hits / position
    return total / len(members) if members else 1.0


class Baselines:
    """Two plain methods over words and pairs of words of titles and words of report texts, weighted as in BM25."""

    def __init__(self, documents: Iterable[IncidentDocument], owners: OwnerDirectory) -> None:
        self.weights = {document.bug: self._weigh(document, owners) for document in documents}
        self.document_frequency = Counter(term for weights in self.weights.values() for term in weights)

    def _weigh(self, document: IncidentDocument, owners: OwnerDirectory) -> dict[str, float]:
        title, report = (
            [None if term in STOP_WORDS else term for term in read_text(text, owners, document.ca).terms]
            for text in (document.title[:300], document.report_text[:1000])
        )
        in_title = Counter(term for term in title if term is not None)
        in_title.update(f"{first} {second}" for first, second in pairwise(title) if first and second)
        weights = self._saturate(in_title, 13.0)
        for term, weight in self._saturate(Counter(term for term in report if term is not None), 32.0).items():
            weights[term] = max(weights.get(term, 0.0), 0.35 * weight)
        return weights

    @staticmethod
    def _saturate(counts: Mapping[str, int], average_length: float) -> dict[str, float]:
        length_factor = 1.2 * (0.6 + 0.4 * sum(counts.values()) / average_length)
        return {term: count * 2.2 / (count + length_factor) for term, count in counts.items()}

    def _order(self, scores: Mapping[int, float], examples: Sequence[int]) -> list[int]:
        return sorted((bug for bug in scores if bug not in examples), key=lambda bug: -scores[bug])

    def by_centroid(self, examples: Sequence[int]) -> list[int]:
        """Cosine of tf-idf vectors with the sum of the examples' own."""
        size = len(self.weights)
        vectors = {}
        for bug, weights in self.weights.items():
            values = {term: weight * log(size / self.document_frequency[term]) for term, weight in weights.items()}
            length = sqrt(sum(value**2 for value in values.values())) or 1.0
            vectors[bug] = {term: value / length for term, value in values.items()}
        centroid: Counter[str] = Counter()
        for bug in examples:
            centroid.update(vectors[bug])
        scores = {bug: sum(value * centroid[term] for term, value in vector.items()) for bug, vector in vectors.items()}
        return self._order(scores, examples)

    def by_expansion(self, examples: Sequence[int]) -> list[int]:
        """BM25 by the forty terms most over-represented in the examples, then also in the ten best (RM3)."""
        first_query = self._query([(bug, 1.0) for bug in examples])
        first_scores = self._score(first_query)
        best_bugs = self._order(first_scores, examples)[:10]
        feedback_query = self._query([(bug, first_scores[bug] or 1e-9) for bug in best_bugs])
        query = {
            term: first_query.get(term, 0.0) + feedback_query.get(term, 0.0)
            for term in first_query.keys() | feedback_query.keys()
        }
        return self._order(self._score(query), examples)

    def _query(self, weighted_bugs: Sequence[tuple[int, float]]) -> dict[str, float]:
        size, total = len(self.weights), sum(weight for _, weight in weighted_bugs)
        shares: dict[str, float] = {}
        for bug, weight in weighted_bugs:
            for term in self.weights[bug]:
                shares[term] = shares.get(term, 0.0) + weight / total
        divergences = {
            term: share * log((share + 0.01) / (self.document_frequency[term] / size + 0.01))
            for term, share in shares.items()
        }
        best_terms = sorted(divergences, key=lambda term: -divergences[term])[:40]
        total_divergence = sum(divergences[term] for term in best_terms) or 1.0
        return {term: divergences[term] / total_divergence for term in best_terms}

    def _score(self, query: Mapping[str, float]) -> dict[int, float]:
        size, frequency = len(self.weights), self.document_frequency
        idf = {term: log(1 + (size - frequency[term] + 0.5) / (frequency[term] + 0.5)) for term in query}
        return {
            bug: sum(weight * query[term] * idf[term] for term, weight in weights.items() if term in query)
            for bug, weights in self.weights.items()
        }


def bugs_of(ranking: Ranking) -> list[int]:
    return [match.bug for match in ranking.matches]


def count_assigned(ranking: Ranking, gold: GoldList) -> tuple[int, int]:
    """How many incidents the section would be assigned, borderline ones left out, and how many of them belong."""
    assigned = [bug for bug in bugs_of(ranking)[: ranking.would_assign] if bug not in gold.borderline]
    return len(assigned), sum(bug in gold.members for bug in assigned)


def show_lists(index: SimilarityIndex, baselines: dict[str, RankingMethod], lists: Sequence[GoldList]) -> None:
    """Print a line for each list and the means; the last column is the gain over the better baseline."""
    names = ("similarity", "named", *baselines)
    print(
        f"{'':24}{'size':>5}"
        + "".join(f"{name:>17}" for name in names)
        + "   gain  holds (right), named: holds (right)"
    )
    means: dict[str, list[float]] = {name: [] for name in names}
    totals = [0, 0, 0, 0]
    for gold in lists:
        precisions: dict[str, list[float]] = {name: [] for name in names}
        counts = [0, 0, 0, 0]
        for examples in gold.draws():
            plain, named = rank(index, examples), rank(index, examples, name=gold.title)
            precisions["similarity"].append(measure(bugs_of(plain), gold, examples))
            precisions["named"].append(measure(bugs_of(named), gold, examples))
            for name, method in baselines.items():
                precisions[name].append(measure(method(examples), gold, examples))
            for column, count in enumerate((*count_assigned(plain, gold), *count_assigned(named, gold))):
                counts[column] += count
                totals[column] += count
        mean = {name: statistics.fmean(values) for name, values in precisions.items()}
        for name in names:
            means[name].append(mean[name])
        own = ""
        if gold.examples:
            own = f", own five: {measure(bugs_of(rank(index, gold.examples)), gold, gold.examples):.3f}"
        columns = "".join(f"{mean[name]:9.3f} ± {statistics.stdev(precisions[name]):.3f}" for name in names)
        gain = mean["similarity"] - max(mean[name] for name in baselines)
        assigned, right, named_assigned, named_right = (count / DRAW_COUNT for count in counts)
        print(
            f"{gold.name:24}{len(gold.members):5}{columns} {gain:+.3f}  "
            f"{assigned:.1f} ({right:.1f}), {named_assigned:.1f} ({named_right:.1f}){own}",
            flush=True,
        )
    shares = (
        f"{right / assigned:.2f} of {assigned}" if assigned else "none" for assigned, right in (totals[:2], totals[2:])
    )
    print(
        f"{'mean':29}"
        + "".join(f"{statistics.fmean(means[name]):9.3f}        " for name in names)
        + f"        right: {', named: '.join(shares)}\n"
    )


def measure_labelling(index: SimilarityIndex, gold: GoldList) -> tuple[float, float]:
    """AP on a half of the incidents that is never labelled, before and after two batches from the other half."""
    before = after = 0.0
    for number, drawn in enumerate(gold.draws()[:LABELLING_DRAWS]):
        rng = random.Random(f"{gold.name}{number}")
        test_half = {bug for bug in index.rows if rng.random() < 0.5} - set(drawn)
        examples, counter_examples = list(drawn), []
        initial = ranking = rank(index, examples)
        for _ in range(BATCH_COUNT):
            candidates = [match for match in ranking.matches if match.bug not in test_half | gold.borderline]
            for match in select_for_labelling(candidates, BATCH_SIZE, {*examples, *counter_examples}):
                (examples if match.bug in gold.members else counter_examples).append(match.bug)
            ranking = rank(index, examples, counter_examples)
        others = index.rows.keys() - test_half
        before += measure(bugs_of(initial), gold, others)
        after += measure(bugs_of(ranking), gold, others)
    return before / LABELLING_DRAWS, after / LABELLING_DRAWS


def show_calibration(index: SimilarityIndex, lists: Sequence[GoldList]) -> None:
    """Print, for each tenth of predicted probability, the share that was right."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for gold in lists:
        for examples in gold.draws():
            for match in rank(index, examples).matches:
                if match.bug not in gold.borderline:
                    bins.setdefault(min(int(10 * match.score), 9), []).append((match.score, match.bug in gold.members))
    rows = (
        f"{statistics.fmean(score for score, _ in pairs):.2f}: {statistics.fmean(right for _, right in pairs):.2f} "
        f"of {len(pairs)}"
        for _, pairs in sorted(bins.items())
    )
    print(f"predicted, and the share that was right: {'; '.join(rows)}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=SHARED / "bugs.jsonl.gz")
    parser.add_argument("--labels", type=Path, default=LABELS, help="the folder with ideas*.json")
    parser.add_argument("--final", action="store_true", help="the lists kept aside, and nothing else")
    args = parser.parse_args()
    owners = build_owner_directory()
    documents, bugs_by_tag = read_corpus(args.corpus)
    started = time.perf_counter()
    index = SimilarityIndex(owners, documents)
    build_seconds = time.perf_counter() - started
    plain = Baselines(documents, owners)
    baselines: dict[str, RankingMethod] = dict(zip(BASELINES, (plain.by_expansion, plain.by_centroid), strict=True))

    part = "final" if args.final else "work"
    ideas = [gold for path in sorted(args.labels.glob("ideas*.json")) for gold in read_gold(path, index, part)]
    if ideas:
        print(f"ideas that no table names ({part})")
        show_lists(index, baselines, ideas)
        show_calibration(index, ideas)
    if args.final:
        return
    paths = [SHARED / "sections_dev.json", *args.labels.glob("geography.json")]
    lists = [gold for path in paths for gold in read_gold(path, index, part)]
    show_lists(index, baselines, lists)
    tags = [
        GoldList(tag, "", (), frozenset(bugs))
        for tag, bugs in sorted(bugs_by_tag.items(), key=lambda item: -len(item[1]))
        if tag not in TAGS_NOT_OF_TEXT and len(bugs) >= MIN_MEMBERS
    ]
    show_lists(index, baselines, tags)
    for name, golds in (("ideas", ideas), ("lists", lists), ("tags", tags)):
        rows = [measure_labelling(index, gold) for gold in golds]
        before, after = (statistics.fmean(row[column] for row in rows) for column in (0, 1)) if rows else (0.0, 0.0)
        print(f"{BATCH_COUNT} batches labelled, {name}: AP on the half that was not {before:.3f} -> {after:.3f}")
    milliseconds = []
    for gold in tags:
        started = time.perf_counter()
        rank(index, gold.draws()[0])
        milliseconds.append(1000 * (time.perf_counter() - started))
    print(
        f"index of {len(index)} built in {build_seconds:.2f} s; a preview {statistics.median(milliseconds):.0f} ms, "
        f"at most {max(milliseconds):.0f}"
    )


if __name__ == "__main__":
    main()
