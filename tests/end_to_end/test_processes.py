"""The bot as a process beside others: one runs on a database, and whatever locks or restarts the database passes."""

import json
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from storage.migrations.upgrade import newest_revision
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
    # what is filed before the first fill has ended is not announced, as it should be
    assert chat.wait_until(lambda: has_filled(bot)), bot.log


def has_filled(bot):
    with connect(bot._environment["ROOTWATCH__DATABASE__URL"]) as connection:
        done = "SELECT count(*) FROM source WHERE name = 'bugzilla' AND initial_sync_done"
        return bool(connection.scalar(sa.text(done)))


def file_bug(server):
    return server.control(advance=60, file={"summary": "Telia: One more", "text": "It."})["id"]


def is_announced(chat, bug):
    return any(url.endswith(f"?id={bug}") for url in chat.alerts("alerts"))


def run_command(tmp_path, environment, *arguments):
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(
        command, check=False, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=180
    )


def roles(tmp_path, bot):
    """Return the processes of the status by role."""
    status = json.loads(run_command(tmp_path, bot._environment, "status", "--json").stdout)
    return {process["role"]: process["process"] for process in status["processes"]}


def test_a_second_run_stands_by_and_takes_over_once_the_first_is_killed(bots, chat, server, tmp_path):
    first, second = bots
    start_and_watch(first, chat)
    second.start()
    assert chat.wait_until(lambda: "This process stands by, and takes over" in second.log), second.log
    assert f"Rootwatch runs on this database already: process {first.process.pid} on host" in second.log
    assert chat.wait_until(
        lambda: roles(tmp_path, first) == {"active": first.process.pid, "standby": second.process.pid}, 20
    )
    assert chat.control()["connected"] == 1  # a standby is not seen by Discord
    # other commands work beside them
    shown = run_command(tmp_path, first._environment, "-v", "incidents", "Telia", "--json")
    assert "Precertificate without certificate" in shown.stdout
    assert "Precertificate" not in shown.stderr  # no log holds what may become restricted
    first.kill()
    bug = file_bug(server)
    assert chat.wait_until(lambda: is_announced(chat, bug)), second.log
    assert chat.wait_until(lambda: roles(tmp_path, first) == {"active": second.process.pid})
    assert second.terminate()[0] == 0
    assert roles(tmp_path, first) == {}
    assert "Traceback" not in second.log


def test_a_standby_ends_at_once_and_is_forgotten(bots, chat, tmp_path):
    first, second = bots
    start_and_watch(first, chat)
    second.start()
    assert chat.wait_until(lambda: "standby" in roles(tmp_path, first)), second.log
    code, seconds = second.terminate()
    assert code == 0
    assert seconds < 5
    assert roles(tmp_path, first) == {"active": first.process.pid}


def stop_and_end_lease(bot, database_url):
    """Suspend a process, and end its lease without waiting for that."""
    for _ in range(20):
        bot.process.send_signal(signal.SIGSTOP)
        try:
            with connect(database_url) as connection:
                connection.execute(sa.text("UPDATE lease SET expires = since WHERE name = 'run'"))
        except sa.exc.OperationalError:
            # it was suspended within a transaction, and keeps SQLite's file locked
            bot.process.send_signal(signal.SIGCONT)
            time.sleep(0.1)
        else:
            return
    raise AssertionError("it always held the lock of the file")


def test_a_process_that_was_stopped_comes_back_as_a_standby(bots, chat, server, database_url, tmp_path):
    first, second = bots
    start_and_watch(first, chat)
    second.start()
    assert chat.wait_until(lambda: "standby" in roles(tmp_path, first)), second.log
    stop_and_end_lease(first, database_url)
    bugs = [file_bug(server)]
    assert chat.wait_until(lambda: is_announced(chat, bugs[0])), second.log
    first.process.send_signal(signal.SIGCONT)
    assert chat.wait_until(lambda: "was suspended meanwhile, and stands by" in first.log), first.log
    assert chat.wait_until(
        lambda: roles(tmp_path, first) == {"active": second.process.pid, "standby": first.process.pid}, 30
    ), first.log
    chat.control(**{"say": "!incidents Telia", "as": "alice", "in": "general"})
    assert chat.wait_until(lambda: len(chat.messages("general")) == 1)
    bugs.append(file_bug(server))
    assert chat.wait_until(lambda: is_announced(chat, bugs[1]))
    second.kill()
    bugs.append(file_bug(server))
    assert chat.wait_until(lambda: is_announced(chat, bugs[2])), first.log
    numbers = [int(url.rpartition("=")[2]) for url in chat.alerts("alerts")]
    assert sorted(number for number in numbers if number in bugs) == bugs
    assert len(chat.messages("general")) == 1
    assert "Traceback" not in first.log + second.log


