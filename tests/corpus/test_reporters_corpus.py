"""Who filed a hundred bugs of the corpus, judged by reading them: drawn by a seed before any rule was tried."""

import gzip
import json
import random
from datetime import datetime
from pathlib import Path

import pytest

from handlers.ingest.filings import Filings
from handlers.ingest.interpret import interpret_bug
from handlers.parsing.owners import build_owner_directory
from handlers.parsing.people import parse_login
from handlers.parsing.titles import parse_title
from storage.filings import FiledBug
from storage.values.incidents import Bug, Person
from tests.support.shared import SHARED

CORPUS = SHARED / "corpus" / "bugs.jsonl.gz"
LABELS = json.loads(Path(__file__).with_name("reporters.json").read_text(encoding="utf-8"))
ROLES = ("the CA itself", "a root program", "someone else")
OWNERS = build_owner_directory()

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not part of the project")


@pytest.fixture(scope="module")
def recorded():
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def build_bug(bug) -> Bug:
    created = datetime.fromisoformat(bug["creation_time"])
    creator = parse_login(bug["creator"])
    return Bug(bug["id"], bug["summary"], "", "NEW", "", True, created, created, None, creator, Person("nobody"))


def test_the_hundred_are_those_that_the_seed_draws(recorded) -> None:
    drawn = random.Random(20240617).sample(sorted(bug["id"] for bug in recorded), 100)
    assert sorted(bug for role in ROLES for bug in LABELS[role]) == sorted(drawn)


def test_at_least_ninety_five_of_a_hundred_are_right(recorded) -> None:
    bugs = {bug["id"]: build_bug(bug) for bug in recorded}
    cas = {number: parse_title(bug.summary, OWNERS).ca for number, bug in bugs.items()}
    filings = Filings({n: FiledBug(n, bug.creator, bug.created, cas[n]) for n, bug in bugs.items()}, ())
    texts = {bug["id"]: list(enumerate(comment["text"] for comment in bug["comments"])) for bug in recorded}
    wrong = [
        bug
        for role in ROLES
        for bug in LABELS[role]
        if role != interpret_bug(bugs[bug], OWNERS, texts[bug], cas_filed_on=filings.count_cas(bugs[bug])).reporter
    ]
    assert len(wrong) <= 5, wrong
