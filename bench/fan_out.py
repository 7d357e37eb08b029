"""How long one alert takes to 1,000 channels within Discord's limits, and what a slow or forbidden channel costs.

    .venv/bin/python bench/fan_out.py [--channels 1000] [--database postgresql://postgres@127.0.0.1/test]

The real process against the stand-in Discord with its limits (50 requests a second, 5 messages in 5 s a channel), a
replay of a few incidents, and a route for each channel. The floor is one fiftieth of a second for each channel.
"""

import argparse
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import sqlalchemy as sa

from bench.databases import empty_database
from tests.support.discord import BotProcess, FakeDiscord, bot_environment, fake_discord
from tests.support.older_database import connect
from tests.support.replay import ReplayServer, replay
from tests.support.small_corpus import write_corpus, write_messages

REQUESTS_PER_SECOND = 50
EPOCH_MS = 1_420_070_400_000  # of Discord's ids, whose upper bits are a time


def watch_all(url: str, chat: FakeDiscord, channels: list[str]) -> None:
    """Store a route for each channel."""
    rows = [
        {
            "community": int(chat.startup_info["guild"]),
            "channel": int(channel),
            "created_by": 1,
            "created": datetime.now(UTC).replace(tzinfo=None).isoformat(" "),
        }
        for channel in channels
    ]
    statement = "INSERT INTO route (community, channel, kinds, created_by, created, error) VALUES "
    statement += "(:community, :channel, '[\"filed\"]', :created_by, :created, '')"
    with connect(url) as connection:
        connection.execute(sa.text(statement), rows)


def send_to_all(chat: FakeDiscord, server: ReplayServer, bot: BotProcess, expected: int) -> dict[str, float]:
    """File a bug; return when each channel got its alert, by its name, in seconds after the first one."""
    server.control(now=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
    bug = server.control(file={"summary": "Telia: One more", "text": "It."})["id"]
    end = f"?id={bug}"

    def arrivals() -> dict[str, float]:
        return {
            channel: ((int(message["id"]) >> 22) + EPOCH_MS) / 1000
            for channel, messages in chat.control()["messages"].items()
            for message in messages
            if message["embeds"] and str(message["embeds"][0].get("url")).endswith(end)
        }

    deadline = time.monotonic() + 180
    while len(arrived := arrivals()) < expected:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{len(arrived)} of {expected} arrived\n{bot.log[-2000:]}")
        time.sleep(1)
    first = min(arrived.values())
    return {channel: moment - first for channel, moment in arrived.items()}


def count_429s(chat: FakeDiscord) -> int:
    return sum(chat.control()["429"].values())


def measure(database: str, count: int) -> None:
    """Print the figures for one database."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        url = stack.enter_context(empty_database(database, folder, "fan_out"))
        now = datetime.now(UTC)
        server = stack.enter_context(
            replay(f"{now:%Y-%m-%dT%H:%M:%S}", corpus=write_corpus(folder), messages=write_messages(folder))
        )
        chat = stack.enter_context(fake_discord("--limits", "--channels", str(count)))
        bot = BotProcess(folder, bot_environment(url, server.url, server.list_url, chat))
        stack.callback(bot.kill)
        bot.start()
        if not chat.wait_until(lambda: chat.control()["connected"]):
            raise RuntimeError(bot.log)
        time.sleep(5)  # the first poll
        channels = list(chat.startup_info["channels"].values())[:count]
        watch_all(url, chat, channels)
        floor = count / REQUESTS_PER_SECOND
        plain = send_to_all(chat, server, bot, count)
        last = max(plain.values())
        print(f"all {count} in {last:.1f} s after the first, {last / floor:.2f} of the floor; 429s: {count_429s(chat)}")
        time.sleep(6)
        forbidden, slow = (names := list(chat.startup_info["channels"]))[count // 3], names[count // 2]
        chat.control(forbid=forbidden)
        slow_id = chat.startup_info["channels"][slow]
        chat.control(fault=f"POST /channels/{slow_id}/messages", status="hang", n=1)
        others = send_to_all(chat, server, bot, count - 2)
        delays = [moment - plain[channel] for channel, moment in others.items()]
        print(
            f"beside a forbidden and a hanging channel: the others in {max(others.values()):.1f} s; each later by "
            f"{statistics.median(delays):.2f} s (median), {max(delays):.2f} s (worst); 429s: {count_429s(chat)}",
            flush=True,
        )
        bot.terminate()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--channels", type=int, default=1000)
    parser.add_argument("--database", default="", help="a PostgreSQL server; none: SQLite")
    arguments = parser.parse_args()
    measure(arguments.database, arguments.channels)


if __name__ == "__main__":
    main()
