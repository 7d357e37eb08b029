"""Shared by the benchmarks: rows of the table, the replay, processes started as a user would, a filled database."""

import importlib.util
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent
REPLAY = ROOT.parent / "shared" / "replay"
ROOTWATCH = Path(sys.executable).parent / "rootwatch"
REPLAY_TIME = "2025-01-01"
BUGS, COMMENTS = 1394, 18010
TOKEN = "replay-token"
BUSY_LOAD = 1.5
COPY_DISTANCE = 10_000_000  # above every recorded bug number


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was measured, the figure, and a remark."""

    label: str
    figure: str
    remark: str = ""


class Replay:
    """A running replay of Bugzilla, and its counts of requests."""

    def __init__(self, url: str) -> None:
        self.url = url

    def control(self, **command: object) -> dict:
        data = json.dumps(command).encode() if command else None
        with urllib.request.urlopen(f"{self.url}/_control", data, timeout=20) as response:
            return json.load(response)

    def request_count(self) -> int:
        return sum(count["requests"] for path, count in self.control()["counts"].items() if "_control" not in path)

    def megabytes(self) -> float:
        return sum(count["bytes"] for path, count in self.control()["counts"].items() if "_control" not in path) / 1e6


def environment(**extra: str) -> dict[str, str]:
    """Return the environment of a measured process: without our own variables, bytecode cached as by default."""
    dropped = ("ROOTWATCH_", "DISCORD_", "BUGZILLA_", "PYTHON")
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)} | extra


@contextmanager
def process(command: Sequence[object], **options) -> Iterator[subprocess.Popen]:
    """Run a process, and kill it at the end of the block."""
    options = {"env": environment(), "text": True} | options
    with subprocess.Popen([str(part) for part in command], **options) as running:
        try:
            yield running
        finally:
            running.kill()


@contextmanager
def replay() -> Iterator[Replay]:
    """Run the replay with all its incidents, under BMO's limits for readers without a key."""
    command = [sys.executable, REPLAY / "serve.py", "--port", "0", "--now", REPLAY_TIME]
    with process(command, stdout=subprocess.PIPE) as running:
        server = Replay(running.stdout.readline().strip())
        server.control(bmo_limits=True)
        server.control(reset_counts=True)
        yield server


def write_config(folder: Path, bugzilla: str, api: str = "", gateway: str = "") -> Path:
    """Write a configuration without lists, whose schedule stays idle for an hour after the initial sync."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "rootwatch.toml"
    file.write_text(
        '[database]\nurl = "sqlite:///rootwatch.db"\n'
        f'[bugzilla]\nurl = "{bugzilla}"\npoll_seconds = 3600\n'
        f'[discord]\napi_url = "{api}"\ngateway_url = "{gateway}"\n'
    )
    return file


def run_initial_sync(config: Path) -> dict:
    """Fill a configuration's database in a separate process; return the seconds it took, by part."""
    command = [sys.executable, BENCH / "initial_sync.py", "--run", config]
    with process(command, stdout=subprocess.PIPE) as running:
        output = running.communicate()[0]
    if running.returncode:
        raise SystemExit("the database could not be filled; the output above says why")
    return json.loads(output)


def copy_database(filled: Path, folder: Path) -> None:
    """Copy a filled database into a folder, with SQLite's files beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in filled.parent.glob("rootwatch.db*"):
        (folder / file.name).write_bytes(file.read_bytes())


def multiply_incidents(database: Path, times: int) -> None:
    """Add copies of all incidents, with what belongs to them, under other numbers, titles and times.

    Each copy is some hours younger than its original, so that the copies of a CA owner's incidents mix with them.
    """
    with sqlite3.connect(database) as connection:
        names = ("incident", "comment", "assignment", "prediction", "title_word", "incident_owner")
        columns = {name: [row[1] for row in connection.execute(f"pragma table_info({name})")] for name in names}
        for number in range(1, times):
            changed = {
                "bug": f"bug + {number * COPY_DISTANCE}",
                "created": f"strftime('%Y-%m-%d %H:%M:%f000', created, '+{7 * number} hours')",
                "summary": f"summary || ' copy{number}'",
                "title": f"title || ' copy{number}'",
            }
            for name in filter(columns.get, names):
                values = ", ".join(changed.get(column, f'"{column}"') for column in columns[name])
                connection.execute(f"insert into {name} select {values} from {name} where bug < {COPY_DISTANCE}")
            if columns["title_word"]:
                added = (
                    f"select 'copy{number}', bug + {number * COPY_DISTANCE} from incident where bug < {COPY_DISTANCE}"
                )
                connection.execute(f"insert into title_word (word, bug) {added}")


def import_fake_discord() -> ModuleType:
    """Import the fake Discord server, to run it in this process."""
    spec = importlib.util.spec_from_file_location("discord_server", REPLAY / "discord_server.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    return sorted(values)[max(0, round(len(values) * 0.95) - 1)]


def describe_load() -> str:
    """Return how busy the machine is, this run's own recent work included."""
    load = os.getloadavg()[0]
    return f"load {load:.2f}" + (" (BUSY)" if load >= BUSY_LOAD else "")


def show(rows: Sequence[Row]) -> None:
    widths = [max(len(getattr(row, name)) for row in rows) for name in ("label", "figure")]
    for row in rows:
        print(f"{row.label:<{widths[0]}}  {row.figure:>{widths[1]}}  {row.remark}".rstrip(), flush=True)


def run_alone(measure: Callable[[Path, Path], list[Row]]) -> None:
    """Run one benchmark by itself: in an empty folder, with a database filled for it."""
    if not REPLAY.exists():
        print(f"The replay of real incidents is missing ({REPLAY}), so nothing was measured.")
        return
    with tempfile.TemporaryDirectory(prefix="rootwatch-bench-") as name:
        folder = Path(name)
        with replay() as server:
            run_initial_sync(write_config(folder / "filled", server.url))
        show(measure(folder / "own", folder / "filled" / "rootwatch.db"))


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.05) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the condition did not become true in time")
        time.sleep(pause)
