"""The bot as a process: killed at any moment it loses no alert and repeats none; it ends when told to."""

import random
import time

import pytest

from tests.support.discord import SKIP_REASON, BotProcess, fake_discord, bot_environment
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
    """Starts the bot against a stand-in; what was started ends with the test."""
    started = []

    def starting(chat, database_url="sqlite:///rootwatch.db", **changed):
        environment = bot_environment(database_url, server.url, server.list_url, chat) | changed
        bot = BotProcess(tmp_path, environment)
        started.append(bot)
        bot.start()
        return bot

    yield starting
    for bot in started:
        bot.kill()


def said(chat, channel, words):
    return any(words in str(message) for message in chat.messages(channel))


def watching(chat, server):
    """Wait until the bot is there and its backlog read, and let it watch the channel alerts."""
    assert chat.until(lambda: chat.control()["connected"])
    chat.control(**{"say": "!watch", "as": "alice", "in": "alerts"})
    assert chat.until(lambda: said(chat, "alerts", "are posted in"))
    assert chat.until(lambda: any("/comment" in path or path == "/rest/bug" for path in server.counts()))


def incidents_told(chat, server):
    return [url for url in chat.alerts("alerts") if url.startswith(f"{server.url}/show_bug")]


def test_killed_at_any_moment_it_loses_no_alert_and_repeats_none(start, server, database_url):
    chance = random.Random(20240506)
    filed = []

    def file():
        bug = server.control(advance=60, file={"summary": "Telia: One more", "text": "It."})["id"]
        filed.append(f"{server.url}/show_bug.cgi?id={bug}")

    with fake_discord("--latency", "0.05") as chat:
        bot = start(chat, database_url)
        watching(chat, server)
        file()
        assert chat.wait_until(lambda: incidents_told(chat, server) == filed)
        for _ in range(KILLS):
            for _ in range(3):
                file()
            chat.control(fault="POST /channels/*/messages", status="reset-after", n=1)
            time.sleep(chance.uniform(0.2, 1.8))
            bot.kill()
            file()
            bot.start()
            assert chat.wait_until(lambda: chat.control()["connected"])
        file()
        assert chat.wait_until(lambda: len(set(incidents_told(chat, server))) == len(filed), 40), bot.log
        time.sleep(1.5)
        told = incidents_told(chat, server)
        assert sorted(told) == sorted(filed)
        assert told == filed
        code, seconds = bot.terminate()
        assert code == 0, bot.log
        assert seconds < 5
    assert "Traceback" not in bot.log


def test_sigterm_ends_it_within_five_seconds_while_both_sides_are_slow(start, server):
    with fake_discord("--latency", "0.2") as chat:
        bot = start(chat)
        watching(chat, server)
        server.control(latency=3)
        server.control(advance=60, file={"summary": "Telia: One more", "text": "It."})
        time.sleep(1.2)
        code, seconds = bot.terminate()
        assert code == 0, bot.log
        assert seconds < 5
        assert "Traceback" not in bot.log


def test_without_a_token_it_says_so_and_ends_with_1(start):
    with fake_discord() as chat:
        bot = start(chat, DISCORD_TOKEN="")
        assert bot.process.wait(20) == 1
        assert "There is no Discord token: put the bot's token into the environment variable DISCORD_TOKEN" in bot.log
        assert "Traceback" not in bot.log


def test_a_token_that_is_refused_is_said_and_not_shown(start):
    with fake_discord() as chat:
        bot = start(chat, DISCORD_TOKEN="a-wrong-token-of-somebody")
        assert bot.process.wait(20) == 1
        assert "Discord does not accept the token in DISCORD_TOKEN" in bot.log
        assert "a-wrong-token" not in bot.log
        assert "Traceback" not in bot.log


def test_without_the_message_content_intent_a_mention_works(start):
    with fake_discord("--no-content") as chat:
        bot = start(chat)
        assert chat.wait_until(lambda: chat.control()["connected"])
        assert chat.wait_until(lambda: "message-content intent is off" in bot.log)
        answered = lambda: said(chat, "general", "Entrust: 2 incidents")  # noqa: E731

        def asked():
            chat.control(**{"say": "@bot incidents Entrust", "as": "alice", "in": "general"})
            return chat.wait_until(answered, 3)

        assert chat.wait_until(asked)
        assert bot.terminate()[0] == 0


def test_a_gateway_that_breaks_off_is_taken_up_again(start, server):
    with fake_discord() as chat:
        bot = start(chat)
        watching(chat, server)
        chat.control(drop=True)
        bug = server.control(advance=60, file={"summary": "Telia: One more", "text": "It."})["id"]
        assert chat.wait_until(lambda: incidents_told(chat, server) == [f"{server.url}/show_bug.cgi?id={bug}"])
        assert bot.process.poll() is None
