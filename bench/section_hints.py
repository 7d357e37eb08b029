"""Measures what the fields of reports add to sections by text, on the invented lives and on reports written for it.

The model is trained on the whole corpus, whose texts end after 1,000 characters: before the fields, mostly.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.corpus import read_examples
from handlers.classification.field_hints import with_field_hints
from handlers.classification.training_sets import Texts, to_instance
from handlers.classifier import model, training
from handlers.parsing.whiteboard import parse_whiteboard
from storage.values.incidents import Assignment, Bug, BugLinks, Incident, Person
from tests.support.field_reports import REPORTS
from tests.support.lives import read_lives

Case = tuple[str, str, Texts, frozenset[str], datetime]
NOBODY = Person("", "")
DAY = datetime(2025, 9, 1, tzinfo=UTC)


def cases() -> Iterator[Case]:
    """Yield (set, title, texts, sections, day) of each incident."""
    for life in read_lives().values():
        tags = frozenset(parse_whiteboard(life.whiteboard).tags) - {"ca-compliance"}
        texts = [(comment.number, comment.text) for comment in life.comments[:8] if comment.text][:4]
        if not tags & {"meta", "ca-infosharing"}:
            yield "lives", life.summary, texts, tags, life.created
    for report in REPORTS:
        yield "own reports", report.title, [(0, report.text)], frozenset(report.sections), DAY


def main() -> None:
    """Print how often the likeliest section is right, and how many sections of the tags are named, both ways."""
    trained = training.train(read_examples())
    counts: dict[tuple[str, str], list[int]] = {}
    for name, title, texts, sections, day in cases():
        incident = _incident(title, day)
        plain = model.classify(trained, to_instance(incident, texts)).assignments
        for method, predicted in (("without", plain), ("with", with_field_hints(plain, title, texts, day))):
            row = counts.setdefault((name, method), [0, 0, 0, 0, 0])
            named = {entry.section for entry in predicted}
            for index, number in enumerate(
                (1, predicted[0].section in sections, len(sections), len(named & sections), len(named - sections))
            ):
                row[index] += number
            if "--wrong" in sys.argv and method == "with" and predicted[0].section not in sections:
                _show(title, sections, plain, predicted)
    for (name, method), row in counts.items():
        print(
            f"{name}, {method} fields: likeliest right {row[1]} of {row[0]}; "
            f"of {row[2]} sections {row[3]} named; {row[4]} wrong ones named"
        )


def _incident(title: str, day: datetime) -> Incident:
    bug: Any = Bug(1, title, "", "NEW", "", True, day, day, None, NOBODY, NOBODY, 1, BugLinks())
    return Incident(bug, None, title, (), None, None)


def _show(title: str, sections: frozenset[str], plain: Sequence[Assignment], predicted: Sequence[Assignment]) -> None:
    print(title, sorted(sections))
    for name, entries in (("without", plain), ("with", predicted)):
        print("   ", name, [(entry.section, entry.confidence, entry.reasons[:1]) for entry in entries])


if __name__ == "__main__":
    main()
