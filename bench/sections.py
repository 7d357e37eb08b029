"""How well sections are guessed: learn up to each quarter's start, test on that quarter, 2023-07 to 2024-12."""

import argparse
import math
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.corpus import CORPUS, read_examples
from handlers.classifier.examples import TrainingExample
from handlers.classifier.explain import explain
from handlers.classifier.model import RULES_ONLY, classify
from handlers.classifier.rules import TEXT_SECTIONS
from handlers.classifier.training import train
from handlers.parsing.tags import BUILT_IN_SECTIONS

DRAWS = 1000
BINS = 10
SECTIONS = {tag.key for tag in BUILT_IN_SECTIONS}


@dataclass(frozen=True, slots=True)
class Answered:
    """One incident with what was guessed of it: the likeliest section, its probability, and the sure ones.

    Its tags that are no sections (unknown ones) are nobody's to guess.
    """

    example: TrainingExample
    likeliest: str
    chance: float
    sure: tuple[str, ...]

    @property
    def right(self) -> bool:
        return self.likeliest in self.truth

    @property
    def truth(self) -> set[str]:
        return {tag for tag in self.example.tags if tag in SECTIONS}

    @property
    def said(self) -> set[str]:
        return set(self.sure) or {self.likeliest}


def share(parts: Sequence[bool]) -> float:
    return sum(parts) / len(parts) if parts else math.nan


def likeliest(answers: Sequence[Answered]) -> float:
    return share([one.right for one in answers])


def micro_f1(answers: Sequence[Answered]) -> float:
    right = sum(len(one.said & one.truth) for one in answers)
    return 2 * right / max(1, sum(len(one.said) + len(one.truth) for one in answers))


def sure_share(answers: Sequence[Answered]) -> float:
    return share([bool(one.sure) for one in answers])


def sure_precision(answers: Sequence[Answered]) -> float:
    return share([section in one.truth for one in answers for section in one.sure])


def calibration_error(answers: Sequence[Answered]) -> float:
    off = [abs(sum(one.chance - one.right for one in part)) for part in binned(answers)]
    return sum(off) / max(1, len(answers))


def binned(answers: Sequence[Answered]) -> list[list[Answered]]:
    return [[one for one in answers if min(int(one.chance * BINS), BINS - 1) == number] for number in range(BINS)]


def chance_of_error(answers: Sequence[Answered], rng: random.Random) -> float:
    """The calibration error that probabilities which are exactly true would show on so few incidents."""
    found = []
    for _ in range(200):
        off = [abs(sum(one.chance - (rng.random() < one.chance) for one in part)) for part in binned(answers)]
        found.append(sum(off) / max(1, len(answers)))
    return sum(found) / len(found)


MEASURES: tuple[tuple[str, Callable[[Sequence[Answered]], float]], ...] = (
    ("likeliest right", likeliest),
    ("micro-F1", micro_f1),
    ("sure of something", sure_share),
    ("right where sure", sure_precision),
    ("calibration error", calibration_error),
)


