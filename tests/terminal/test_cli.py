"""The command line: what is wrong usage, what could not be done, and what stands on which stream."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

import bot.app
from bot.cli import main
from bot.cli.parser import read_arguments
from bot.polling.results import PollResult, SyncResult
from handlers.errors import UserError
from handlers.queries.filters import IncidentQuery
from handlers.related.alike import Alike
from handlers.related.echoes import Echo
from handlers.results.incidents import IncidentList, Owner
from handlers.results.messages import ListedMessage, MessageList
from handlers.results.related import AlikeIncident, RelatedIncident, RelatedIncidents
from storage.values.incidents import Bug, Incident, IncidentCounts, IncidentFilter, Person
from storage.values.messages import ListMessage, MessageFilter


def incident(number: int) -> Incident:
    created = datetime(2024, 5, 19, 0, 36, 6, tzinfo=UTC)
    nobody = Person("nobody")
    bug = Bug(number, "Entrust: A thing", "", "NEW", "", True, created, created, None, nobody, nobody)
    return Incident(bug, "Entrust", "A thing", ("ca-compliance",), None, None)


class FakeIncidents:
    def __init__(self) -> None:
        self.calls: list = []

    async def list(self, actor, query, page=None):
        assert actor.is_operator
        self.calls.append(query)
        if query.ca == "Entrsut":
            raise UserError("No CA owner called \x1b[31mEntrsut is known. Did you mean Entrust?")
        if query.ca == "boom":
            raise RuntimeError("the key is hush")
        incidents = tuple(incident(number) for number in (3, 2, 1))
        return IncidentList((Owner("Entrust"),), IncidentFilter(), query.as_text, IncidentCounts(3, 3), (), incidents)

    async def related(self, actor, bug):
        self.calls.append(bug)
        earlier, later = (replace(incident(number), title="Wrong jurisdiction") for number in (2, 3))
        echo = RelatedIncident(Echo(2, 0.81, ("jurisdiction",), "in common", True, True), earlier)
        alike = [AlikeIncident(Alike(bug, 0.7, ("jurisdiction",), True, True), earlier) for bug in (2, 1)]
        return RelatedIncidents(later, (echo, echo), tuple(alike))


class FakeMessages:
    def __init__(self) -> None:
        self.calls: list = []

    async def list(self, actor, query, page=None):
        assert actor.is_operator
        self.calls.append((query.as_text, page))
        mails = tuple(ListMessage("list", str(n), f"https://list.example/{n}", "A", "Ben", None) for n in (3, 2, 1))
        return MessageList(MessageFilter(), query.as_text, 3, tuple(map(ListedMessage, mails)))


class FakeUseCases:
    def __init__(self) -> None:
        self.incidents = FakeIncidents()
        self.messages = FakeMessages()

    def bug_url(self, bug: int) -> str:
        return f"https://bugs.example/show_bug.cgi?id={bug}"


class FakeApp:
    def __init__(self, settings) -> None:
        self.settings = settings
        self.use_cases = FakeUseCases()
        self.closed = False
        self.poll_result = PollResult(1394, 1394, 0, 0, 20)

    async def open(self):
        pass

    async def close(self):
        self.closed = True

    async def poll(self, progress=None, insist=False):
        progress.advance("titles", 1394, 1394)
        return SyncResult(self.poll_result, {"list": PollResult(26, 26)}, 9.44)

    async def check(self):
        return [("database", True, "It is well."), ("token", False, "Set DISCORD_TOKEN.")]

    async def run(self):
        raise asyncio.CancelledError


@pytest.fixture
def built_apps(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ROOTWATCH_CONFIG", raising=False)
    monkeypatch.setenv("BUGZILLA_API_KEY", "hush")
    apps = []

    def build(settings):
        apps.append(FakeApp(settings))
        return apps[-1]

    monkeypatch.setattr(bot.app, "build", build)
    return apps


@pytest.mark.parametrize(
    "line",
    [
        "",
        "incident",
        "frobnicate",
        "summary",
        "similar",
        "similar 3 --limit 0",
        "incidents --limit 0",
        "incidents --limit x",
        "incidents --since 2024-1-1",
        "incidents --until 2024-02-30",
        "incidents --since yesterday",
        "status --frob",
        "list --since 2024-13-01",
    ],
)
def test_wrong_usage_ends_with_2_and_nothing_on_standard_output(line, capsys):
    with pytest.raises(SystemExit) as exit_info:
        main(line.split())
    assert exit_info.value.code == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert "rootwatch" in output.err


@pytest.mark.parametrize("line", ["--json --config x.toml sections", "sections --json --config x.toml"])
def test_common_options_stand_before_or_after_the_command(line):
    arguments = read_arguments(line.split())
    assert (arguments.json, arguments.config, arguments.verbose) == (True, "x.toml", False)


def test_a_configuration_that_cannot_be_read_is_one_sentence(built_apps, capsys):
    assert main(["--config", "nowhere.toml", "status"]) == 1
    output = capsys.readouterr()
    assert (output.out, output.err.count("\n")) == ("", 1)
    assert "nowhere.toml" in output.err


def test_json_is_the_only_thing_on_standard_output(built_apps, capsys):
    line = "incidents Entrust --open --section ev --since 2024-01-01 --until 2024-06-30 --limit 2 --json"
    assert main(line.split()) == 0
    output = capsys.readouterr()
    document = json.loads(output.out)
    assert document["total"] == 3
    assert [incident["bug"] for incident in document["incidents"]] == [3, 2]
    assert output.err == ""
    query = IncidentQuery("Entrust", "ev", "open", date(2024, 1, 1), date(2024, 6, 30))
    assert built_apps[0].use_cases.incidents.calls == [query]
    assert built_apps[0].closed


def test_similar_prints_its_document_and_the_limit_cuts_it(built_apps, capsys):
    assert main(["similar", "3", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["bug"], len(document["echoes"]), len(document["alike"])) == (3, 2, 2)
    assert document["echoes"][0] | {"bug": 2, "score": 0.81, "why": ["jurisdiction"]} == document["echoes"][0]
    assert main(["similar", "3", "--json", "--limit", "1"]) == 0
    limited = json.loads(capsys.readouterr().out)
    assert (len(limited["echoes"]), len(limited["alike"])) == (1, 1)
    assert limited["table"] == document["table"] == [2, 2]
    assert main(["similar", "3", "--limit", "1"]) == 0
    assert "| [2](https://bugs.example/show_bug.cgi?id=2) | 2024-05-19 |" in capsys.readouterr().out


def test_text_in_a_pipe_holds_one_line_for_each_incident_with_its_link(built_apps, capsys):
    assert main(["incidents"]) == 0
    rows = [row for row in capsys.readouterr().out.splitlines() if "show_bug.cgi" in row]
    assert [row.split()[0] for row in rows] == ["3", "2", "1"]


def test_what_cannot_be_answered_is_one_harmless_sentence(built_apps, capsys):
    assert main(["incidents", "Entrsut", "--json"]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert "Did you mean Entrust?" in output.err
    assert "\x1b" not in output.err


def test_a_fault_is_one_sentence_without_secrets_and_the_app_is_closed(built_apps, capsys):
    assert main(["incidents", "boom"]) == 1
    errors = capsys.readouterr().err
    assert "RuntimeError" in errors
    assert "hush" not in errors
    assert errors.count("\n") == 1
    assert built_apps[0].closed


def test_sync_prints_its_document_and_progress_on_the_other_stream(built_apps, capsys):
    assert main(["sync", "--json"]) == 0
    output = capsys.readouterr()
    document = json.loads(output.out)
    assert document["bugzilla"] == {
        "seen": 1394, "new": 1394, "changed": 0, "gone": 0, "requests": 20, "error": None,
    }  # fmt: skip
    assert document["lists"] == {"list": {"seen": 26, "new": 26, "error": None}}
    assert document["seconds"] == 9.4
    assert "titles" in output.err


def test_a_source_that_failed_is_1_with_the_document(built_apps, capsys, monkeypatch):
    monkeypatch.setattr(FakeApp, "poll", _poll_with_a_failure)
    assert main(["sync", "--json"]) == 1
    output = capsys.readouterr()
    assert json.loads(output.out)["lists"]["list"]["error"] == "It does not answer."
    assert output.err == "list: It does not answer.\n"


async def _poll_with_a_failure(self, progress=None, insist=False):
    return SyncResult(self.poll_result, {"list": PollResult(error="It does not answer.")}, 1)


def test_check_fails_when_one_result_does(built_apps, capsys):
    assert main(["check"]) == 1
    assert "FAIL  token: Set DISCORD_TOKEN." in capsys.readouterr().out


def test_an_interruption_ends_with_130(built_apps, monkeypatch):
    async def interrupted(self, stopping):
        raise KeyboardInterrupt

    monkeypatch.setattr(FakeApp, "run", interrupted)
    assert main(["run"]) == 130


def test_a_reader_that_went_away_is_no_fault(built_apps, monkeypatch, capsys):
    def write_to_closed_pipe(text):
        raise BrokenPipeError

    monkeypatch.setattr("bot.cli.output.write", write_to_closed_pipe)
    monkeypatch.setattr("os.dup2", lambda *_: None)
    monkeypatch.setattr("sys.stdout.fileno", lambda: 1, raising=False)
    assert main(["incidents"]) == 1
    assert capsys.readouterr().err == ""


def test_mails_are_listed_as_one_document_with_all_that_match_counted(built_apps, capsys):
    assert main(["list", "Entrust", "2024-05", "--until", "2024-05-30", "--limit", "2", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["total"], len(document["messages"])) == (3, 2)
    assert set(document["messages"][0]) == {"list", "url", "subject", "author", "posted", "bugs", "cas", "thread"}
    assert built_apps[0].use_cases.messages.calls == [("Entrust since:2024-05-01 until:2024-05-30", None)]


def test_mails_are_listed_in_a_pipe_with_their_addresses(built_apps, capsys):
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "3 mails"
    assert lines[1] == "A"
    assert lines[2].endswith("without a date · Ben  https://list.example/3")
