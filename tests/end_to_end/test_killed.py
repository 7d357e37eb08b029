"""The bot as a process: killed at any moment it loses and repeats no alert, and SIGTERM ends it."""

import random
import sqlite3
import time
from contextlib import closing

import pytest

from tests.support.discord import SKIP_REASON, BotProcess, bot_environment, fake_discord
from tests.support.replay import replay
from tests.support.small_corpus import write_corpus, write_messages

pytestmark = pytest.mark.skipif(bool(SKIP_REASON), reason=SKIP_REASON)

KILLS = 6


@pytest.fixture
def server(tmp_path):
    with replay(corpus=write_corpus(tmp_path), messages=write_messages(tmp_path)) as server:
        yield server


@pytest.fixture
def start(tmp_path, server):
    """A function that starts the bot against a fake Discord; the bots end with the test."""
    bots = []

    def start_bot(chat, database_url="sqlite:///rootwatch.db", **overrides):
        environment = bot_environment(database_url, server.url, server.list_url, chat) | overrides
        bot = BotProcess(tmp_path, environment)
        bots.append(bot)
        bot.start()
        return bot

    yield start_bot
    for bot in bots:
        bot.kill()


def has_message(chat, channel, text):
    return any(text in str(message) for message in chat.messages(channel))


def watch_alerts(chat, server):
    """Wait until the bot is connected, let it watch the channel alerts, and wait until it polls again."""
    assert chat.wait_until(lambda: chat.control()["connected"])
    chat.control(**{"say": "!watch", "as": "alice", "in": "alerts"})
    assert chat.wait_until(lambda: has_message(chat, "alerts", "are posted in"))
    # a second poll begins once the first fill has ended; what was filed before that is not announced
    assert chat.wait_until(lambda: server.counts().get("/rest/time", {}).get("requests", 0) > 1)


def incident_alerts(chat, server):
    return [url for url in chat.alerts("alerts") if url.startswith(f"{server.url}/show_bug")]


def test_killed_at_any_moment_it_loses_no_alert_and_repeats_none(start, server, database_url):
    rng = random.Random(20240506)
    bug_urls = []

    def file_bug():
        bug = server.control(advance=60, file={"summary": "Telia: One more", "text": "It."})["id"]
        bug_urls.append(f"{server.url}/show_bug.cgi?id={bug}")

    with fake_discord("--latency", "0.05") as chat:
        bot = start(chat, database_url)
        watch_alerts(chat, server)
        file_bug()
        assert chat.wait_until(lambda: incident_alerts(chat, server) == bug_urls)
        for _ in range(KILLS):
            for _ in range(3):
                file_bug()
            chat.control(fault="POST /channels/*/messages", status="reset-after", n=1)
            time.sleep(rng.uniform(0.2, 1.8))
            bot.kill()
            file_bug()
            bot.start()
            assert chat.wait_until(lambda: chat.control()["connected"])
        file_bug()
        assert chat.wait_until(lambda: len(set(incident_alerts(chat, server))) == len(bug_urls)), bot.log
        time.sleep(1.5)
        alerts = incident_alerts(chat, server)
        assert sorted(alerts) == sorted(bug_urls)
        assert alerts == bug_urls
        code, seconds = bot.terminate()
        assert code == 0, bot.log
        assert seconds < 5
    assert "Traceback" not in bot.log


def test_sigterm_ends_it_within_five_seconds_while_both_sides_are_slow(start, server):
    with fake_discord("--latency", "0.2") as chat:
        bot = start(chat)
        watch_alerts(chat, server)
        server.control(latency=3)
        server.control(advance=60, file={"summary": "Telia: One more", "text": "It."})
        time.sleep(1.2)
        code, seconds = bot.terminate()
        assert code == 0, bot.log
        assert seconds < 5
        assert "Traceback" not in bot.log


