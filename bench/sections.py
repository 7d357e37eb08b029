"""How well sections are guessed: learn up to each quarter's start, test on that quarter, 2023-07 to 2024-12."""

import argparse
import gzip
import json
import re
import sys
import time
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from handlers.classifier.examples import Example, Filer
from handlers.classifier.model import RULES_ALONE, Model, classify
from handlers.classifier.rules import TEXT_SECTIONS
from handlers.classifier.training import learn
from handlers.reading.report_forms import opening_of
from handlers.reading.whiteboard import read_whiteboard

CANONICAL = {*TEXT_SECTIONS, "external", "uncategorized", "covid-19", "meta"}
ROOT_PROGRAMS = {"mozilla.com", "mozilla.org", "chromium.org", "fastly.com"}


def tags_of(whiteboard: str) -> tuple[str, ...]:
    return tuple(sorted(set(read_whiteboard(whiteboard).tags) & CANONICAL))


def filer_of(bug: dict) -> Filer:
    domain = bug["creator"].partition("@")[2].removesuffix(".invalid")
    assignee = bug["assigned_to"].partition("@")[2].removesuffix(".invalid")
    if domain in ROOT_PROGRAMS:
        return "a root program"
    own = domain.split(".")[0].replace("-", "")
    prefix = re.sub(r"[^a-z]", "", bug["summary"].lower().partition(":")[0])
    if domain != "gmail.com" and (domain == assignee or own in prefix or prefix in own):
        return "the CA itself"
    return "someone else"


def read_corpus(path: Path) -> list[Example]:
    examples = []
    with gzip.open(path, "rt") as lines:
        for line in lines:
            bug = json.loads(line)
            opened = datetime.fromisoformat(bug["creation_time"])
            text = opening_of(bug["comments"][0]["text"]) if bug["comments"] else ""
            if opened.year <= 2024:
                examples.append(
                    Example(bug["summary"], text, filer_of(bug), tags_of(bug["whiteboard"]), opened, bug["id"])
                )
    return [one for one in examples if one.tags]


def measure(name: str, tests: list[tuple[Model, Example]]) -> None:
    likeliest = right = said = true = first_right = first_said = sure = sure_right = with_sure = 0
    bins: dict[int, list[tuple[float, bool]]] = {}
    began = time.perf_counter()
    guesses = [classify(model, one.question).sections for model, one in tests]
    spent = (time.perf_counter() - began) / max(len(tests), 1)
    for (_, one), guess in zip(tests, guesses, strict=True):
        truth = set(one.tags)
        likeliest += guess[0].section in truth
        everything = {each.section for each in guess}
        first = {each.section for each in guess if each.sure} or {guess[0].section}
        right, said, true = right + len(everything & truth), said + len(everything), true + len(truth)
        first_right, first_said = first_right + len(first & truth), first_said + len(first)
        for each in guess:
            sure += each.sure
            sure_right += each.sure and each.section in truth
        with_sure += guess[0].sure
        bins.setdefault(min(int(guess[0].confidence * 10), 9), []).append(
            (guess[0].confidence, guess[0].section in truth)
        )
    off = [abs(sum(chance for chance, _ in each) - sum(ok for _, ok in each)) for each in bins.values()]
    error = sum(off) / len(tests)
    print(
        f"{name:12} {len(tests):4} bugs  likeliest {likeliest / len(tests):.3f}  "
        f"F1 sure-or-likeliest {2 * first_right / (first_said + true):.3f}  "
        f"with perhaps {2 * right / (said + true):.3f}  "
        f"bugs with sure {with_sure / len(tests):.3f} precision {sure_right / max(sure, 1):.3f}  "
        f"calibration error {error:.3f}  {1000 * spent:.2f} ms a bug"
    )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--corpus", type=Path, default=Path("/work/shared/corpus/bugs.jsonl.gz"))
    asked.add_argument("--since", default="2023-07", help="first quarter's month; tune on earlier years only")
    asked.add_argument("--until", default="2025-01")
    options = asked.parse_args()
    examples = read_corpus(options.corpus)
    year, month = (int(part) for part in options.since.split("-"))
    together: list[tuple[Model, Example]] = []
    longest = 0.0
    while f"{year}-{month:02}" < options.until:
        start = datetime.fromisoformat(f"{year}-{month:02}-01T00:00:00Z")
        year, month = (year, month + 3) if month < 10 else (year + 1, month - 9)
        end = datetime.fromisoformat(f"{year}-{month:02}-01T00:00:00Z")
        began = time.perf_counter()
        model = learn([one for one in examples if one.opened < start])
        longest = max(longest, time.perf_counter() - began)
        tests = [(model, one) for one in examples if start <= one.opened < end]
        if tests:
            measure(f"{start:%Y-%m}", tests)
        together += tests
    measure("all", together)
    measure("rules alone", [(RULES_ALONE, one) for _, one in together])
    print(
        f"learning took at most {longest:.1f} s from {model.learned_from} incidents, {len(model.vocabulary)} features"
    )


if __name__ == "__main__":
    main()
