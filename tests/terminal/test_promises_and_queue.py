"""The commands commitments and queue on the invented lives, from Bugzilla to the JSON document."""

import json

import pytest

from bot.cli import main
from tests.support.lives import LIVES
from tests.support.replay import replay

pytestmark = pytest.mark.skipif(not LIVES.exists(), reason="the invented lives are not part of the project")
AMBER = 3000004


def keys(commitments):
    return {(entry["bug"], entry["comment"], entry["due"]): entry["became"] for entry in commitments}


def test_promises_and_what_became_of_them_are_those_that_were_read_by_hand(ask):
    shown = keys(ask("commitments", "--json")["commitments"])
    by_hand = keys(json.loads((LIVES / "commitments_dev.json").read_text())["commitments"])
    common = shown.keys() & by_hand.keys()
    assert 2 * len(common) / (len(shown) + len(by_hand)) >= 0.85
    assert sum(shown[key] == by_hand[key] for key in common) >= 0.9 * len(common)


def test_the_document_has_every_promised_key_and_the_end_that_another_bug_tells(ask):
    commitments = ask("commitments", "--bug", str(AMBER), "--json")["commitments"]
    promise = next(entry for entry in commitments if entry["of_bug"])
    assert promise.keys() >= {
        "bug", "comment", "kind", "text", "due", "became", "told_in", "late_days", "changes",
    }  # fmt: skip
    assert (promise["became"], promise["of_bug"]) == ("late", 3000005)
    moved = next(entry for entry in commitments if entry["changes"])
    assert moved["changes"] == [{"comment": 8, "from": "2024-11-30", "to": "2025-01-31", "after_due": False}]


def test_only_what_was_known_at_a_past_moment_is_used(ask):
    early = ask("commitments", "--bug", str(AMBER), "--as-of", "2024-10-01", "--json")
    assert early["as_of"] == "2024-10-01T23:59:59Z"
    assert {entry["became"] for entry in early["commitments"]} <= {"open", "done"}
    assert not any(entry["of_bug"] for entry in early["commitments"])
    assert not ask("commitments", "--bug", str(AMBER), "--as-of", "2020-01-01", "--json")["commitments"]


def test_the_words_broken_and_open_narrow_it(ask):
    everything = ask("commitments", "--json")["commitments"]
    broken = ask("commitments", "broken", "--json")["commitments"]
    assert broken
    assert all(entry["broken"] for entry in broken)
    assert len(broken) == sum(entry["broken"] for entry in everything)
    assert {entry["became"] for entry in ask("commitments", "open", "--json")["commitments"]} == {"open"}


def test_the_text_has_the_words_who_said_them_when_and_the_links(ask):
    text = ask("commitments", "--bug", str(AMBER))
    assert text.startswith(f"Bug {AMBER}: ")
    assert "“we will revoke those 12 by 2024-10-31”" in text
    assert "due 31 October 2024, done on 28 April 2025, 179 days late" in text
    assert "promise by " in text
    assert f"show_bug.cgi?id={AMBER}#c0" in text
    assert "told in 3000005" in text


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (("--as-of", "yesterday"), "yesterday is neither a day nor a moment"),
        (("--bug", "99"), "Rootwatch does not know bug 99"),
        (("Nobody", "at", "home"), "Nobody at home"),
    ],
)
def test_what_cannot_be_answered_ends_with_1_and_a_sentence(ask, line, sentence):
    assert sentence in ask("commitments", *line, code=1)


def test_the_queue_names_each_bug_with_why_and_since_when_what_waits_longest_first(tmp_path, capsys):
    path = tmp_path / "rootwatch.toml"
    with replay("2025-09-10", corpus=LIVES / "lives_dev.jsonl") as server:
        path.write_text(f'[database]\nurl = "sqlite:///queue.db"\n[bugzilla]\nurl = "{server.url}"\n')
        assert main(["--config", str(path), "sync", "--json"]) == 0
    capsys.readouterr()
    assert main(["--config", str(path), "queue", "--json"]) == 0
    entries = json.loads(capsys.readouterr().out)["queue"]
    closure, question = {"why": "closure-asked", "until": None}, {"why": "question", "until": "2025-09-12"}
    assert entries == [
        {"bug": 3000018, "ca": "Pergola Trust", "since": "2025-09-05T15:00:00Z", "comment": 2, **question},
        {"bug": 3000021, "ca": "Rowan Seal", "since": "2025-09-05T10:00:00Z", "comment": 11, **closure},
    ]
    assert main(["--config", str(path), "queue"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("2 incidents need a word: closing asked for 1 · questions unanswered 1\n")
    assert "show_bug.cgi?id=3000018#c2" in text
