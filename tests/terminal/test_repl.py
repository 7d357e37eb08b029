"""The chat in a pipe: order, mistakes, the end of input; and progress and logs on the other stream."""

import io
import logging
import os
from datetime import UTC, datetime

import pytest

from bot.config import load
from bot.logs import start_logging
from bot.terminal.progress import ProgressBar, ProgressLines, show_progress
from bot.terminal.repl import CommandInterpreter, run_repl, suggest_completions
from handlers.queries.filters import IncidentQuery
from handlers.results.alerts import RouteList, WithdrawnAlert
from handlers.results.incidents import IncidentList, Owner
from handlers.results.status import ClassifierStatus, SourceStatus, Status
from storage.values.incidents import IncidentCounts, IncidentFilter


class FakeIncidents:
    def __init__(self) -> None:
        self.calls: list[tuple] = []

    async def list(self, actor, query, page=None):
        self.calls.append((query, page))
        if query.ca == "boom":
            raise RuntimeError("no such table")
        page = page if query.page is None else query.page
        return IncidentList(
            (Owner(query.ca),), IncidentFilter(), query.as_text, IncidentCounts(71), (), (), page or 0, 8
        )

    async def detail(self, actor, bug):
        raise AssertionError("no bug was named")


class FakeStatus:
    def __init__(self) -> None:
        self.error = ""
        self.incidents = 0

    async def status(self):
        sources = (SourceStatus("bugzilla", None, self.error),)
        return Status(sources, self.incidents, 0, (), 0, ClassifierStatus())


class FakeRoutes:
    async def list(self, actor):
        assert actor.may_manage
        return RouteList(())


class FakeSuggestions:
    async def owners(self, typed):
        return tuple(name for name in ("Entrust", "eMudhra") if name.lower().startswith(typed.lower()))

    async def sections(self, actor, typed):
        return (("crl-failure", "CRL failure"),)

    async def bugs(self, typed):
        return ((1897630, "Entrust"),)


class FakeUseCases:
    def __init__(self) -> None:
        self.incidents = FakeIncidents()
        self.status = FakeStatus()
        self.routes = FakeRoutes()
        self.suggestions = FakeSuggestions()

    def bug_url(self, bug):
        return f"https://bugs.example/show_bug.cgi?id={bug}"


class FakeApp:
    def __init__(self) -> None:
        self.use_cases = FakeUseCases()
        self.events: list[str] = []

    async def start_schedule(self, progress=None):
        progress.advance("titles", 7, 7)
        self.events.append("started")

    async def wait_until_queryable(self):
        self.events.append("titles")

    async def wait_idle(self, seconds):
        pass

    async def stop(self):
        self.events.append("stopped")


async def run_lines(app: FakeApp, *lines: str) -> tuple[list[str], str]:
    target, errors = io.StringIO(), io.StringIO()
    assert await run_repl(app, "!", io.StringIO("\n".join(lines)), target, errors) == 0
    return [reply for reply in target.getvalue().split("\n\n") if reply], errors.getvalue()


async def test_lines_are_answered_in_order_with_and_without_the_prefix():
    app = FakeApp()
    replies, _ = await run_lines(app, "!incidents Entrust", "", "  incidents eMudhra  ", "! INCIDENTS GTS")
    assert [reply.split(":")[0] for reply in replies] == ["Entrust", "eMudhra", "GTS"]
    assert app.events == ["started", "titles", "stopped"]


async def test_flags_go_along_and_a_page_is_turned():
    app = FakeApp()
    await run_lines(app, "incidents Entrust open:yes page:3", "incidents page:0", "incidents x")
    assert app.use_cases.incidents.calls == [
        (IncidentQuery("Entrust", state="open", page=2), 0),
        (IncidentQuery(page=0), 0),
        (IncidentQuery("x"), 0),
    ]


async def test_one_lines_failure_is_one_sentence_and_the_next_is_answered(caplog):
    replies, errors = await run_lines(FakeApp(), "incidents boom", "incident \x1b[2Jx", "incidents Entrust")
    assert replies[0] == "incidents could not be answered because of a fault in Rootwatch (RuntimeError)."
    assert "is not a bug number" in replies[1]
    assert "\x1b" not in replies[1]
    assert replies[2].startswith("Entrust")
    assert "Traceback" not in errors
    assert "no such table" in caplog.text


async def test_an_unknown_command_is_told_what_was_meant():
    replies, _ = await run_lines(FakeApp(), "!incidnets Entrust", "xyzzy \x1b[1m")
    assert replies == [
        "There is no command incidnets; did you mean incidents?",
        "There is no command xyzzy; help lists all commands.",
    ]


async def test_quit_ends_it():
    assert (await run_lines(FakeApp(), "quit", "incidents Entrust"))[0] == []


async def test_watching_belongs_in_a_channel():
    replies, _ = await run_lines(FakeApp(), "!watch", "unwatch", "watches")
    assert all("Discord channel" in reply for reply in replies[:2])
    assert replies[2] == "No channel is watched."