def interval(answers: Sequence[Answered], measure: Callable[[Sequence[Answered]], float]) -> tuple[float, float]:
    """Where the figure lies in 95 of 100 draws of as many incidents from these, with replacement."""
    rng = random.Random(7)
    found = sorted(measure(rng.choices(answers, k=len(answers))) for _ in range(DRAWS))
    return found[DRAWS // 40], found[-DRAWS // 40]


def ask_learned(known: Sequence[TrainingExample]) -> Callable[[TrainingExample], Answered]:
    model = train(known)

    def ask(one: TrainingExample) -> Answered:
        found = classify(model, one.instance).sections
        return Answered(one, found[0].section, found[0].confidence, tuple(each.section for each in found if each.confident))

    return ask


def ask_rules(_known: Sequence[TrainingExample]) -> Callable[[TrainingExample], Answered]:
    def ask(one: TrainingExample) -> Answered:
        found = classify(RULES_ONLY, one.instance).sections
        return Answered(one, found[0].section, found[0].confidence, tuple(each.section for each in found if each.confident))

    return ask


def ask_sklearn(known: Sequence[TrainingExample]) -> Callable[[TrainingExample], Answered]:
    """What twenty lines of scikit-learn make of the same texts; sure from .8 on."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.preprocessing import MultiLabelBinarizer

    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=3, sublinear_tf=True)
    names = MultiLabelBinarizer(classes=list(TEXT_SECTIONS))
    truth = names.fit_transform([[tag for tag in one.tags if tag in TEXT_SECTIONS] for one in known])
    asked = make_pipeline(make_union(words, letters), OneVsRestClassifier(LogisticRegression(C=10)))
    asked.fit([f"{one.title}\n{one.text}" for one in known], truth)

    def ask(one: TrainingExample) -> Answered:
        chances = dict(zip(TEXT_SECTIONS, asked.predict_proba([f"{one.title}\n{one.text}"])[0], strict=True))
        best = max(chances, key=chances.__getitem__)
        return Answered(one, best, float(chances[best]), tuple(name for name in chances if chances[name] >= 0.8))

    return ask


WAYS = {"Rootwatch": ask_learned, "rules alone": ask_rules, "scikit-learn": ask_sklearn}


def quarters(since: str, until: str) -> list[tuple[datetime, datetime]]:
    year, month = (int(part) for part in since.split("-"))
    found = []
    while f"{year}-{month:02}" < until:
        start = f"{year}-{month:02}"
        year, month = (year, month + 3) if month < 10 else (year + 1, month - 9)
        begin, end = (datetime.fromisoformat(f"{each}-01T00:00:00Z") for each in (start, f"{year}-{month:02}"))
        found.append((begin, end))
    return found


def show(way: str, answers: Sequence[Answered]) -> None:
    print(f"\n{way}: {len(answers)} incidents")
    for name, measure in MEASURES:
        low, high = interval(answers, measure)
        print(f"  {name:20} {measure(answers):.3f}  ({low:.3f} to {high:.3f})")
    by_chance = chance_of_error(answers, random.Random(7))
    print(f"  {'':20} exactly true probabilities would show a calibration error of {by_chance:.3f}")


def show_groups(answers: Sequence[Answered]) -> None:
    print("\nby quarter (likeliest right, sure, right where sure)")
    for quarter in sorted({_quarter(one) for one in answers}):
        part = [one for one in answers if _quarter(one) == quarter]
        print(f"  {quarter}  {len(part):3}  {likeliest(part):.3f}  {sure_share(part):.3f}  {sure_precision(part):.3f}")
    print("by year")
    for year in sorted({one.example.opened.year for one in answers}):
        part = [one for one in answers if one.example.opened.year == year]
        figures = "  ".join(f"{name} {measure(part):.3f}" for name, measure in MEASURES)
        print(f"  {year}  {len(part):3}  {figures}")
    print("by section (incidents; found as likeliest or sure; right where said; sure and right of sure)")
    held = Counter(section for one in answers for section in one.truth)
    for section, count in held.most_common():
        found = sum(section in one.said for one in answers if section in one.truth)
        said = [section in one.truth for one in answers if section in one.said]
        sure = [section in one.truth for one in answers if section in one.sure]
        print(f"  {section:24} {count:3}  {found / count:.2f}  {share(said):.2f}  {sum(sure)} of {len(sure)}")


def show_reliability(answers: Sequence[Answered]) -> None:
    print("\nreliability: said (o) and found (x) of the likeliest, by tenths")
    for part in binned(answers):
        if part:
            said, found = share([one.chance for one in part]), likeliest(part)
            line = [" "] * 51
            line[round(50 * said)] = "o"
            line[round(50 * found)] = "x" if round(50 * said) != round(50 * found) else "*"
            print(f"  {len(part):3} |{''.join(line)}| said {said:.2f}, found {found:.2f}")


def show_wrong(answers: Sequence[Answered], count: int) -> None:
    print(f"\n{count} wrong answers, the most confident first")
    for one in sorted((one for one in answers if not one.right), key=lambda one: -one.chance)[:count]:
        print(f"  {one.example.bug} {one.chance:.2f} {one.likeliest} for {sorted(one.truth)}: {one.example.title[:90]}")


def _quarter(one: Answered) -> str:
    return f"{one.example.opened:%Y}-{(one.example.opened.month - 1) // 3 * 3 + 1:02}"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--corpus", type=Path, default=CORPUS)
    asked.add_argument("--since", default="2023-07", help="first quarter's month; tune on earlier years only")
    asked.add_argument("--until", default="2025-01")
    asked.add_argument("--wrong", type=int, default=0, metavar="N", help="show N wrong answers")
    options = asked.parse_args()
    examples = read_examples(options.corpus)
    answers: dict[str, list[Answered]] = {name: [] for name in WAYS}
    learning, asking = [], []
    for start, end in quarters(options.since, options.until):
        known = [one for one in examples if one.opened < start]
        tests = [one for one in examples if start <= one.opened < end]
        for name, way in WAYS.items():
            began = time.perf_counter()
            ask = way(known)
            learned = time.perf_counter()
            answers[name] += [ask(one) for one in tests]
            if name == "Rootwatch" and tests:
                learning.append(learned - began)
                asking.append((time.perf_counter() - learned) / len(tests) * 1000)
    for name in WAYS:
        show(name, answers[name])
    show_groups(answers["Rootwatch"])
    show_reliability(answers["Rootwatch"])
    model, last = train(known), tests or examples[-50:]
    began = time.perf_counter()
    for one in last:
        explain(model, one.instance)
    explaining = (time.perf_counter() - began) / len(last) * 1000
    print(
        f"\nlearning {min(learning):.1f} to {max(learning):.1f} s; "
        f"from all {len(known)}: {len(model.vocabulary)} features"
    )
    print(f"{min(asking):.2f} ms a bug (the best quarter; median {sorted(asking)[len(asking) // 2]:.2f}), ", end="")
    print(f"with reasons {explaining:.1f} ms")
    show_wrong(answers["Rootwatch"], options.wrong)


if __name__ == "__main__":
    main()
