"""A handful of examples finds the rest of the whole corpus, where it is there to be searched."""

import gzip
import json
import re
from datetime import datetime

import pytest

from handlers.parsing.documents import IncidentDocument
from handlers.parsing.owners import build_owner_directory, built_in_owners, normalize_name
from handlers.parsing.report_forms import extract_report_text
from handlers.parsing.titles import parse_title
from handlers.similarity.index import SimilarityIndex
from handlers.similarity.ranking import MIN_COHESION, rank
from handlers.similarity.topics import find_topic
from tests.support.shared import SHARED

GEOGRAPHICAL = (1658792, 1658794, 1802916, 1804753, 1867130)

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the corpus is not part of the project")


@pytest.fixture(scope="module")
def index():
    owners = build_owner_directory()
    with gzip.open(SHARED / "corpus" / "bugs.jsonl.gz", "rt", encoding="utf-8") as lines:
        bugs = [json.loads(line) for line in lines]
    known = {bug["id"] for bug in bugs}
    documents = []
    for bug in bugs:
        title, first_comment = parse_title(bug["summary"], owners), bug["comments"][0]["text"]
        named = [int(digits) for digits in re.findall(r"(?<!\d)\d{6,7}(?!\d)", f"{bug['summary']} {first_comment}")]
        refers_to = tuple(number for number in named if number in known and number != bug["id"])
        opened_at = datetime.fromisoformat(bug["creation_time"])
        documents.append(
            IncidentDocument(bug["id"], title.title, extract_report_text(first_comment), title.ca, opened_at, refers_to)
        )
    return SimilarityIndex(owners, documents)


def average_precision(bugs, members):
    hits, total = 0, 0.0
    for position, bug in enumerate(bugs, 1):
        if bug in members:
            hits += 1
            total += hits / position
    return total / len(members)


@pytest.mark.parametrize("name", ["keys", "caa"])
def test_five_examples_find_a_list_that_was_made_by_hand(index, name):
    gold = json.loads((SHARED / "corpus" / "sections_dev.json").read_text())[name]
    order = [m.bug for m in rank(index, gold["examples"]).matches if m.bug not in gold["borderline"]]
    members = set(gold["yes"]) - set(gold["examples"])
    assert average_precision(order, members) > 0.95
    assert set(order[:20]) <= members


def test_the_geographical_five_bring_the_incidents_that_echo_them(index):
    ranking = rank(index, GEOGRAPHICAL, name="Geographical incidents")
    assigned = {match.bug for match in ranking.matches[: ranking.would_assign]}
    # one of 2024-05 that says nothing but its title, its delayed report and revocation, and others years before
    assert {1897630, 1898847, 1898848, 1551362, 1648997, 1709070} <= assigned
    assert 60 < ranking.would_assign < 140
    assert ranking.cohesion >= MIN_COHESION


def test_a_delayed_revocation_that_names_only_its_parent_comes_with_it(index):
    ranking = rank(index, GEOGRAPHICAL)
    reasons = {match.bug: match.reasons for match in ranking.matches}
    assert reasons[1656487] == ("follows 1653284",)
    assert reasons[1861682] == ("follows 1860750",)


def test_a_name_alone_finds_the_incidents_of_its_topic(index):
    gold = json.loads((SHARED / "corpus" / "sections_dev.json").read_text())["caa"]
    order = [m.bug for m in rank(index, (), topic=find_topic("CAA checking")).matches]
    assert len(set(order[:20]) & {*gold["yes"], *gold["borderline"]}) == 20


def test_no_reason_names_a_ca(index):
    names = {normalize_name(name) for owner in built_in_owners() for name in (owner.name, *owner.aliases)}
    ranking = rank(index, [bug for bug, row in index.rows.items() if row.ca == "Entrust"][:5])
    assert not {normalize_name(reason) for match in ranking.matches for reason in match.reasons} & names
