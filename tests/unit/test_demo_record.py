"""The demo's bundled record is well-formed, keeps to the facts of the public record, and is worded anew."""

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from handlers.parsing.documents import referenced_bugs
from handlers.parsing.owners import build_owner_directory
from handlers.parsing.section_request_detection import SectionRequest, detect_section_request
from handlers.parsing.tags import is_known_tag
from handlers.parsing.titles import parse_title
from handlers.parsing.whiteboard import parse_whiteboard
from storage.values.messages import ListMessage
from tests.support.shared import CORPUS, LIST_MESSAGES

RECORD = Path(__file__).resolve().parents[2] / "bot" / "demo" / "record"
OWNERS = build_owner_directory()
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
ROLE = re.compile(
    r"(?:incident-desk@[\w.-]+|program-staff@mozilla\.com|nobody@mozilla\.org|observer@disabled\.tld"
    r"|chrome-root-program@google\.com|apple-root-program@apple\.com)\Z"
)
SPRING = ("2024-03-01", "2024-06-11")
# Runs of this many words are chance or a fixed term; longer ones would be copied.
MAX_COMMON_WORDS = 7

needs_corpus = pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not part of the project")


def read_lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (RECORD / name).read_text(encoding="utf-8").splitlines()]


BUGS = read_lines("bugs.jsonl")
MESSAGES = read_lines("messages.jsonl")


def texts_of(bug: dict[str, Any]) -> list[str]:
    return [bug["summary"], *(comment["text"] for comment in bug["comments"])]


def last_value(bug: dict[str, Any], field: str) -> str:
    return [entry[field] for entry in bug["history"] if field in entry][-1]


def to_message(record: dict[str, Any]) -> ListMessage:
    return ListMessage(
        list=record["list"],
        key=str(record["number"]),
        url="",
        subject=record["subject"],
        author=record["author"],
        posted=datetime.fromisoformat(record["posted"]),
        number=record["number"],
        body=record["body"],
    )


def test_there_are_enough_incidents_and_mails_and_each_once():
    ids = [bug["id"] for bug in BUGS]
    numbers = [message["number"] for message in MESSAGES]
    assert len(ids) >= 110
    assert sum(SPRING[0] <= bug["created"] < SPRING[1] for bug in BUGS) >= 70
    assert len(numbers) >= 10
    assert ids == sorted(set(ids))
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: str(bug["id"]))
def test_an_incident_is_well_formed(bug):
    comments = [comment["time"] for comment in bug["comments"]]
    changes = [entry["when"] for entry in bug["history"]]
    assert comments[0] == changes[0] == bug["created"]
    assert comments == sorted(comments)
    assert changes == sorted(changes)
    assert parse_title(bug["summary"], OWNERS).ca is not None
    assert 6 <= len(bug["summary"].split()) <= 14
    tags = parse_whiteboard(last_value(bug, "whiteboard")).tags
    assert tags
    assert all(map(is_known_tag, tags))
    assert all(text.strip() for text in texts_of(bug))


def test_times_of_mails_follow_their_numbers():
    posted = [message["posted"] for message in MESSAGES]
    assert posted == sorted(posted)


def test_one_mail_asks_for_a_section_with_its_five_bugs():
    requests = [request for message in MESSAGES if (request := detect_section_request(to_message(message)))]
    assert requests == [SectionRequest("geographical", (1658792, 1658794, 1802916, 1804753, 1867130))]
    assert set(requests[0].bugs) <= {bug["id"] for bug in BUGS}


def test_many_incidents_refer_to_others_of_the_record():
    ids = {bug["id"] for bug in BUGS}
    referring = [bug for bug in BUGS if set(referenced_bugs("\n".join(texts_of(bug)))) & (ids - {bug["id"]})]
    assert len(referring) >= 50


def test_no_person_and_no_address_but_those_of_roles():
    logins = {login for bug in BUGS for login in (bug["creator"], bug["assigned_to"])}
    logins |= {comment["author"] for bug in BUGS for comment in bug["comments"]}
    assert {login for login in logins if not ROLE.match(login)} == set()
    written = [text for bug in BUGS for text in texts_of(bug)]
    written += [message[field] for message in MESSAGES for field in ("author", "subject", "body")]
    assert [text for text in written if ADDRESS.search(text)] == []


@pytest.fixture(scope="module")
def corpus():
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        return {bug["id"]: bug for bug in map(json.loads, lines)}


@needs_corpus
def test_the_facts_are_those_of_the_public_record(corpus):
    for bug in BUGS:
        original = corpus[bug["id"]]
        assert bug["created"] == original["creation_time"]
        times = {comment["time"] for comment in original["comments"]}
        assert {comment["time"] for comment in bug["comments"]} <= times
        assert parse_title(bug["summary"], OWNERS).ca == parse_title(original["summary"], OWNERS).ca
        assert parse_whiteboard(last_value(bug, "whiteboard")) == parse_whiteboard(original["whiteboard"])
        assert last_value(bug, "status") == original["status"]
        assert last_value(bug, "resolution") == original["resolution"]


@needs_corpus
def test_every_reference_of_a_first_comment_is_preserved(corpus):
    """Bugs outside of the corpus may be left out: the retelling names what a reader can look up in it."""
    for bug in BUGS:
        original = corpus[bug["id"]]
        text = "\n".join((original["summary"], original["comments"][0]["text"]))
        expected = set(referenced_bugs(text)) & corpus.keys() - {bug["id"]}
        assert expected <= set(referenced_bugs("\n".join(texts_of(bug)))), bug["id"]


@needs_corpus
def test_times_and_numbers_of_mails_are_those_of_the_public_record():
    originals = {message["number"]: message for message in json.loads(LIST_MESSAGES.read_text(encoding="utf-8"))}
    assert [(m["number"], m["posted"]) for m in MESSAGES] == [
        (m["number"], originals[m["number"]]["date"]) for m in MESSAGES
    ]


@needs_corpus
def test_the_wording_is_new(corpus):
    mails = json.loads(LIST_MESSAGES.read_text(encoding="utf-8"))
    titles = {normalize_words(bug["summary"]) for bug in corpus.values()}
    assert [bug["id"] for bug in BUGS if normalize_words(bug["summary"]) in titles] == []
    original_texts = [text for bug in corpus.values() for text in (bug["summary"], bug["comments"][0]["text"])]
    original_texts += [mail[field] for mail in mails for field in ("subject", "body")]
    known = {run for text in original_texts for run in runs_of_words(text)}
    retold = [text for bug in BUGS for text in texts_of(bug)]
    retold += [message[field] for message in MESSAGES for field in ("subject", "body")]
    assert [run for text in retold for run in runs_of_words(text) if run in known] == []


def normalize_words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z]+(?:['’][a-z]+)?", text.casefold()))


def runs_of_words(text: str) -> Iterator[tuple[str, ...]]:
    """Yield runs of one word more than may be common; addresses and the form's own headings are nobody's wording."""
    words = normalize_words("\n".join(without_form(re.sub(r"https?://\S+", " ", text).splitlines())))
    length = MAX_COMMON_WORDS + 1
    return (words[start : start + length] for start in range(len(words) - length + 1))


def without_form(lines: Iterable[str]) -> Iterator[str]:
    return (line for line in lines if not line.lstrip().startswith(("#", "| Action Item")))
