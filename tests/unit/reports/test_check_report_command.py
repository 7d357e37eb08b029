"""`rootwatch check-report`: reads a file or standard input, needs no database, says what is missing."""

import io
import json
import sys

import pytest

from bot.cli import main

DRAFT = """## Full Incident Report
### Summary
- **Incident description**: Two certificates \x1b[31mwere wrong.
- **Source of incident disclosure**: A colleague
### Impact
- **Total number of certificates**: 2
"""


@pytest.fixture
def draft(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "draft.md"
    path.write_text(DRAFT, encoding="utf-8")
    return path


def test_the_json_document_has_the_keys_of_the_design(draft, capsys):
    assert main(["check-report", str(draft), "--as-of", "2025-08-01", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["form"], document["version"], document["in_force"]) == ("3-full", "3.1", "3.1")
    assert document["allowed"]
    assert "types" in document["missing"]
    assert document["na"] == []
    assert {"field", "text", "rule"} <= set(document["remarks"][0])
    assert not list(draft.parent.glob("*.db"))


def test_the_text_names_the_form_what_is_missing_and_each_rule(draft, capsys):
    assert main(["check-report", str(draft), "--as-of", "2025-08-01"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "3-full (full incident report), version 3.1; in force: 3.1; allowed."
    assert lines[1].startswith("Missing, empty or template text: ccadb-id, start")
    assert lines[2].startswith("source: The source is one of Self Reported")
    assert "\x1b" not in "".join(lines)


def test_a_dash_reads_standard_input(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(DRAFT.encode())))
    assert main(["--json", "check-report", "-", "--as-of", "2026-04-01"]) == 0
    assert json.loads(capsys.readouterr().out)["version"] == "3.2"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"\xef\xbb\xbfWeekly update: nothing new."])
def test_odd_content_has_no_form(tmp_path, capsys, content):
    path = tmp_path / "odd"
    path.write_bytes(content)
    assert main(["check-report", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["form"] is None


def test_what_cannot_be_read_is_one_sentence(tmp_path, capsys):
    assert main(["check-report", str(tmp_path / "nothing")]) == 1
    assert main(["check-report", str(tmp_path)]) == 1
    large = tmp_path / "large"
    large.write_bytes(b"a" * 1_000_001)
    assert main(["check-report", str(large)]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert len(output.err.splitlines()) == 3


def test_a_draft_longer_than_a_comment_is_read_as_far_as_a_comment_goes(tmp_path, capsys):
    path = tmp_path / "long"
    path.write_text(DRAFT + "a" * 70_000, encoding="utf-8")
    assert main(["check-report", str(path)]) == 0
    assert "Only the first 65,535 characters were read" in capsys.readouterr().out
