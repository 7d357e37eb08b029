"""The whole corpus is read sensibly, where it is there to be read."""

import gzip
import json

import pytest

from handlers.parsing.owners import build_owner_directory, built_in_owners, is_auditor
from handlers.parsing.report_forms import extract_report_text
from handlers.parsing.tags import BUILT_IN_SECTIONS
from handlers.parsing.titles import parse_title
from tests.support.shared import SHARED

CORPUS = SHARED / "corpus" / "bugs.jsonl.gz"
OWNERS = build_owner_directory()

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not part of the project")


@pytest.fixture(scope="module")
def bugs():
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_every_prefix_is_a_known_owner_or_an_auditor(bugs):
    names = {owner.name for owner in built_in_owners()}
    for bug in bugs:
        prefix, colon, _ = bug["summary"].partition(":")
        ca = parse_title(bug["summary"], OWNERS).ca
        assert ca in names if colon and not is_auditor(prefix) else ca is None or ca in names


def test_only_nineteen_titles_name_no_ca(bugs):
    assert sum(parse_title(bug["summary"], OWNERS).ca is None for bug in bugs) == 19


@pytest.mark.parametrize("name", ["Entrust", "IdenTrust", "SSL.com", "GoDaddy"])
def test_an_owner_has_exactly_the_titles_that_begin_with_its_name(bugs, name):
    begin = sum(bug["summary"].replace(" :", ":").startswith(name + ":") for bug in bugs)
    assert sum(parse_title(bug["summary"], OWNERS).ca == name for bug in bugs) == begin


def test_first_comments_without_a_word_are_about_a_twelfth(bugs):
    assert 90 <= sum(extract_report_text(bug["comments"][0]["text"]) == "" for bug in bugs) <= 130


def test_spellings_are_grouped_as_the_ccadb_groups_them_a_former_owner_with_its_successor():
    groups = {}
    for spelling, ccadb_name in json.loads((SHARED / "domain" / "ca_owners.json").read_text())["owners"].items():
        owner = OWNERS.find(spelling)
        assert owner is not None, spelling
        current = OWNERS.find(owner.successor or owner.name)
        if ccadb_name:
            assert OWNERS.find(ccadb_name) == current
            assert groups.setdefault(ccadb_name, current) == current
        else:
            assert owner.successor is None


def test_every_known_tag_has_its_section():
    known = {entry["tag"] for entry in json.loads((SHARED / "domain" / "tags.json").read_text())["tags"]}
    assert {tag.key for tag in BUILT_IN_SECTIONS} == known - {"ca-compliance"}
