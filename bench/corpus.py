"""The recorded incidents as the classifier sees them: read by the product's own readers."""

import gzip
import json
from datetime import datetime
from pathlib import Path

from handlers.classifier.examples import Example
from handlers.parsing.owners import owner_table
from handlers.parsing.people import filer_of, person_of
from handlers.parsing.report_forms import opening_of
from handlers.parsing.tags import CANONICAL
from handlers.parsing.titles import read_title
from handlers.parsing.whiteboard import read_whiteboard

CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus" / "bugs.jsonl.gz"


def read_examples(path: Path = CORPUS) -> list[Example]:
    """Read every incident that has a tag which names a section, oldest first."""
    owners, sections = owner_table(), {tag.key for tag in CANONICAL}
    examples = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for bug in map(json.loads, lines):
            tags = read_whiteboard(bug["whiteboard"]).tags
            said = (opening_of(comment["text"]) for comment in bug["comments"])
            creator, assignee = person_of(bug["creator"]), person_of(bug["assigned_to"])
            filer = filer_of(creator, assignee, read_title(bug["summary"], owners).ca, owners)
            opened = datetime.fromisoformat(bug["creation_time"])
            text = next((each for each in said if each), "")
            examples.append(Example(bug["summary"], text, filer, tags, opened, bug["id"]))
    return sorted((one for one in examples if sections.intersection(one.tags)), key=lambda one: (one.opened, one.bug))
