"""The bot as a process beside others: one runs on a database, and whatever locks or restarts the database passes."""

import json
import sqlite3
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from tests.support.discord import SKIP_REASON, BotProcess, bot_environment, fake_discord
from tests.support.older_database import connect
from tests.support.replay import replay
from tests.support.small_corpus import write_corpus, write_messages

pytestmark = pytest.mark.skipif(bool(SKIP_REASON), reason=SKIP_REASON)


@pytest.fixture
def server(tmp_path):
    with replay(corpus=write_corpus(tmp_path), messages=write_messages(tmp_path)) as server:
        yield server


@pytest.fixture
def chat():
    with fake_discord() as chat:
        yield chat


@pytest.fixture
def bots(tmp_path, server, chat, database_url):
    """Two bots with one database, in folders of their own; each is started by the test."""
    environment = bot_environment(database_url, server.url, server.list_url, chat)
    folders = [tmp_path / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir()
    bots = [BotProcess(folder, environment) for folder in folders]
    yield bots
    for bot in bots:
        bot.kill()


def start_and_watch(bot, chat):
    bot.start()
    assert chat.wait_until(lambda: chat.control()["connected"]), bot.log
    chat.control(**{"say": "!watch", "as": "alice", "in": "alerts"})
    assert chat.wait_until(lambda: "are posted in" in str(chat.messages("alerts")))


def file_bug(server):
    return server.control(advance=60, file={"summary": "Telia: One more", "text": "It."})["id"]


def is_announced(chat, bug):
    return any(url.endswith(f"?id={bug}") for url in chat.alerts("alerts"))


def run_command(tmp_path, environment, *arguments):
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(
        command, check=False, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )


def test_a_second_run_says_who_runs_and_ends_and_after_a_kill_the_next_starts_at_once(bots, chat, server, tmp_path):
    first, second = bots
    start_and_watch(first, chat)
    second.start()
    assert second.process.wait(20) == 1
    assert f"Rootwatch already runs on this database: process {first.process.pid} on host" in second.log
    assert "since 20" in second.log
    assert "Traceback" not in second.log
    # other commands work beside it
    shown = run_command(tmp_path, first._environment, "-v", "incidents", "Telia", "--json")
    assert "Precertificate without certificate" in shown.stdout
    assert "Precertificate" not in shown.stderr  # no log holds what may become restricted
    first.kill()
    second.start()
    bug = file_bug(server)
    assert chat.wait_until(lambda: is_announced(chat, bug), 20), second.log
    assert second.terminate()[0] == 0


def test_a_process_whose_lease_was_taken_ends_and_writes_nothing(bots, chat, server, database_url):
    first, _ = bots
    start_and_watch(first, chat)
    with connect(database_url) as connection:
        connection.execute(sa.text("UPDATE lease SET holder = 'elsewhere/7/1-a' WHERE name = 'run'"))
    assert first.process.wait(30) == 1, first.log
    assert "process 7 on host elsewhere" in first.log
    with connect(database_url) as connection:
        holder = connection.scalar(sa.text("SELECT holder FROM lease WHERE name = 'run'"))
    assert holder == "elsewhere/7/1-a"


def test_a_database_that_cannot_be_used_for_a_while_costs_no_alert(bots, chat, server, database_url, request, tmp_path):
    bot, _ = bots
    start_and_watch(bot, chat)
    before = file_bug(server)
    assert chat.wait_until(lambda: is_announced(chat, before)), bot.log
    if database_url.startswith("sqlite"):
        locking = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
        locking.execute("BEGIN EXCLUSIVE")
        bug = file_bug(server)
        time.sleep(8)
        locking.execute("COMMIT")
        locking.close()
    else:
        bug = file_bug(server)
        name = sa.make_url(database_url).database
        end_all = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
        with request.getfixturevalue("postgres").connect() as connection:
            for _ in range(30):
                connection.execute(end_all, {"name": name})
                time.sleep(0.1)
    assert chat.wait_until(lambda: is_announced(chat, bug), 60), bot.log

    def names_all_tasks():
        status = json.loads(run_command(tmp_path, bot._environment, "status", "--json").stdout)
        return {"sender", "editor", "gateway", "scheduler", "bugzilla"} <= {task["name"] for task in status["tasks"]}

    assert chat.wait_until(names_all_tasks, 20)  # they are stored every few seconds
    assert bot.process.poll() is None


def test_the_tasks_of_a_killed_bot_do_not_run_and_those_of_a_stopped_one_are_not_spoken_of(
    bots, chat, database_url, tmp_path
):
    bot, other = bots
    start_and_watch(bot, chat)

    def is_stored():
        status = json.loads(run_command(tmp_path, bot._environment, "status", "--json").stdout)
        return any(task["name"] == "sender" and task["running"] for task in status["tasks"])

    assert chat.wait_until(is_stored, 20)
    bot.kill()
    with connect(database_url) as connection:
        long_ago = "2024-05-01 12:00:00.000000"
        connection.execute(sa.text(f"UPDATE task SET seen_at = '{long_ago}'"))
    shown = run_command(tmp_path, bot._environment, "check")
    assert "FAIL  task sender: does not run: nothing was heard of its process" in shown.stdout
    assert "task sender does not run" in run_command(tmp_path, bot._environment, "status").stdout
    other.start()
    assert chat.wait_until(lambda: "ok    tasks: all" in run_command(tmp_path, bot._environment, "check").stdout, 40)
    assert other.terminate()[0] == 0
    assert "task" not in run_command(tmp_path, bot._environment, "status").stdout