def test_a_process_whose_lease_was_taken_writes_nothing_and_stands_by(bots, chat, server, database_url):
    first, _ = bots
    start_and_watch(first, chat)
    with connect(database_url) as connection:
        connection.execute(sa.text("UPDATE lease SET holder = 'elsewhere/7/1-a' WHERE name = 'run'"))
    assert chat.wait_until(lambda: "process 7 on host elsewhere" in first.log), first.log
    with connect(database_url) as connection:
        holder = connection.scalar(sa.text("SELECT holder FROM lease WHERE name = 'run'"))
    assert holder == "elsewhere/7/1-a"
    assert chat.wait_until(lambda: not chat.control()["connected"])
    # the host no longer exists, so its lease ends
    bug = file_bug(server)
    assert chat.wait_until(lambda: is_announced(chat, bug)), first.log


@pytest.mark.parametrize(
    ("key", "value", "difference"),
    [
        ("DISCORD_TOKEN", "another-token", "with another Discord token"),
        ("ROOTWATCH__BUGZILLA__COMPONENT", "Another", "with other sources"),
    ],
)
def test_a_second_run_with_other_settings_is_refused(bots, chat, key, value, difference):
    first, second = bots
    start_and_watch(first, chat)
    second._environment[key] = value
    second.start()
    assert second.process.wait(180) == 1
    assert difference in second.log
    assert f"process {first.process.pid} on host" in second.log
    assert "another-token" not in second.log
    assert "Traceback" not in second.log


def test_an_older_version_ends_when_a_newer_one_migrates_the_tables(bots, chat, database_url):
    first, second = bots
    start_and_watch(first, chat)
    second.start()
    assert chat.wait_until(lambda: "This process stands by" in second.log), second.log
    with connect(database_url) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    for bot in bots:
        assert bot.process.wait(180) == 1, bot.log
        assert "was used by a newer Rootwatch" in bot.log
        assert "Traceback" not in bot.log
    with connect(database_url) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :own"), {"own": newest_revision()})


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
    assert chat.wait_until(lambda: is_announced(chat, bug)), bot.log

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

    assert chat.wait_until(is_stored)
    bot.kill()
    with connect(database_url) as connection:
        long_ago = "2024-05-01 12:00:00.000000"
        connection.execute(sa.text(f"UPDATE task SET seen_at = '{long_ago}'"))
    shown = run_command(tmp_path, bot._environment, "check")
    assert "FAIL  task sender: does not run: nothing was heard of its process" in shown.stdout
    assert "task sender does not run" in run_command(tmp_path, bot._environment, "status").stdout
    other.start()
    assert chat.wait_until(lambda: "ok    tasks: all" in run_command(tmp_path, bot._environment, "check").stdout)
    assert other.terminate()[0] == 0
    assert "task" not in run_command(tmp_path, bot._environment, "status").stdout


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_backup_that_is_restored_while_a_standby_waits_costs_no_alert(bots, chat, server, database_url, tmp_path):
    first, second = bots
    start_and_watch(first, chat)
    backup = tmp_path / "backup.sql"

    def file_and_wait():
        bugs.append(file_bug(server))
        assert chat.wait_until(lambda: is_announced(chat, bugs[-1])), first.log + second.log

    bugs = []
    file_and_wait()
    subprocess.run(["pg_dump", "--clean", "--if-exists", "--file", backup, database_url], check=True, timeout=180)
    file_and_wait()
    second.start()
    assert chat.wait_until(lambda: "This process stands by" in second.log), second.log
    first.kill()
    restored = subprocess.run(
        ["psql", "--quiet", "--single-transaction", "--file", backup, database_url],
        check=False,
        timeout=180,
        capture_output=True,
        text=True,
    )
    assert restored.returncode == 0, restored.stderr
    file_and_wait()
    file_and_wait()
    time.sleep(1.5)
    numbers = [int(url.rpartition("=")[2]) for url in chat.alerts("alerts")]
    assert [number for number in numbers if number in bugs] == bugs
    assert second.process.poll() is None
