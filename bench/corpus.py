"""The recorded incidents as the classifier sees them: read by the product's own readers."""

import gzip
import json
from datetime import datetime
from pathlib import Path

from handlers.classifier.examples import TrainingExample
from handlers.parsing.owners import build_owner_directory
from handlers.parsing.people import reporter_role, parse_login
from handlers.parsing.report_forms import report_excerpt
from handlers.parsing.tags import BUILT_IN_SECTIONS
from handlers.parsing.titles import parse_title
from handlers.parsing.whiteboard import parse_whiteboard

CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus" / "bugs.jsonl.gz"


def read_examples(path: Path = CORPUS) -> list[TrainingExample]:
    """Read every incident that has a tag which names a section, oldest first."""
    owners, sections = build_owner_directory(), {tag.key for tag in BUILT_IN_SECTIONS}
    examples = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for bug in map(json.loads, lines):
            tags = parse_whiteboard(bug["whiteboard"]).tags
            said = (report_excerpt(comment["text"]) for comment in bug["comments"])
            creator, assignee = parse_login(bug["creator"]), parse_login(bug["assigned_to"])
            filer = reporter_role(creator, assignee, parse_title(bug["summary"], owners).ca, owners)
            opened = datetime.fromisoformat(bug["creation_time"])
            text = next((each for each in said if each), "")
            examples.append(TrainingExample(bug["summary"], text, filer, tags, opened, bug["id"]))
    return sorted((one for one in examples if sections.intersection(one.tags)), key=lambda one: (one.opened, one.bug))
