"""The openings of the corpus that were judged by their form, with who filed them."""

import csv
import gzip
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from handlers.ingest.filings import Filings
from handlers.ingest.interpret import interpret_bug
from handlers.parsing.owners import build_owner_directory
from handlers.parsing.people import parse_login
from handlers.parsing.titles import parse_title
from storage.filings import FiledBug
from storage.values.incidents import Bug, Person
from tests.support.shared import CORPUS

LABELS = Path(__file__).resolve().parents[2] / "bench" / "labels" / "report_forms.csv"


@dataclass(frozen=True, slots=True)
class Opening:
    """The first comment of an incident; `form` is as judged, None for no form."""

    bug: int
    part: str
    form: str | None
    text: str
    posted: datetime
    by_ca: bool


@cache
def recorded():
    """Return the corpus by bug."""
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        return {row["id"]: row for row in map(json.loads, lines)}


def read_labels():
    with LABELS.open(encoding="utf-8", newline="") as lines:
        return [(int(row["bug"]), row["part"], row["form"] or None) for row in csv.DictReader(lines)]


@cache
def judged_openings():
    """Return the judged openings; who filed them is what Rootwatch knew at the filing."""
    owners, rows = build_owner_directory(), recorded()
    bugs = {number: _bug(row) for number, row in rows.items()}
    cas = {number: parse_title(bug.summary, owners).ca for number, bug in bugs.items()}
    filings = Filings({n: FiledBug(n, bug.creator, bug.created, cas[n]) for n, bug in bugs.items()}, ())
    openings = []
    for number, part, form in read_labels():
        comment = rows[number]["comments"][0]
        texts = [(0, comment["text"])]
        role = interpret_bug(bugs[number], owners, texts, cas_filed_on=filings.count_cas(bugs[number])).reporter
        posted = datetime.fromisoformat(comment["time"])
        openings.append(Opening(number, part, form, comment["text"], posted, role == "the CA itself"))
    return tuple(openings)


def _bug(row):
    created = datetime.fromisoformat(row["creation_time"])
    creator = parse_login(row["creator"])
    return Bug(row["id"], row["summary"], "", "NEW", "", True, created, created, None, creator, Person("nobody"))
