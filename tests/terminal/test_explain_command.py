"""The command `rootwatch explain`, which needs neither configuration nor database."""

import json

from bot.cli import main


def test_a_term_is_explained_without_a_database(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["explain", "full", "incident", "report", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["term"], document["kind"], len(document["sentences"])) == ("3-full", "form", 2)
    assert document["link"] == "https://www.ccadb.org/cas/incident-report"
    assert main(["explain", "last call"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "End of the last call, last-call (clock)"
    assert not list(tmp_path.iterdir())


def test_an_unknown_term_ends_with_1_and_says_what_was_meant(capsys):
    assert main(["explain", "revocation"]) == 1
    output = capsys.readouterr()
    assert not output.out
    assert "rootwatch explain leaf-revocation-delay" in output.err
