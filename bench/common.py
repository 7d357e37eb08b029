"""What the measurements share: rows of the table, the replay, processes as a user starts them, a filled database."""

import importlib.util
import json
import os
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
ALL_THERE = "2025-01-01"
BUGS, COMMENTS = 1394, 18010
TOKEN = "replay-token"
BUSY = 1.5


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was measured, the figure, and what stands beside it."""

    what: str
    figure: str
    beside: str = ""


class Replay:
    """A running replay of Bugzilla, and what it counted."""

    def __init__(self, url: str) -> None:
        self.url = url

    def control(self, **order: object) -> dict:
        data = json.dumps(order).encode() if order else None
        with urllib.request.urlopen(f"{self.url}/_control", data, timeout=20) as answer:
            return json.load(answer)

    def requests(self) -> int:
        return sum(each["requests"] for path, each in self.control()["counts"].items() if "_control" not in path)

    def megabytes(self) -> float:
        return sum(each["bytes"] for path, each in self.control()["counts"].items() if "_control" not in path) / 1e6


def environment(**more: str) -> dict[str, str]:
    """Give the environment of a measured process: nothing of ours in it, and bytecode is kept as it is by default."""
    dropped = ("ROOTWATCH_", "DISCORD_", "BUGZILLA_", "PYTHON")
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)} | more


@contextmanager
def process(command: Sequence[object], **options) -> Iterator[subprocess.Popen]:
    """Run a process, and end it with the block."""
    options = {"env": environment(), "text": True} | options
    with subprocess.Popen([str(each) for each in command], **options) as running:
        try:
            yield running
        finally:
            running.kill()


@contextmanager
def replay() -> Iterator[Replay]:
    """Run the replay with everything in it, under BMO's limits for readers without a key."""
    command = [sys.executable, REPLAY / "serve.py", "--port", "0", "--now", ALL_THERE]
    with process(command, stdout=subprocess.PIPE) as running:
        server = Replay(running.stdout.readline().strip())
        server.control(bmo_limits=True)
        server.control(reset_counts=True)
        yield server


def configuration(folder: Path, bugzilla: str, api: str = "", gateway: str = "") -> Path:
    """Write a configuration without lists, whose schedule stays idle for an hour once the database is filled."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "rootwatch.toml"
    file.write_text(
        '[database]\nurl = "sqlite:///rootwatch.db"\n'
        f'[bugzilla]\nurl = "{bugzilla}"\npoll_seconds = 3600\n'
        f'[discord]\napi_url = "{api}"\ngateway_url = "{gateway}"\n'
    )
    return file


def fill(config: Path) -> dict:
    """Fill a configuration's database in a process of its own; gives the seconds it took, by part."""
    command = [sys.executable, BENCH / "first_fill.py", "--fill", config]
    with process(command, stdout=subprocess.PIPE) as running:
        told = running.communicate()[0]
    if running.returncode:
        raise SystemExit("the database could not be filled; what stands above tells why")
    return json.loads(told)


def copy_database(filled: Path, folder: Path) -> None:
    """Put a filled database into a folder, with what SQLite keeps beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in filled.parent.glob("rootwatch.db*"):
        (folder / file.name).write_bytes(file.read_bytes())


def stand_in_module() -> ModuleType:
    """Import the stand-in for Discord, to run it in this process."""
    spec = importlib.util.spec_from_file_location("discord_server", REPLAY / "discord_server.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def middle(values: Sequence[float]) -> float:
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    return sorted(values)[max(0, round(len(values) * 0.95) - 1)]


def load() -> str:
    """Tell how busy the machine is, with what this run did a moment ago and with other things."""
    one = os.getloadavg()[0]
    return f"load {one:.2f}" + (" (BUSY)" if one >= BUSY else "")


def show(rows: Sequence[Row]) -> None:
    widths = [max(len(getattr(row, name)) for row in rows) for name in ("what", "figure")]
    for row in rows:
        print(f"{row.what:<{widths[0]}}  {row.figure:>{widths[1]}}  {row.beside}".rstrip(), flush=True)


def alone(measure: Callable[[Path, Path], list[Row]]) -> None:
    """Run one measurement by itself: in an empty folder, with a database filled for it."""
    if not REPLAY.exists():
        print(f"The replay of real incidents is not here ({REPLAY}): nothing was measured.")
        return
    with tempfile.TemporaryDirectory(prefix="rootwatch-bench-") as name:
        folder = Path(name)
        with replay() as server:
            fill(configuration(folder / "filled", server.url))
        show(measure(folder / "own", folder / "filled" / "rootwatch.db"))


def wait_until(true: Callable[[], bool], seconds: float, pause: float = 0.05) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("what was waited for did not happen")
        time.sleep(pause)
