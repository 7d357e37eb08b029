"""Measures the resident memory of `rootwatch run`: idle, its peak, and the peak during initial sync and training."""

import json
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from answer import BARE_BOT
from common import (
    REPLAY,
    ROOTWATCH,
    TOKEN,
    Row,
    copy_database,
    environment,
    process,
    replay,
    run_alone,
    wait_until,
    write_config,
)

IDLE_SECONDS = 20
KIB_PER_MIB = 1024


def memory_mib(pid: int, key: str) -> float:
    """Return an entry of /proc/PID/status in MiB, 0 for a process that has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / KIB_PER_MIB for line in lines if line.startswith(f"{key}:")), 0.0)


def process_tree(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    pids = [pid]
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                pids += process_tree(int(child))
    except OSError:
        pass
    return pids


@contextmanager
def fake_discord() -> Iterator[dict]:
    command = [sys.executable, REPLAY / "discord_server.py", "--port", "0", "--token", TOKEN]
    with process(command, stdout=subprocess.PIPE) as running:
        yield json.loads(running.stdout.readline())


def is_connected(discord: dict) -> bool:
    with urllib.request.urlopen(discord["control"], timeout=20) as response:
        return json.load(response)["connected"]


def is_trained(database: Path) -> bool:
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as transaction:
            return transaction.execute("select count(*) from model").fetchone()[0] > 0
    except sqlite3.Error:
        return False


def measure(folder: Path, filled: Path) -> list[Row]:
    copy_database(filled, folder / "idle")
    with ExitStack() as running:
        ours, theirs = (running.enter_context(fake_discord()) for _ in range(2))
        config = write_config(folder / "idle", "http://127.0.0.1:9", ours["api"], ours["gateway"])
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        command = [ROOTWATCH, "run", "--config", config]
        idle = running.enter_context(process(command, env=environment(DISCORD_TOKEN=TOKEN), **quiet)).pid
        command = [sys.executable, "-c", BARE_BOT, theirs["api"], theirs["gateway"], TOKEN]
        bare = running.enter_context(process(command, **quiet)).pid
        wait_until(lambda: is_connected(ours) and is_connected(theirs), 60)
        time.sleep(IDLE_SECONDS)
        resident, peak, bare_resident = memory_mib(idle, "VmRSS"), memory_mib(idle, "VmHWM"), memory_mib(bare, "VmRSS")
    with replay() as server, fake_discord() as discord:
        config = write_config(folder / "initial-sync", server.url, discord["api"], discord["gateway"])
        command = [ROOTWATCH, "run", "--config", config]
        with process(command, env=environment(DISCORD_TOKEN=TOKEN), **quiet) as syncing:
            total_peak, subprocess_peak = 0.0, 0.0
            deadline = time.monotonic() + 300
            while not is_trained(folder / "initial-sync" / "rootwatch.db") and time.monotonic() < deadline:
                for _ in range(10):
                    own, *others = (memory_mib(pid, "VmRSS") for pid in process_tree(syncing.pid))
                    total_peak = max(total_peak, own + sum(others))
                    subprocess_peak = max([subprocess_peak, *others])
                    time.sleep(0.05)
            sync_peak = memory_mib(syncing.pid, "VmHWM")
            time.sleep(IDLE_SECONDS)
            after = memory_mib(syncing.pid, "VmRSS")
    return [
        Row("resident, filled and idle", f"{resident:.0f} MiB", f"VmRSS {IDLE_SECONDS} s after connecting"),
        Row(
            "bare discord.py client, idle",
            f"{bare_resident:.0f} MiB",
            f"Rootwatch / bare: {resident / bare_resident:.1f}",
        ),
        Row("peak, started on a filled database", f"{peak:.0f} MiB", "VmHWM"),
        Row("peak of the bot's process in an initial sync", f"{sync_peak:.0f} MiB", "VmHWM, connected meanwhile"),
        Row("peak of the training subprocess", f"{subprocess_peak:.0f} MiB", "VmRSS every 50 ms; it exits afterwards"),
        Row("peak of both together", f"{total_peak:.0f} MiB", "shared pages are counted twice"),
        Row("resident after that initial sync, idle", f"{after:.0f} MiB", f"VmRSS {IDLE_SECONDS} s after"),
    ]


if __name__ == "__main__":
    run_alone(measure)
