"""Reads the recorded incidents as the classifier sees them, with the product's own parsers."""

import gzip
import json
from datetime import datetime
from pathlib import Path

from handlers.classifier.examples import TrainingExample
from handlers.parsing.owners import build_owner_directory
from handlers.parsing.people import parse_login, reporter_role
from handlers.parsing.report_forms import report_excerpt
from handlers.parsing.tags import BUILT_IN_SECTIONS
from handlers.parsing.titles import parse_title
from handlers.parsing.whiteboard import parse_whiteboard

CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus" / "bugs.jsonl.gz"


def read_examples(path: Path = CORPUS) -> list[TrainingExample]:
    """Return every incident with a tag that names a section, oldest first."""
    owners, sections = build_owner_directory(), {tag.key for tag in BUILT_IN_SECTIONS}
    examples = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for bug in map(json.loads, lines):
            tags = parse_whiteboard(bug["whiteboard"]).tags
            excerpts = (report_excerpt(comment["text"]) for comment in bug["comments"])
            creator, assignee = parse_login(bug["creator"]), parse_login(bug["assigned_to"])
            role = reporter_role(creator, assignee, parse_title(bug["summary"], owners).ca, owners)
            opened = datetime.fromisoformat(bug["creation_time"])
            text = next((excerpt for excerpt in excerpts if excerpt), "")
            examples.append(TrainingExample(bug["summary"], text, role, tags, opened, bug["id"]))
    tagged = (example for example in examples if sections.intersection(example.tags))
    return sorted(tagged, key=lambda example: (example.opened, example.bug))