async def test_help_lists_the_commands_and_explains_one():
    replies, _ = await run_lines(FakeApp(), "help", "help incidents")
    assert all(name in replies[0] for name in ("incidents", "sections", "summary", "status", "quit"))
    assert "for example: incidents Entrust" in replies[1]


async def test_a_source_that_cannot_be_read_is_named_and_the_rest_is_answered():
    app = FakeApp()
    app.use_cases.status.error = "It does not answer."
    app.use_cases.status.incidents = 7
    replies, errors = await run_lines(app, "incidents Entrust")
    assert "bugzilla cannot be read now, so replies come from what is stored: It does not answer." in errors
    assert "make demo" not in errors
    assert len(replies) == 1


async def test_without_a_network_and_with_nothing_stored_the_demonstration_is_named_once():
    app = FakeApp()
    app.use_cases.status.error = "Its name is not known."
    _, errors = await run_lines(app, "incidents Entrust")
    assert "bugzilla cannot be read now, and nothing is stored yet: Its name is not known." in errors
    assert errors.count("make demo") == 1


async def test_a_silent_pipe_is_waited_for_and_its_end_is_the_end():
    read_end, write_end = os.pipe()
    os.write(write_end, b"incidents Entrust\n")
    os.close(write_end)
    target = io.StringIO()
    with os.fdopen(read_end) as source:
        assert await run_repl(FakeApp(), "!", source, target, io.StringIO()) == 0
    assert target.getvalue().startswith("Entrust")


async def test_the_schedule_stops_whatever_happens():
    app = FakeApp()

    async def fails():
        raise RuntimeError

    app.wait_until_queryable = fails
    with pytest.raises(RuntimeError):
        await run_lines(app)
    assert app.events[-1] == "stopped"


def test_an_alert_is_shown_with_its_link():
    text = CommandInterpreter(FakeUseCases(), "!", io.StringIO()).show(WithdrawnAlert(7, "moved"))
    assert (
        text.splitlines()[-1]
        == "Bug 7 is no longer among the CA incidents: it was moved to another component. https://bugs.example/show_bug.cgi?id=7"
    )


@pytest.mark.parametrize(
    ("typed", "completions"),
    [
        ("inc", ["incidents", "incident"]),
        ("!inc", ["incidents", "incident"]),
        ("incidents e", ["Entrust", "eMudhra"]),
        ("summary em", ["eMudhra"]),
        ("status x", []),
        ("classify ", ["1897630"]),
        ("unclassify 1897630 crl", ["crl-failure"]),
    ],
)
async def test_tab_completes_commands_and_owners(typed, completions):
    names = CommandInterpreter(FakeUseCases(), "!", io.StringIO()).names
    suggestions = await suggest_completions(FakeSuggestions(), names, typed)
    assert [completion for completion, _ in suggestions] == completions
    assert all(
        typed[len(typed) - replaced :].lower() == completion[:replaced].lower() for completion, replaced in suggestions
    )


def test_progress_in_a_pipe_is_a_line_now_and_then():
    clock, stream = [0.0], io.StringIO()
    lines = ProgressLines(stream, lambda: clock[0])
    for second in range(12):
        clock[0] = float(second)
        lines.advance("comments", second * 100, 1200)
    lines.advance("comments", 1200, 1200)
    lines.advance("learning", 0, None)
    assert stream.getvalue().splitlines() == [
        "comments: 0 of 1,200", "comments: 500 of 1,200", "comments: 1,000 of 1,200", "comments: 1,200 of 1,200",
        "learning: 0",
    ]  # fmt: skip


def test_progress_on_a_terminal_is_a_bar(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    with show_progress(stream) as progress:
        assert isinstance(progress, ProgressBar)
        progress.advance("titles [x]", 1, None)
        progress.advance("titles [x]", 2, 3)
    progress.advance("later", 1, 2)
    assert "titles [x]" in stream.getvalue()


@pytest.fixture
def logs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    environ = {"DISCORD_TOKEN": "to/ken", "ROOTWATCH__DATABASE__URL": "postgresql://u:p%40ss@h/n"}
    stream = io.StringIO()
    start_logging(load(environ=environ), logging.INFO, stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def test_logs_hold_no_secret_in_any_form(logs):
    log = logging.getLogger("some")
    log.warning("asked %s", "https://x/?k=to%2Fken")
    log.warning("%s %d", "p@ss", "no number")
    try:
        raise RuntimeError("p%40ss and to/ken")
    except RuntimeError:
        log.exception("it failed with to/ken")
    assert not any(secret in logs.getvalue() for secret in ("to/ken", "to%2Fken", "p@ss", "p%40ss"))
    assert "Traceback" in logs.getvalue()


def test_a_log_line_is_short_in_utc_and_steers_no_terminal(logs, monkeypatch):
    timestamp = datetime(2024, 5, 19, 0, 36, 6, tzinfo=UTC).timestamp()
    monkeypatch.setattr("time.time", lambda: timestamp)
    logging.getLogger("some").info("a\nb\x1b[31m")
    logging.getLogger("httpx").info("GET https://...")
    assert logs.getvalue() == "2024-05-19 00:36:06Z INFO some: a b\N{REPLACEMENT CHARACTER}[31m\n"
