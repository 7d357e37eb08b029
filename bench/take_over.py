"""How long a standby takes to run the bot after the active process was killed, on one host and on two.

    .venv/bin/python bench/take_over.py [--runs 30] [--database postgresql://postgres@127.0.0.1/test]

Each run has a stand-in Discord and a replay of a few incidents. From the kill to the moment at which the successor is
connected to Discord and has answered. "Another host" is a UTS namespace with a name of its own (needs root, as
`unshare --uts`), so that the successor cannot know that the process is dead and waits for the end of its lease.
"""

import argparse
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.databases import empty_database
from tests.support.discord import BotProcess, bot_environment, fake_discord
from tests.support.replay import replay
from tests.support.small_corpus import write_corpus, write_messages

PARALLEL = 6


class OtherHost(BotProcess):
    """The bot on a host of another name."""

    def command(self) -> list[str]:
        inner = " ".join(super().command())
        return ["unshare", "--uts", "sh", "-c", f"hostname another-host && exec {inner}"]


def take_over(database: str, number: int, first_class: type[BotProcess]) -> float:
    """Return the seconds from the kill of the active process to the successor's first answer."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        url = stack.enter_context(empty_database(database, folder, f"take_over_{number}"))
        server = stack.enter_context(replay(corpus=write_corpus(folder), messages=write_messages(folder)))
        chat = stack.enter_context(fake_discord())
        environment = bot_environment(url, server.url, server.list_url, chat)
        folders = [folder / "first", folder / "second"]
        for place in folders:
            place.mkdir()
        first, second = first_class(folders[0], environment), BotProcess(folders[1], environment)
        for bot in (first, second):
            stack.callback(bot.kill)
        first.start()
        require(chat.wait_until(lambda: chat.control()["connected"]), first)
        second.start()
        require(chat.wait_until(lambda: "stands by" in second.log), second)
        time.sleep(10)  # the lease was renewed at some moment before
        first.kill()
        killed_at = time.monotonic()
        require(chat.wait_until(lambda: not chat.control()["connected"], 10), second)
        require(chat.wait_until(lambda: chat.control()["connected"], 90), second)
        chat.control(**{"say": "!incidents Telia", "as": "alice", "in": "general"})
        require(chat.wait_until(lambda: chat.messages("general"), 30), second)
        return time.monotonic() - killed_at


def require(condition: bool, bot: BotProcess) -> None:
    """Raise with the process's log if something that must happen did not."""
    if not condition:
        raise RuntimeError(bot.log[-2000:])


def run_all(label: str, database: str, first_class: type[BotProcess], runs: int) -> None:
    """Print median and worst of so many runs, each with a database of its own."""
    with ThreadPoolExecutor(PARALLEL) as pool:
        seconds = list(pool.map(lambda number: take_over(database, number, first_class), range(runs)))
    print(f"{label}: median {statistics.median(seconds):.1f} s, worst {max(seconds):.1f} s of {runs}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--database", default="postgresql://postgres@127.0.0.1:5432/test")
    arguments = parser.parse_args()
    run_all("killed on this host", arguments.database, BotProcess, arguments.runs)
    run_all("killed on another host", arguments.database, OtherHost, arguments.runs)


if __name__ == "__main__":
    main()
