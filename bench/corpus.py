"""Reads the recorded incidents as the classifier sees them, with the product's own parsers."""

import gzip
import json
from datetime import datetime
from pathlib import Path

from handlers.classifier.examples import TrainingExample
from handlers.parsing.report_forms import extract_report_text
from handlers.parsing.tags import BUILT_IN_SECTIONS
from handlers.parsing.whiteboard import parse_whiteboard

CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus" / "bugs.jsonl.gz"


def read_examples(path: Path = CORPUS) -> list[TrainingExample]:
    """Return every incident with a tag that names a section, oldest first."""
    sections, examples = {tag.key for tag in BUILT_IN_SECTIONS}, []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for bug in map(json.loads, lines):
            report_texts = (extract_report_text(comment["text"]) for comment in bug["comments"])
            text = next((report_text for report_text in report_texts if report_text), "")
            opened, tags = datetime.fromisoformat(bug["creation_time"]), parse_whiteboard(bug["whiteboard"]).tags
            examples.append(TrainingExample(bug["summary"], text, tags, opened, bug["id"]))
    tagged = (example for example in examples if sections.intersection(example.tags))
    return sorted(tagged, key=lambda example: (example.opened, example.bug))
