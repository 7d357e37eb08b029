"""The complete first fill: requests and seconds, beside perceval's reader of the same Bugzilla.

perceval reads and stores nothing; Rootwatch reads, stores, learns and sorts. perceval also asks for each bug's history
and attachments, which cannot be switched off, so the ratio of requests is told without those as well.
"""

import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from common import BENCH, BUGS, COMMENTS, ROOT, Row, alone, configuration, environment, fill, middle, replay

TRIES = 3
OWN = ROOT / ".venv" / "bench"
WANTED = BENCH / "requirements.txt"
READER = """
import json, sys, time
from perceval.backends.core.bugzillarest import BugzillaREST
started, bugs, comments = time.perf_counter(), 0, 0
for item in BugzillaREST(sys.argv[1]).fetch():
    bugs, comments = bugs + 1, comments + len(item["data"]["comments"])
print(json.dumps({"bugs": bugs, "comments": comments, "seconds": time.perf_counter() - started}))
"""


class Clock:
    """Notes when the reading gives way to the learning."""

    def __init__(self) -> None:
        self.read = 0.0
        self.titles = 0.0

    def advance(self, task: str, done: int, total: int | None) -> None:
        if task == "titles":
            self.titles = time.perf_counter()
        if task == "classifier" and not self.read:
            self.read = time.perf_counter()


async def filling(config: str) -> dict:
    from bot.app import build
    from bot.config import load

    app, clock = build(load(config)), Clock()
    started = time.perf_counter()
    await app.open()
    try:
        report = await app.poll(clock)
        ended = time.perf_counter()
    finally:
        await app.close()
    if report.failed:
        raise SystemExit(f"the first fill failed: {report}")
    return {
        "seconds": ended - started,
        "titles": clock.titles - started,
        "reading": clock.read - started,
        "learning": ended - clock.read,
    }


def stored(database: Path) -> tuple[int, int]:
    with sqlite3.connect(database) as connection:
        count = "select (select count(*) from incident), (select count(*) from comment)"
        return connection.execute(count).fetchone()


def perceval() -> Path | None:
    """Give the interpreter that has perceval, installed on demand; None where it cannot be had."""
    python, ready = OWN / "bin" / "python", OWN / "ready"
    if ready.exists() and ready.read_text() == WANTED.read_text():
        return python
    if shutil.which("uv"):
        commands = [
            ["uv", "venv", "--quiet", "--allow-existing", "--python", sys.executable, OWN],
            ["uv", "pip", "sync", "--quiet", "--python", python, WANTED],
        ]
    else:
        commands = [
            [sys.executable, "-m", "venv", OWN],
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", WANTED],
        ]
    if any(subprocess.run([str(part) for part in command], check=False).returncode for command in commands):
        return None
    ready.write_text(WANTED.read_text())
    return python


def read_with_perceval(python: Path) -> dict:
    with replay() as server:
        told = subprocess.run([python, "-c", READER, server.url], env=environment(), capture_output=True, text=True)
        if told.returncode:
            raise SystemExit(f"perceval failed: {told.stderr[-500:]}")
        counts = server.control()["counts"]
        extra = sum(each["requests"] for path, each in counts.items() if path.endswith(("/history", "/attachment")))
        return json.loads(told.stdout) | {
            "requests": server.requests(),
            "extra": extra,
            "megabytes": server.megabytes(),
        }


def measure(folder: Path, filled: Path) -> list[Row]:
    python, ours, theirs = perceval(), [], []
    for n in range(TRIES):
        with replay() as server:
            config = configuration(folder / f"fill-{n}", server.url)
            ours.append(fill(config) | {"requests": server.requests(), "megabytes": server.megabytes()})
        if stored(config.parent / "rootwatch.db") != (BUGS, COMMENTS):
            raise SystemExit(f"the fill is not complete: {stored(config.parent / 'rootwatch.db')}")
        if python:
            theirs.append(read_with_perceval(python))

    def of(tries: list[dict], key: str) -> float:
        return middle([each[key] for each in tries])

    size = f"{BUGS:,} bugs, {COMMENTS:,} comments"
    rows = [
        Row("first fill: requests", f"{of(ours, 'requests'):.0f}", f"{of(ours, 'megabytes'):.1f} MB sent; {size}"),
        Row("first fill: until every title can be asked for", f"{of(ours, 'titles'):.1f} s", ""),
        Row("first fill: reading and storing", f"{of(ours, 'reading'):.1f} s", f"median of {TRIES}"),
        Row("first fill: learning and sorting", f"{of(ours, 'learning'):.1f} s", ""),
        Row("first fill: all", f"{of(ours, 'seconds'):.1f} s", ""),
    ]
    if not theirs:
        return [*rows, Row("perceval", "-", "could not be installed")]
    seen = f"{theirs[0]['bugs']:,} bugs, {theirs[0]['comments']:,} comments"
    asked, needed = of(theirs, "requests"), of(theirs, "requests") - of(theirs, "extra")
    return [
        *rows,
        Row("perceval: requests", f"{asked:.0f}", f"{of(theirs, 'megabytes'):.1f} MB sent; {seen}"),
        Row("perceval: requests without histories and attachments", f"{needed:.0f}", ""),
        Row("perceval: reading, nothing stored", f"{of(theirs, 'seconds'):.1f} s", f"median of {TRIES}"),
        Row(
            "perceval / Rootwatch: requests",
            f"{asked / of(ours, 'requests'):.1f}",
            f"{needed / of(ours, 'requests'):.1f} without histories and attachments",
        ),
        Row(
            "Rootwatch / perceval: seconds of reading",
            f"{of(ours, 'reading') / of(theirs, 'seconds'):.2f}",
            f"{of(ours, 'seconds') / of(theirs, 'seconds'):.2f} with learning",
        ),
    ]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--fill"]:
        print(json.dumps(asyncio.run(filling(sys.argv[2]))), flush=True)
    else:
        alone(measure)
