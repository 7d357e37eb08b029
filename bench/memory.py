"""Resident memory of `rootwatch run`: filled and idle, its own peak, and the peak with the learning of a first fill."""

import json
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from answer import BARE
from common import (
    REPLAY,
    ROOTWATCH,
    TOKEN,
    Row,
    alone,
    configuration,
    copy_database,
    environment,
    process,
    replay,
    wait_until,
)

IDLE_SECONDS = 20
MEBIBYTE = 1024


def of_process(number: int, what: str) -> float:
    """Give a line of /proc/PID/status in MiB, 0 for a process that ended."""
    try:
        lines = Path(f"/proc/{number}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / MEBIBYTE for line in lines if line.startswith(f"{what}:")), 0.0)


def family(number: int) -> list[int]:
    """Give a process and all below it."""
    found = [number]
    try:
        for task in Path(f"/proc/{number}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += family(int(child))
    except OSError:
        pass
    return found


@contextmanager
def stand_in() -> Iterator[dict]:
    command = [sys.executable, REPLAY / "discord_server.py", "--port", "0", "--token", TOKEN]
    with process(command, stdout=subprocess.PIPE) as running:
        yield json.loads(running.stdout.readline())


def connected(discord: dict) -> bool:
    with urllib.request.urlopen(discord["control"], timeout=20) as answer:
        return json.load(answer)["connected"]


def learned(database: Path) -> bool:
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            return connection.execute("select count(*) from model").fetchone()[0] > 0
    except sqlite3.Error:
        return False


def measure(folder: Path, filled: Path) -> list[Row]:
    copy_database(filled, folder / "idle")
    with ExitStack() as running:
        ours, theirs = (running.enter_context(stand_in()) for _ in range(2))
        config = configuration(folder / "idle", "http://127.0.0.1:9", ours["api"], ours["gateway"])
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        command = [ROOTWATCH, "run", "--config", config]
        idle = running.enter_context(process(command, env=environment(DISCORD_TOKEN=TOKEN), **quiet)).pid
        command = [sys.executable, "-c", BARE, theirs["api"], theirs["gateway"], TOKEN]
        bare = running.enter_context(process(command, **quiet)).pid
        wait_until(lambda: connected(ours) and connected(theirs), 60)
        time.sleep(IDLE_SECONDS)
        resident, peak, floor = of_process(idle, "VmRSS"), of_process(idle, "VmHWM"), of_process(bare, "VmRSS")
    with replay() as server, stand_in() as discord:
        config = configuration(folder / "first", server.url, discord["api"], discord["gateway"])
        command = [ROOTWATCH, "run", "--config", config]
        with process(command, env=environment(DISCORD_TOKEN=TOKEN), **quiet) as filling:
            together, worker = 0.0, 0.0
            end = time.monotonic() + 300
            while not learned(folder / "first" / "rootwatch.db") and time.monotonic() < end:
                for _ in range(10):
                    own, *below = (of_process(one, "VmRSS") for one in family(filling.pid))
                    together, worker = max(together, own + sum(below)), max([worker, *below])
                    time.sleep(0.05)
            first = of_process(filling.pid, "VmHWM")
            time.sleep(IDLE_SECONDS)
            after = of_process(filling.pid, "VmRSS")
    return [
        Row("resident, filled and idle", f"{resident:.0f} MiB", f"VmRSS {IDLE_SECONDS} s after connecting"),
        Row("bare discord.py client, idle", f"{floor:.0f} MiB", f"Rootwatch / bare: {resident / floor:.1f}"),
        Row("peak, started on a filled database", f"{peak:.0f} MiB", "VmHWM"),
        Row("peak of the bot's process in a first fill", f"{first:.0f} MiB", "VmHWM, connected meanwhile"),
        Row("peak of the learning's own process", f"{worker:.0f} MiB", "VmRSS every 50 ms; it ends after that"),
        Row("peak of both together", f"{together:.0f} MiB", "pages that both share are counted twice"),
        Row("resident after that first fill, idle", f"{after:.0f} MiB", f"VmRSS {IDLE_SECONDS} s after"),
    ]


if __name__ == "__main__":
    alone(measure)