def test_sigterm_ends_it_within_five_seconds_while_the_database_is_locked(start, server, tmp_path):
    with fake_discord() as chat:
        bot = start(chat)
        watch_alerts(chat, server)
        locking = sqlite3.connect(tmp_path / "rootwatch.db", isolation_level=None)
        locking.execute("PRAGMA busy_timeout=10000")
        locking.execute("BEGIN IMMEDIATE")
        server.control(advance=60, file={"summary": "Telia: One more", "text": "It."})
        time.sleep(1.2)
        code, seconds = bot.terminate()
        locking.close()
        assert code == 0, bot.log
        assert seconds < 5
        assert "Traceback" not in bot.log


def test_without_a_token_it_says_so_and_ends_with_1(start):
    with fake_discord() as chat:
        bot = start(chat, DISCORD_TOKEN="")
        assert bot.process.wait(180) == 1
        assert "There is no Discord token: put the bot's token into the environment variable DISCORD_TOKEN" in bot.log
        assert "Traceback" not in bot.log


def test_a_token_that_is_refused_is_said_and_not_shown(start):
    with fake_discord() as chat:
        bot = start(chat, DISCORD_TOKEN="a-wrong-token-of-somebody")
        assert bot.process.wait(180) == 1
        assert "Discord does not accept the token in DISCORD_TOKEN" in bot.log
        assert "a-wrong-token" not in bot.log
        assert "Traceback" not in bot.log


def test_without_the_message_content_intent_a_mention_works(start):
    with fake_discord("--no-content") as chat:
        bot = start(chat)
        assert chat.wait_until(lambda: chat.control()["connected"])
        assert chat.wait_until(lambda: "message-content intent is off" in bot.log)
        is_answered = lambda: has_message(chat, "general", "Entrust: 2 incidents")  # noqa: E731

        def ask_and_wait():
            chat.control(**{"say": "@bot incidents Entrust", "as": "alice", "in": "general"})
            return chat.wait_until(is_answered, 3)

        assert chat.wait_until(ask_and_wait)
        assert bot.terminate()[0] == 0


def test_a_gateway_that_breaks_off_is_taken_up_again(start, server):
    with fake_discord() as chat:
        bot = start(chat)
        watch_alerts(chat, server)
        chat.control(drop=True)
        bug = server.control(advance=60, file={"summary": "Telia: One more", "text": "It."})["id"]
        assert chat.wait_until(lambda: incident_alerts(chat, server) == [f"{server.url}/show_bug.cgi?id={bug}"])
        assert bot.process.poll() is None


def test_a_database_restored_from_a_backup_loses_no_alert_and_repeats_none(start, server, tmp_path):
    bug_urls = []

    def file_bug_and_wait():
        bug = server.control(advance=60, file={"summary": "Telia: One more", "text": "It."})["id"]
        bug_urls.append(f"{server.url}/show_bug.cgi?id={bug}")
        assert chat.wait_until(lambda: bug_urls[-1] in incident_alerts(chat, server)), bot.log

    with fake_discord() as chat:
        bot = start(chat)
        watch_alerts(chat, server)
        file_bug_and_wait()
        assert bot.terminate()[0] == 0
        with (
            closing(sqlite3.connect(tmp_path / "rootwatch.db")) as database,
            closing(sqlite3.connect(tmp_path / "backup.db")) as backup,
        ):
            database.backup(backup)
        bot.start()
        file_bug_and_wait()
        assert bot.terminate()[0] == 0
        for name in ("rootwatch.db", "rootwatch.db-wal", "rootwatch.db-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        (tmp_path / "backup.db").rename(tmp_path / "rootwatch.db")
        bot.start()
        # what was sent after the backup is read as new, beside what really is
        file_bug_and_wait()
        file_bug_and_wait()
        time.sleep(1.5)
        assert incident_alerts(chat, server) == bug_urls
        assert bot.terminate()[0] == 0
        assert "Traceback" not in bot.log
